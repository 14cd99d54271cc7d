import { readFileSync } from 'node:fs';
import { CrmError } from '../errors.ts';
import { CsvReader } from '../formats/csv-reader.ts';
import { normalizeText } from '../normalize/text.ts';

/** Larger tables are none that a person keeps by hand. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * A table of values from a CSV file with a header: value → canonical value.
 * @param columns headers of the two columns; default: the first and the second
 * @throws {CrmError} CONFIG_INVALID when the file cannot be read, has no such column, or gives a value two meanings
 */
export function readLookup(
  path: string,
  columns: { readonly from: string | undefined; readonly to: string | undefined },
): Readonly<Record<string, string>> {
  const bytes = bytesOf(path);
  const table: Record<string, string> = Object.create(null) as Record<string, string>;
  let header: readonly string[] = [];
  const column = (name: string | undefined, fallback: number): number => (name === undefined ? fallback : header.indexOf(name));
  const reader = new CsvReader(
    {},
    {
      header: (cells) => {
        header = cells.map(normalizeText);
        for (const name of [columns.from, columns.to]) {
          if (name !== undefined && !header.includes(name)) throw unusable(path, `it has no column “${name}”`);
        }
        if (header.length < 2) throw unusable(path, 'it has one column, a lookup needs two');
      },
      record: (cells, at) => {
        const from = normalizeText(cells[column(columns.from, 0)] ?? '');
        const to = normalizeText(cells[column(columns.to, 1)] ?? '');
        if (from === '' || to === '') return;
        if (Object.hasOwn(table, from) && table[from] !== to)
          throw unusable(path, `line ${at.line} gives a value another meaning than a line before`);
        table[from] = to;
      },
      bad: (problem, at) => {
        throw unusable(path, `line ${at.line}: ${problem.reason}`);
      },
    },
  );
  reader.push(bytes);
  reader.end();
  return table;
}

function bytesOf(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= MAX_BYTES) return bytes;
  } catch (error) {
    throw unusable(path, `it cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  throw unusable(path, `it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
}

function unusable(path: string, what: string): CrmError {
  return new CrmError('CONFIG_INVALID', `the lookup ${path} cannot be used: ${what}`, {
    hint: 'a lookup is a CSV file of two columns: the value, and what it becomes',
  });
}
