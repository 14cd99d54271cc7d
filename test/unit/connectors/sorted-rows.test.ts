import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortedRows } from '../../../src/connectors/sorted-rows.ts';
import { compareKeys } from '../../../src/model/key-order.ts';
import type { Cell, Row } from '../../../src/model/table-schema.ts';

async function* pieces(rows: readonly Row[], size: number): AsyncGenerator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

async function sorted(rows: readonly Row[], key: readonly number[], memoryBytes: number): Promise<Row[]> {
  const result: Row[] = [];
  for await (const batch of sortedRows(pieces(rows, 10), { key, batch: 9, memoryBytes })) {
    expect(batch.length).toBeGreaterThan(0);
    expect(batch.length).toBeLessThanOrEqual(9);
    result.push(...batch);
  }
  return result;
}

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constantFrom<Cell>(null, '', 'a', '😀', '\uffff', 1, 2, 2n ** 63n, -1.5),
  fc.integer(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => new Uint8Array(bytes)),
);

describe('sorted rows', () => {
  it('come in key order, equal keys as they came, whatever goes to the disk', async () => {
    const rowOf = fc.tuple(cell, cell, fc.constant<Cell>(null));
    await fc.assert(
      fc.asyncProperty(fc.array(rowOf, { maxLength: 300 }), fc.constantFrom(1, 2000, 1e9), async (given, memoryBytes) => {
        const rows = given.map(([a, b], number): Row => [a, number, b]);
        const expected = [...rows].sort((x, y) => compareKeys([x[2] ?? null, x[0] ?? null], [y[2] ?? null, y[0] ?? null]));
        expect(await sorted(rows, [2, 0], memoryBytes)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('keep arrays and bytes as they are on the disk, and leave nothing there', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('crm-sort-'));
    const rows = Array.from({ length: 5000 }, (_, i): Row => [5000 - i, ['x', null, [1n]], new Uint8Array([i & 255]), 'y'.repeat(100)]);
    const result = await sorted(rows, [0], 300_000);
    expect(result).toEqual([...rows].reverse());
    for await (const _ of sortedRows(pieces(rows, 100), { key: [0], batch: 10, memoryBytes: 100_000 })) break;
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('crm-sort-') && !before.includes(name))).toEqual([]);
  });
});
