import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackedColumn } from '../../../src/engines/connection.ts';
import { copyText } from '../../../src/engines/copy-text.ts';
import { packTexts } from '../../../src/model/packed-texts.ts';

/** Reads COPY's text format, as its manual page describes it. */
function parse(bytes: Buffer): (string | null)[][] {
  const lines = bytes.toString('utf8').split('\n');
  expect(lines.pop()).toBe('');
  const characters: Record<string, string> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };
  return lines.map((line) =>
    line
      .split('\t')
      .map((cell) => (cell === '\\N' ? null : cell.replace(/\\(.)/g, (_, character: string) => characters[character] ?? '?'))),
  );
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\\N', '\\.', 'a\tb', 'a\r\nb', 'é\\', '张\t伟', '😀', '', 'ÿ'.repeat(600_000)),
);

describe('the text of COPY', () => {
  it('holds every cell, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(text), fc.option(text)), { minLength: 1, maxLength: 6 }), (rows) => {
        const load = {
          table: 't',
          columns: [
            { name: 'a', cell: 0 },
            { name: 'b', cell: 1 },
          ],
          rows: { count: rows.length, width: 2, texts: packTexts(rows.flat()) },
        };
        expect(parse(copyText(load))).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('holds numbers, constants, texts beside the rows and cells', () => {
    const columns: PackedColumn[] = [
      { name: 'id', integers: Float64Array.of(7, 8, 9_007_199_254_740_991) },
      { name: 'at', constant: 'a\tb' },
      { name: 'none', constant: null },
      { name: 'version', constant: 1 },
      { name: 'words', texts: packTexts(['x', null, '张']) },
      { name: 'key', cell: 0 },
    ];
    const rows = { count: 3, width: 1, texts: packTexts(['k1', null, 'k3']) };
    const all = [
      ['7', 'a\tb', null, '1', 'x', 'k1'],
      ['8', 'a\tb', null, '1', '', null],
      ['9007199254740991', 'a\tb', null, '1', '张', 'k3'],
    ];
    expect(parse(copyText({ table: 't', columns, rows }))).toEqual(all);
    expect(parse(copyText({ table: 't', columns, rows, pick: Uint32Array.of(2, 0) }))).toEqual([all[2], all[0]]);
  });
});
