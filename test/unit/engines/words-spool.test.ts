import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WordsSpool } from '../../../src/engines/words-spool.ts';
import { PackedTexts, packTexts } from '../../../src/model/packed-texts.ts';
import { tempDir } from '../../support/temp-dir.ts';

const BATCHES = [
  { ids: [1, 2, 0], words: ['ada lovelace', '张伟 伟', 'nobody'], replace: false },
  { ids: [], words: [], replace: false },
  { ids: [9], words: [null], replace: true },
  {
    ids: Array.from({ length: 1000 }, (_, i) => i + 10),
    words: Array.from({ length: 1000 }, (_, i) => `word${i} `.repeat(20)),
    replace: true,
  },
];

function append(spool: WordsSpool, batch: (typeof BATCHES)[number]): number {
  return spool.append({ ids: Float64Array.from(batch.ids), texts: packTexts(batch.words).data, replace: batch.replace });
}

function read(spool: WordsSpool, end: number): typeof BATCHES {
  return Array.from(spool.read(end), ({ ids, texts, replace }) => {
    const packed = new PackedTexts(texts);
    return { ids: [...ids], words: Array.from(ids, (_, at) => packed.text(at)) as string[], replace };
  });
}

describe('words that wait in a file', () => {
  it('come out as they went in, however far the file may be read at a time', () => {
    const path = join(tempDir(), 'words.spool');
    const writer = new WordsSpool(path, 'w');
    const reader = new WordsSpool(path, 'r');
    const first = append(writer, BATCHES[0] as (typeof BATCHES)[number]);
    expect(read(reader, first)).toEqual(BATCHES.slice(0, 1));
    expect(read(reader, first)).toEqual([]);
    const ends = BATCHES.slice(1).map((batch) => append(writer, batch));
    expect(statSync(path).size).toBe(ends.at(-1));
    expect(read(reader, ends.at(-1) as number)).toEqual(BATCHES.slice(1));
    writer.close();
    reader.close();
  });

  it('are an error where the file ends too early', () => {
    const path = join(tempDir(), 'words.spool');
    const writer = new WordsSpool(path, 'w');
    const end = append(writer, BATCHES[3] as (typeof BATCHES)[number]);
    truncateSync(path, end - 1);
    expect(() => read(new WordsSpool(path, 'r'), end)).toThrow('too early');
  });
});
