import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Change } from '../model/changeset.ts';
import { sameRow } from './later-changes.ts';
import type { MovedPlaces } from './plan-moved.ts';

/** Applies planned changes of products, unless anything moved. */
export async function applyProducts(connection: Connection, changes: readonly Change[], moved: MovedPlaces): Promise<void> {
  if (changes.length === 0) return;
  const { facts } = connection;
  const ids = [JSON.stringify([...new Set(changes.map(({ id }) => id))])];
  const found = await connection.all(`SELECT * FROM products WHERE ${facts.inJsonArray('id', 'integer')}`, ids);
  const current = new Map<number, SqlRow | null>(found.map((row) => [row.id as number, row]));
  for (const { id, before, after } of changes) {
    if (!sameRow(current.get(id) ?? null, before)) moved.add({ entity: 'products', id, field: '*' });
    current.set(id, after as SqlRow | null);
  }
  const made = changes.filter(({ action }) => action === 'insert').map(({ after }) => after?.sku_key ?? null);
  const skus = [JSON.stringify(made.filter((sku) => sku !== null))];
  const taken = await connection.all<{ id: number }>(`SELECT id FROM products WHERE ${facts.inJsonArray('sku_key')}`, skus);
  for (const { id } of taken) moved.add({ entity: 'products', id, field: 'sku' });
  if (moved.isMoved) return;
  const rows = [...current.values()].filter((row) => row !== null);
  await connection.upsert('products', ['id'], rows);
}
