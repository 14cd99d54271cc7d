import { cutToWidth, displayWidth } from './width.ts';

/** One cell of a line: its text, how it is painted, and how it stands in its column. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
  /** To the right, as numbers stand. */
  readonly right?: boolean;
  /** Its column becomes narrower where a line is too long. */
  readonly shrinks?: boolean;
}

/** Blanks between two columns. */
export const COLUMN_GAP = 2;
const LEAST_WIDTH = 8;

/**
 * Lines of cells in columns, each ended by a line feed; wide characters stay aligned, the last column is as long as its text.
 * @param maxWidth columns that may shrink do so until the lines fit, not below eight cells; null: nothing is cut
 */
export function alignedLines(rows: readonly (readonly Cell[])[], maxWidth: number | null): string {
  const widths = columnWidths(rows);
  const shrinking = widths.findIndex((_, i) => rows.some((row) => row[i]?.shrinks === true));
  if (maxWidth !== null && shrinking >= 0) {
    const excess = widths.reduce((sum, width) => sum + width + COLUMN_GAP, -COLUMN_GAP) - maxWidth;
    const width = widths[shrinking] as number;
    if (excess > 0) widths[shrinking] = Math.max(Math.min(LEAST_WIDTH, width), width - excess);
  }
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => padded(cell, widths[i] as number, i === row.length - 1))
          .join(' '.repeat(COLUMN_GAP))
          .trimEnd()}\n`,
    )
    .join('');
}

/** The cells that each column takes. */
export function columnWidths(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach(({ text }, i) => {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(text));
    });
  }
  return widths;
}

/** A list of names on as many lines as it needs, each ended by a line feed; the second and later ones are indented. */
export function wrappedList(title: string, names: readonly string[], maxWidth: number | null): string {
  const lines = [title];
  names.forEach((name, i) => {
    const word = i === names.length - 1 ? name : `${name},`;
    const line = `${lines.at(-1)} ${word}`;
    if (maxWidth === null || displayWidth(line) <= maxWidth) lines[lines.length - 1] = line;
    else lines.push(`  ${word}`);
  });
  return lines.map((line) => `${line}\n`).join('');
}

function padded({ text, paint = (same) => same, right = false }: Cell, width: number, isLast: boolean): string {
  const shown = cutToWidth(text, width);
  const blanks = ' '.repeat(width - displayWidth(shown));
  if (right) return blanks + paint(shown);
  return isLast ? paint(shown) : paint(shown) + blanks;
}
