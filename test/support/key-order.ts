import { expect } from 'vitest';
import { compareKeys } from '../../src/model/key-order.ts';
import type { Cell, ColumnType, Row } from '../../src/model/table-schema.ts';
import { openSnapshot, openTarget, openWriter, readAll, tableOf, writeRows } from './table-stores.ts';

const INT: ColumnType = { kind: 'integer', bits: 32, unsigned: false };

/**
 * Holds a server to the one order of keys: a table with a key of such cells is read in it, whole and from one key to another, and
 * rows are found by their keys.
 * @param url of an empty place
 */
export async function expectOrderOfKeys(url: string, type: ColumnType, cells: readonly Cell[]): Promise<void> {
  const target = await openTarget(url);
  const table = tableOf('t', { a: type, b: INT }, { primaryKey: ['a', 'b'] });
  await target.create(table);
  const rows: Row[] = cells.flatMap((cell) => [
    [cell, 2],
    [cell, 1],
  ]);
  await writeRows(target, table, rows);
  const sorted = rows.toSorted(compareKeys);
  const snapshot = await openSnapshot(url);
  expect(await readAll(snapshot, 't', true, 3)).toEqual(sorted);
  const schema = await snapshot.schema('t');
  for (let i = 0; i < sorted.length; i += 2) {
    const part: Row[] = [];
    const ends = { after: sorted[i] ?? null, upTo: sorted[i + 3] ?? null };
    for await (const some of snapshot.read({ table: schema, columns: ['a', 'b'], ordered: true, ...ends, batch: 2 })) part.push(...some);
    expect(part).toEqual(sorted.slice(i + 1, i + 4));
  }
  const writer = await openWriter(target);
  await writer.write(schema, ['a', 'b'], sorted.slice(0, 3), 'upsert');
  await writer.remove(schema, sorted.slice(1));
  await writer.commit();
  expect(await readAll(await openSnapshot(url), 't')).toEqual(sorted.slice(0, 1));
}
