import type { Connection } from '../engines/connection.ts';
import { CustomerStore } from './customer-store.ts';
import type { BatchReader, ImportBatch } from './import-batch.ts';
import { loadChildren } from './import-children.ts';
import { changesNothing } from './import-fold.ts';
import type { Candidate, ImportSettings } from './import-settings.ts';

/**
 * The rows of a batch that change nothing of the existing customer they are about, by a look at all that they say. Their
 * row hash does not tell, where the customer came from another file or was changed since. Rows that bring an external id,
 * a tag, a contact point or a consent the customer lacks are not among them, nor rows whose customer is not certain yet.
 */
export async function unchangedRows(
  connection: Connection,
  settings: ImportSettings,
  reader: BatchReader,
  batch: ImportBatch,
  candidates: ReadonlyMap<number, Candidate>,
): Promise<ReadonlySet<number>> {
  const unchanged = new Set<number>();
  const { onMatch } = settings;
  if (onMatch !== 'update' && onMatch !== 'fill') return unchanged;
  const open = [...candidates.values()].filter(({ row, key, rowHash }) => key !== null && rowHash !== batch.rowHashes[row]);
  if (open.length === 0) return unchanged;
  const ids = [...new Set(open.map(({ id }) => id))];
  const store = new CustomerStore(connection);
  const customers = await store.load(ids);
  const idsWith = (cell: string): number[] =>
    open.filter(({ row }) => reader.text(batch.rows, row, reader.cell(cell)) !== null).map(({ id }) => id);
  const tags = await store.tagsOf([...new Set(idsWith('tags'))]);
  const children = await loadChildren(store, idsWith('children'));
  for (const { row: number, id, key } of open) {
    const customer = customers.get(id);
    const row = reader.row(batch, number);
    const bringsId = row.ids.length > 1 || (row.ids.length === 1 && key !== 'external_id');
    if (customer === undefined || bringsId || !row.tags.every((tag) => tags.get(id)?.has(tag))) continue;
    if (children.get(id)?.changesNothing(row.children, customer) === false) continue;
    if (changesNothing(customer, row, onMatch)) unchanged.add(number);
  }
  return unchanged;
}
