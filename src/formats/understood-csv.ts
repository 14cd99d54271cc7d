import { joinedNames } from './csv-columns.ts';
import type { CsvPlan } from './csv-plan.ts';
import { CsvReader } from './csv-reader.ts';
import { csvLine } from './csv-writer.ts';
import type { FileSource } from './file-source.ts';

const CHUNK_BYTES = 1 << 20;

/** What was written. */
export interface UnderstoodCounts {
  /** Records that fit the table. */
  readonly records: number;
  /** Records that do not, written in their best reading. */
  readonly bad: number;
  /** Records that fit because a stray quote was taken literally. */
  readonly mended: number;
}

/**
 * Writes the table of a file as it is understood, as CSV (UTF-8, commas, LF): the header where there is one, then every
 * record; one that does not fit has as many cells as its best reading. Nothing is mapped and no value is changed.
 * @param write takes the next piece of the text; it is waited for
 */
export async function writeUnderstood(
  source: FileSource,
  plan: CsvPlan,
  write: (text: string) => void | Promise<void>,
): Promise<UnderstoodCounts> {
  const counts = { records: 0, bad: 0, mended: 0 };
  if (plan.columns.length === 0) return counts;
  let text = '';
  const add = (cells: readonly (string | undefined)[]): void => {
    text += csvLine(cells.map((cell) => cell ?? ''));
  };
  const reader = new CsvReader(
    { plan },
    {
      header: () => {
        if (plan.headerRows > 0) add(joinedNames(plan.headerCells, false).slice(0, Math.max(plan.columns.length, 1)));
      },
      record: (cells) => {
        counts.records++;
        add(cells);
      },
      bad: (problem) => {
        counts.bad++;
        add(problem.cells);
      },
      note: (code) => {
        if (code === 'STRAY_QUOTE') counts.mended++;
      },
    },
  );
  for (let offset = 0; offset < source.sizeBytes; offset += CHUNK_BYTES) {
    reader.push(source.read(offset, CHUNK_BYTES));
    if (text !== '') await write(text);
    text = '';
  }
  reader.end();
  if (text !== '') await write(text);
  return counts;
}
