import { displayWidth, printable } from './width.ts';

/** One line of a card: a label and a value; a value of several lines goes on below itself. */
export type Entry = readonly [label: string, value: string];

/** Lines of labelled values, the values in one column; control characters escaped, two blanks before each line. */
export function entryLines(entries: readonly Entry[], dim: (text: string) => string): string[] {
  const width = Math.max(0, ...entries.map(([label]) => displayWidth(printable(label))));
  return entries.flatMap(([label, value]) => {
    const shown = printable(label);
    const [first = '', ...rest] = value.split(/\r\n|[\n\r]/).map(printable);
    const blanks = ' '.repeat(width - displayWidth(shown));
    return [`  ${dim(shown)}${blanks}  ${first}`, ...rest.map((line) => `  ${' '.repeat(width)}  ${line}`.trimEnd())];
  });
}

/** Lines of cells in columns; numbers are not aligned, the last column is not padded. */
export function columnLines(rows: readonly (readonly string[])[]): string[] {
  const shown = rows.map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, i) => Math.max(...shown.map((row) => displayWidth(row[i] ?? ''))));
  return shown.map((row) =>
    `  ${row.map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] as number) - displayWidth(cell)))).join('  ')}`.trimEnd(),
  );
}

/** An instant for people, in UTC and to the minute: `2026-01-31 10:00`; midnight is left out. */
export function shortTime(instant: string): string {
  const text = instant.slice(0, 16).replace('T', ' ');
  return text.endsWith(' 00:00') ? text.slice(0, 10) : text;
}
