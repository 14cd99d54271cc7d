import { describe, expect, test } from 'vitest';
import { detectCsv } from '../../../src/formats/detect-csv.ts';
import { writeUnderstood } from '../../../src/formats/understood-csv.ts';
import { type PollutedFile, pollutedFiles } from '../../bench/pollution-files.mjs';
import { parseClean, scoreOf } from '../../bench/pollution-score.mjs';
import { TABLES } from '../../bench/pollution-tables.mjs';
import { memorySource } from './memory-source.ts';

/** What only the author of a file could tell: a header delimited by the blanks that its names hold, and the like. */
const HARD = new Set(['field_delimiter_space', 'quotation_char_apostrophe']);
/** Single rows are polluted in every place; some of them are enough here, `npm run bench` does all. */
const ROWS = 60;

async function score(file: PollutedFile, encoding: string): Promise<number> {
  const source = memorySource(file.text, encoding);
  let text = '';
  await writeUnderstood(source, detectCsv(source), (piece) => {
    text += piece;
  });
  return scoreOf(file.clean, parseClean(text));
}

describe.each(TABLES.filter(({ table }) => table.length > 20).map(({ name, table, encoding }) => [name, table, encoding] as const))(
  '%s',
  (_name, table, encoding) => {
    const files = [...pollutedFiles(table)];

    test('pollutions of the whole file are read without loss', async () => {
      for (const file of files.filter(({ kind }) => !kind.startsWith('row_') && !HARD.has(kind))) {
        expect([file.kind, await score(file, encoding)]).toEqual([file.kind, 10]);
      }
    });

    test('pollutions of single rows cost little', async () => {
      const rows = files.filter(({ kind }, index) => kind.startsWith('row_') && index % Math.ceil(files.length / ROWS) === 0);
      let sum = 0;
      for (const file of rows) sum += await score(file, encoding);
      expect(sum / rows.length).toBeGreaterThan(9.9);
    });
  },
);
