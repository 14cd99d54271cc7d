import type { Connection } from '../engines/connection.ts';
import { CustomerStore } from './customer-store.ts';
import type { BatchReader, ImportBatch } from './import-batch.ts';
import { applyRow } from './import-folder.ts';
import type { Candidate, ImportSettings } from './import-settings.ts';

/**
 * The rows of a batch that change nothing of the existing customer they are about, by a look at all that they say. Their
 * row hash does not tell, where the customer came from another file or was changed since. Rows that bring an external id
 * or a tag are not among them, nor rows whose customer is not certain yet.
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
  const tags = await tagsOf(store, reader, batch, open);
  for (const { row: number, id, key } of open) {
    const customer = customers.get(id);
    const row = reader.row(batch, number);
    const bringsId = row.ids.length > 1 || (row.ids.length === 1 && key !== 'external_id');
    if (customer === undefined || bringsId || !row.tags.every((tag) => tags.get(id)?.has(tag))) continue;
    if (applyRow(customer, row, onMatch) === customer) unchanged.add(number);
  }
  return unchanged;
}

async function tagsOf(
  store: CustomerStore,
  reader: BatchReader,
  { rows }: ImportBatch,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const cell = reader.cell('tags');
  const tagged = candidates.filter(({ row }) => !rows.texts.isNull(row * rows.width + cell)).map(({ id }) => id);
  const tags = new Map(tagged.map((id) => [id, new Set<string>()]));
  if (tagged.length === 0) return tags;
  for (const { customer_id, tag } of await store.children('tags', [...tags.keys()])) tags.get(customer_id as number)?.add(tag as string);
  return tags;
}
