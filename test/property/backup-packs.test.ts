import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkIndex } from '../../src/backup/chunk-index.ts';
import { decodeExtents, encodeExtents, type Extent, ExtentList } from '../../src/backup/extents.ts';
import { newKeys, PLAIN_KEYS, unwrapKeys } from '../../src/backup/repository-keys.ts';
import { decodeRecord, encodeRecord } from '../../src/backup/signed-record.ts';

const places = fc.array(fc.tuple(fc.nat(5), fc.nat(300)), { maxLength: 200 });

describe('extents', () => {
  test('name the same chunks in the same order, written and read again', () => {
    fc.assert(
      fc.property(places, (chunks) => {
        const list = new ExtentList<number>();
        for (const [pack, ordinal] of chunks) list.add(pack, ordinal);
        list.finish();
        const read = decodeExtents(encodeExtents(list.extents));
        expect(read).toEqual(list.extents);
        expect(chunksOf(read).map(([pack, ordinal]) => [list.packs[pack], ordinal])).toEqual(chunks);
      }),
    );
  });

  test('of large numbers survive', () => {
    const extents: Extent[] = [
      { pack: 1000, first: 2 ** 31, count: 1 },
      { pack: 0, first: 0, count: 2 ** 32 - 1 },
      { pack: 3, first: 5, count: 127 },
      { pack: 3, first: 5, count: 128 },
    ];
    expect(decodeExtents(encodeExtents(extents))).toEqual(extents);
  });
});

function chunksOf(extents: readonly Extent[]): [number, number][] {
  return extents.flatMap(({ pack, first, count }) => Array.from({ length: count }, (_, index): [number, number] => [pack, first + index]));
}

test('the index of chunks finds what was added first, and nothing else, however many there are', () => {
  const idOf = (number: number): Buffer => createHash('sha256').update(String(number)).digest();
  const index = new ChunkIndex();
  const COUNT = 40_000;
  for (let number = 0; number < COUNT; number++) index.add(idOf(number), 0, number % 7, number);
  for (let number = 0; number < COUNT; number += 3) index.add(idOf(number), 0, 9, 9);
  expect(index.size).toBe(COUNT);
  for (let number = 0; number < COUNT; number++) expect(index.find(idOf(number))).toEqual({ pack: number % 7, ordinal: number });
  for (let number = COUNT; number < COUNT + 2000; number++) expect(index.find(idOf(number))).toBeNull();
  // Ids that begin alike lie side by side and are still told apart.
  const near = new ChunkIndex();
  const ids = Array.from({ length: 50 }, (_, number) => Buffer.concat([Buffer.alloc(28, 1), Buffer.from([number, 0, 0, 0])]));
  for (const [number, id] of ids.entries()) near.add(id, 0, 0, number);
  expect(ids.map((id) => near.find(id)?.ordinal)).toEqual(ids.map((_id, number) => number));
});

describe('a signed record', () => {
  test('is read as it was written, and not at all when a bit is another or it is called something else', async () => {
    for (const keys of [PLAIN_KEYS, (await newKeys('x')).keys]) {
      const value = { text: 'ünï\ncode\u0000', list: [1, null, { a: true }] };
      const { bytes, signature } = encodeRecord(value, 'one', keys);
      expect(decodeRecord(bytes, 'one', keys)).toEqual({ value, signature });
      expect(decodeRecord(bytes, 'two', keys)).toBeNull();
      expect(decodeRecord(Buffer.concat([bytes, Buffer.from('\n')]), 'one', keys)).toBeNull();
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const damaged = Buffer.from(bytes);
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(decodeRecord(damaged, 'one', keys), `bit ${bit}`).toBeNull();
      }
    }
  });
});

describe('the keys of an encrypted repository', () => {
  test('come from the passphrase alone, seal by purpose, and tell nothing of content', async () => {
    const { keys, wrapping } = await newKeys('Passwörter');
    const again = await unwrapKeys(JSON.parse(JSON.stringify(wrapping)), 'Passwo\u0308rter'); // typed on another system
    const sealed = keys.seal(Buffer.from('content'), 'a');
    expect(again.open(sealed, 'a')?.toString()).toBe('content');
    expect(again.open(sealed, 'b')).toBeNull();
    expect(again.chunkId(Buffer.from('x'))).toEqual(keys.chunkId(Buffer.from('x')));
    expect(keys.chunkId(Buffer.from('x'))).not.toEqual(PLAIN_KEYS.chunkId(Buffer.from('x')));
    expect(keys.seal(Buffer.from('content'), 'a')).not.toEqual(sealed);
    await expect(unwrapKeys(wrapping, 'Passwörten')).rejects.toMatchObject({ code: 'PERMISSION', exitCode: 16 });
  });
});
