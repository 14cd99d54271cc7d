import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { detectFormat } from '../../src/formats/detect-format.ts';
import type { FormatName } from '../../src/formats/index.ts';
import { ROOT } from '../support/cli.ts';
import { mutated } from '../support/mutations.ts';
import { randomNumbers } from '../support/people-file.ts';
import { readTable } from '../unit/formats/read-table.ts';

const FILES = [
  ['json', 'contacts.json', 600],
  ['ndjson', 'contacts.ndjson', 600],
  ['vcard', 'contacts.vcf', 600],
  ['xlsx', 'contacts.xlsx', 250],
] as const satisfies readonly (readonly [FormatName, string, number])[];
const fixture = (name: string): Buffer => readFileSync(join(ROOT, 'fixtures', name));

describe.each(FILES)('%s, damaged', (format, name, rounds) => {
  test('is read or refused, never anything else', { timeout: 60_000 }, async () => {
    const original = fixture(name);
    const random = randomNumbers(name.length);
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const bytes = mutated(original, random);
      const startMs = performance.now();
      const table = await readTable(format, bytes, {}, 1 + random(bytes.length));
      expect(performance.now() - startMs, bytes.toString('base64')).toBeLessThan(5000);
      const cells = [...table.header, ...table.rows.flatMap((row) => Object.values(row))];
      expect(cells.filter((cell) => cell.includes('\0'))).toEqual([]);
      if (table.error !== null) refused++;
    }
    expect(refused).toBeLessThan(rounds);
  });

  test('is told by its content, or refused', () => {
    const random = randomNumbers(7);
    for (let round = 0; round < rounds; round++) {
      const bytes = mutated(fixture(name), random);
      try {
        detectFormat({ sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }, '-');
      } catch (error) {
        expect(error).toBeInstanceOf(CrmError);
      }
    }
  });
});

/** Beyond what is looked at as one piece, so that the records really come in pieces. */
describe.each([
  ['json', 'contacts.json', ' '.repeat(70_000)],
  ['ndjson', 'contacts.ndjson', `${' '.repeat(70_000)}\n`],
  ['vcard', 'contacts.vcf', `${' '.repeat(70_000)}\n`],
] as const)('%s, in pieces', (format, name, before) => {
  test('is the same wherever it is cut', async () => {
    const random = randomNumbers(3);
    for (let round = 0; round < 16; round++) {
      const bytes = Buffer.concat([Buffer.from(before), round < 3 ? fixture(name) : mutated(fixture(name), random)]);
      const options = round % 2 === 0 ? {} : { maxRecordBytes: 150 };
      const whole = await readTable(format, bytes, options, bytes.length);
      for (const chunkSize of [1, 333]) expect(await readTable(format, bytes, options, chunkSize), bytes.toString('base64')).toEqual(whole);
    }
  });
});
