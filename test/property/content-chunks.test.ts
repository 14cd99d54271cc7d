import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentChunks, pageChunks } from '../../src/backup/content-chunks.ts';
import { randomNumbers } from '../support/people-file.ts';

async function* piecesOf(content: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < content.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    yield content.subarray(at, at + size);
    at += size;
  }
}

async function chunksOf(content: Buffer, sizes: readonly number[] = [content.length]): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of contentChunks(piecesOf(content, sizes))) chunks.push(Buffer.from(chunk));
  return chunks;
}

function contentOf(length: number, seed: number): Buffer {
  const random = randomNumbers(seed);
  return Buffer.from(Array.from({ length }, () => random(256)));
}

describe('chunks that the content cuts', () => {
  it('are the same however the stream comes in pieces, and make it up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(300_000),
        fc.nat(1000),
        fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1 }),
        async (length, seed, sizes) => {
          const content = contentOf(length, seed);
          const chunks = await chunksOf(content, sizes);
          expect(Buffer.concat(chunks).equals(content)).toBe(true);
          expect(chunks.map((chunk) => chunk.length)).toEqual((await chunksOf(content)).map((chunk) => chunk.length));
          for (const chunk of chunks.slice(0, -1)) {
            expect(chunk.length).toBeGreaterThanOrEqual(2048);
            expect(chunk.length).toBeLessThanOrEqual(65_536);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are the same but for a few after something was put in', async () => {
    const content = contentOf(1_000_000, 1);
    const changed = Buffer.concat([content.subarray(0, 400_000), Buffer.from('one more row'), content.subarray(400_000)]);
    const ids = (chunks: readonly Buffer[]): string[] => chunks.map((chunk) => hash('sha256', chunk));
    const before = new Set(ids(await chunksOf(content)));
    const added = ids(await chunksOf(changed)).filter((id) => !before.has(id));
    expect(before.size).toBeGreaterThan(50);
    expect(added.length).toBeLessThanOrEqual(3);
  });

  it('end somewhere in what is all the same', async () => {
    const chunks = await chunksOf(Buffer.alloc(200_000));
    expect(chunks.length).toBeGreaterThanOrEqual(4);
  });
});

it('pages are cut at their size', async () => {
  const sizes: number[] = [];
  for await (const chunk of pageChunks(piecesOf(Buffer.alloc(40_960), [16_384]), 4096)) sizes.push(chunk.length);
  expect(sizes).toEqual(Array.from({ length: 10 }, () => 4096));
});
