import type { ReadRequest, Snapshot, TableStore } from '../connectors/connector.ts';
import { type Row, rowKey } from '../model/table-schema.ts';
import { type JsonCell, toJsonRow } from './cell-json.ts';
import type { Reject } from './copy-ledger.ts';
import type { Since } from './copy-since.ts';

/** What of a table was not to be found in the target. */
export interface LeftOut {
  readonly since: Since | null;
  readonly rejects: readonly Reject[];
}

/** The source as it was copied: the same snapshot, without the rows that were not asked for, or were rejected. */
export function copiedSource(store: TableStore, snapshot: Snapshot, leftOut: (table: string) => LeftOut): TableStore {
  const copied: Snapshot = {
    tables: () => snapshot.tables(),
    schema: (table) => snapshot.schema(table),
    count: (table) => snapshot.count(table),
    read: (request) => {
      const { since, rejects } = leftOut(request.table.name);
      const rows = snapshot.read({ ...request, ...(since === null ? {} : { since }) });
      return rejects.length === 0 ? rows : withoutRejects(rows, request, rejects);
    },
    // The copy closes it.
    close: async () => undefined,
  };
  return {
    ...store,
    label: store.label,
    facts: store.facts,
    snapshot: async () => copied,
    target: () => store.target(),
    close: async () => undefined,
  };
}

/** Leaves each rejected row out once: by its key, or by all of its cells where it has none. */
async function* withoutRejects(
  batches: AsyncIterable<readonly Row[]>,
  { table, columns }: ReadRequest,
  rejects: readonly Reject[],
): AsyncGenerator<readonly Row[]> {
  const key = rowKey(table).filter((name) => columns.includes(name));
  const named = key.length > 0 && key.length === rowKey(table).length ? key : columns;
  const places = named.map((name) => columns.indexOf(name));
  const left = new Map<string, number>();
  for (const { row } of rejects) {
    const name = JSON.stringify(named.map((column): JsonCell => row[column] ?? null));
    left.set(name, (left.get(name) ?? 0) + 1);
  }
  const isRejected = (row: Row): boolean => {
    const name = JSON.stringify(toJsonRow(places.map((at) => row[at] ?? null)));
    const count = left.get(name) ?? 0;
    if (count > 0) left.set(name, count - 1);
    return count > 0;
  };
  for await (const rows of batches) yield rows.filter((row) => !isRejected(row));
}
