import type { SqlValue } from '../engines/engine.ts';
import { type QueryAnswer, type QueryRunOptions, queryCustomers } from '../query/query-customers.ts';
import type { Selection } from '../query/selected-customers.ts';
import type { ArchiveStore } from '../repository/archive-store.ts';
import type { Repository } from '../repository/repository.ts';

/** What a list of archived customers shows unless something else is asked for; when and why they were archived follows. */
const COLUMNS = ['id', 'name', 'company_name', 'email', 'phone', 'city', 'country'];

/** A database and its archive, opened to be read. */
export interface OpenedArchive {
  readonly store: ArchiveStore;
  readonly archive: Repository;
}

/**
 * Opens the archive to be read, and puts right what an earlier command left undone, where nobody is at work on it.
 * @throws {CrmError} NO_DATABASE when there is none, USAGE when it is another database's
 */
export async function openedArchive(repository: Repository, openArchive: () => Promise<Repository>): Promise<OpenedArchive> {
  const archive = await openArchive();
  const store = await repository.archive(async () => archive);
  await store.check();
  // Where that cannot be done now, what does not count is passed over.
  if ((await store.state()).isPending) await store.recover().catch(() => {});
  return { store, archive };
}

/** Streams archived customers; without a choice of fields also when they were archived, by which run and policy. */
export async function queryArchived(
  { store, archive }: OpenedArchive,
  selection: Selection,
  run: QueryRunOptions = {},
): Promise<QueryAnswer> {
  const exceptIds = await store.pending();
  const isWhole = selection.select === undefined && selection.groupBy === undefined && selection.sum === undefined;
  const answer = await queryCustomers(archive, { ...selection, exceptIds, ...(isWhole ? { select: COLUMNS } : {}) }, run);
  if (!isWhole) return answer;
  const further = [
    { name: 'archived_at', type: 'instant' },
    { name: 'archived_by', type: 'integer' },
    { name: 'policy', type: 'text' },
  ];
  return { columns: [...answer.columns, ...further], rows: withArchived(store, answer.rows), total: answer.total };
}

async function* withArchived(store: ArchiveStore, rows: AsyncIterable<SqlValue[][]>): AsyncGenerator<SqlValue[][]> {
  for await (const batch of rows) {
    const archived = await store.archivedOf(batch.map(([id]) => id as number));
    yield batch.map((row) => {
      const { archived_at = null, run_id = null, policy = null } = archived.get(row[0] as number) ?? {};
      return [...row, archived_at, run_id, policy];
    });
  }
}
