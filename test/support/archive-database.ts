import { onTestFinished } from 'vitest';
import { type ArchiveOptions, archiveCustomers } from '../../src/archive/archive-customers.ts';
import {
  type RestoreArchivedOptions,
  type RestoreArchivedResult,
  type ArchivedWhich,
  restoreArchived,
} from '../../src/archive/restore-archived.ts';
import type { Engine } from '../../src/engines/connection.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { inconsistencies, type TestDatabase, testDatabase } from './customer-database.ts';
import type { EngineTarget } from './engines.ts';

/** A customer database with a place for its archive. */
export interface ArchiveDatabase extends TestDatabase {
  readonly archiveUrl: string;
  /** Opens the archive anew, making it; each is closed when the test ends. */
  openArchive(): Promise<Repository>;
  /** A connection to look into the archive. */
  archiveEngine(): Promise<Engine>;
  archive(filter: string, options?: Partial<ArchiveOptions>): ReturnType<typeof archiveCustomers>;
  restore(
    which: ArchivedWhich,
    options?: Partial<RestoreArchivedOptions>,
  ): Promise<{ readonly run: number | null; readonly result: RestoreArchivedResult }>;
}

/** Makes one for a test. @param other the engine of the archive, where that is another one */
export async function archiveDatabase(target: EngineTarget, other: EngineTarget = target): Promise<ArchiveDatabase> {
  const database = await testDatabase(target);
  const archiveUrl = other.freshUrl();
  const openArchive = async (): Promise<Repository> => {
    const archive = await openRepository(archiveUrl, { create: true, actor: 'tester', busyTimeoutMs: 500 });
    onTestFinished(() => archive.close());
    return archive;
  };
  return {
    ...database,
    archiveUrl,
    openArchive,
    archiveEngine: () => other.open(archiveUrl),
    archive: (filter, options = {}) =>
      archiveCustomers(database.repository, { policies: [{ name: null, selection: { filter } }], openArchive, ...options }),
    restore: (which, options = {}) => restoreArchived(database.repository, which, { openArchive, ...options }),
  };
}

/** Ids of the customers in a database, in their order. */
export async function ids(engine: Pick<Engine, 'all'>): Promise<number[]> {
  return (await engine.all<{ id: number }>('SELECT id FROM customers ORDER BY id')).map(({ id }) => id);
}

/** What is wrong in a database and its archive, and who is not in exactly one of them; empty when all is well. */
export async function archiveFaults(database: ArchiveDatabase, expected: readonly number[]): Promise<string[]> {
  const archive = await database.archiveEngine();
  const [here, there] = [await ids(database.engine), await ids(archive)];
  const pending = await database.engine.all('SELECT customer_id FROM archive_journal');
  const noted = (await database.engine.all<{ id: number }>('SELECT id FROM archived_customers ORDER BY id')).map(({ id }) => id);
  const found = [...(await inconsistencies(database.engine)), ...(await inconsistencies(archive))];
  const all = [...here, ...there].sort((a, b) => a - b);
  if (JSON.stringify(all) !== JSON.stringify(expected)) found.push(`customers ${all.join(', ')}`);
  if (JSON.stringify(noted) !== JSON.stringify(there)) found.push(`archived are ${there.join(', ')}, noted ${noted.join(', ')}`);
  if (pending.length > 0) found.push(`${pending.length} customers in the journal`);
  await archive.close();
  return found;
}

/** Gives a customer a row of every kind of what can belong to one. */
export async function addOfEveryKind(repository: Repository, id: number): Promise<void> {
  const { value: order } = await repository.addChild(id, {
    table: 'orders',
    row: { number: `O-${id}`, ordered_at: '2020-01-31T10:00:00Z', total_minor: 4990, total_currency: 'EUR' },
  });
  const item = { order_id: order, line: 1, quantity: 2, price_minor: 2495, price_currency: 'EUR' };
  await repository.addChild(id, { table: 'order_items', row: item });
  await repository.addChild(id, { table: 'interactions', row: { kind: 'call', subject: 'hello', occurred_at: '2020-02-01T08:30:00Z' } });
  await repository.addChild(id, { table: 'consents', row: { channel: 'email', status: 'out', decided_at: '2020-03-01T00:00:00Z' } });
  await repository.addChild(id, { table: 'contact_points', row: { kind: 'email', value: `second${id}@x.org` } });
}
