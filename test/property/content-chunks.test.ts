import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentChunks } from '../../src/backup/content-chunks.ts';

const SMALLEST = 2048;
const LARGEST = 65_536;

/** Bytes that look like text of a dump: words in an order that a seed decides (xorshift). */
function dumpOf(bytes: number, seed: number): Buffer {
  const text = Buffer.alloc(bytes);
  let state = seed | 1;
  for (let at = 0; at < bytes; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    text[at] = 32 + ((state >>> 0) % 90);
  }
  return text;
}

/** The chunks of a buffer that arrives cut at some places. */
async function chunksOf(bytes: Buffer, cuts: readonly number[] = []): Promise<Buffer[]> {
  async function* pieces(): AsyncIterable<Buffer> {
    let from = 0;
    for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
      yield bytes.subarray(from, cut);
      from = cut;
    }
  }
  const chunks: Buffer[] = [];
  for await (const chunk of contentChunks(pieces())) chunks.push(Buffer.from(chunk));
  return chunks;
}

const keysOf = (chunks: readonly Buffer[]): Set<string> => new Set(chunks.map((chunk) => chunk.toString('latin1')));

describe('chunks that the content decides', () => {
  test('are the same however the stream arrives, join to it, and keep to their sizes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(120_000), fc.nat(), fc.array(fc.nat(120_000), { maxLength: 30 }), async (bytes, seed, places) => {
        const dump = dumpOf(bytes, seed);
        const whole = await chunksOf(dump);
        const cut = await chunksOf(
          dump,
          places.map((place) => place % (bytes + 1)),
        );
        expect(cut.map((chunk) => chunk.length)).toEqual(whole.map((chunk) => chunk.length));
        expect(Buffer.concat(cut).equals(dump)).toBe(true);
        expect(Buffer.concat(whole).equals(dump)).toBe(true);
        for (const [at, { length }] of whole.entries()) {
          expect(length).toBeLessThanOrEqual(LARGEST);
          expect(length).toBeGreaterThanOrEqual(at === whole.length - 1 ? 1 : SMALLEST);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('are mostly shared after something was put in, taken out or changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(400_000), fc.uint8Array({ maxLength: 300 }), fc.nat(300), async (seed, place, put, taken) => {
        const dump = dumpOf(400_000, seed);
        const before = await chunksOf(dump);
        const after = await chunksOf(Buffer.concat([dump.subarray(0, place), put, dump.subarray(place + taken)]));
        const known = keysOf(before);
        const fresh = after.filter((chunk) => !known.has(chunk.toString('latin1')));
        expect(before.length).toBeGreaterThan(20);
        // The chunk of the change, and those until a boundary is found again that the old ones have, too.
        expect(fresh.length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 25 },
    );
  });

  test('of a stream without any variety are of the largest size', async () => {
    const chunks = await chunksOf(Buffer.alloc(3 * LARGEST + 5, 'a'));
    expect(chunks.map(({ length }) => length)).toEqual([LARGEST, LARGEST, LARGEST, 5]);
    expect(await chunksOf(Buffer.alloc(0))).toEqual([]);
  });

  test('are for ever cut at the same places: a repository depends on it', async () => {
    const lengths = (await chunksOf(dumpOf(60_000, 7))).map(({ length }) => length);
    expect(lengths).toMatchInlineSnapshot(`
      [
        4514,
        2347,
        14798,
        3237,
        16052,
        8828,
        10224,
      ]
    `);
  });
});
