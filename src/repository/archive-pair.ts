import { randomUUID } from 'node:crypto';
import type { Connection, Engine } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import { ARCHIVE_OF, setting } from './archive-mark.ts';
import { removeWhole } from './whole-customers.ts';

/** A database and its archive. */
export interface ArchivePair {
  readonly main: Engine;
  readonly archive: Engine;
}

/** The setting that names the archive of a database. */
const HAS_ARCHIVE = 'archive';
/** Customers whose void copies are removed in one transaction. */
const PAGE = 500;

/** What a database knows of archiving: a cheap look. */
export async function archiveState(main: Pick<Connection, 'all'>): Promise<{ readonly hasArchived: boolean; readonly isPending: boolean }> {
  const [row] = await main.all<{ archived: number; pending: number }>(
    `SELECT CASE WHEN EXISTS (SELECT 1 FROM archived_customers) THEN 1 ELSE 0 END AS archived,
            CASE WHEN EXISTS (SELECT 1 FROM archive_journal) THEN 1 ELSE 0 END AS pending`,
  );
  return { hasArchived: row?.archived === 1, isPending: row?.pending === 1 };
}

/**
 * Sees to it that the archive is that of the database; a database that has none yet takes this one when it is empty.
 * @param create false only checks
 * @throws {CrmError} USAGE when it is another one's
 */
export async function requirePair({ main, archive }: ArchivePair, { create }: { readonly create: boolean }): Promise<void> {
  const id = await checkPair({ main, archive, label: main.label });
  if (id !== null || !create) return;
  const made = randomUUID();
  await put(archive, ARCHIVE_OF, made);
  await put(main, HAS_ARCHIVE, made);
}

/**
 * Looks whether the archive is that of the database.
 * @returns what both are known by; null where neither has one yet
 * @throws {CrmError} USAGE when it is another one's
 */
export async function checkPair({
  main,
  archive,
  label,
}: {
  readonly main: Pick<Connection, 'all'>;
  readonly archive: Pick<Engine, 'all' | 'label'>;
  /** What to call the database. */
  readonly label: string;
}): Promise<string | null> {
  if (label === archive.label)
    throw new CrmError('USAGE', 'a database cannot be its own archive', { hint: 'name another one with --archive-db' });
  const [own, other] = [await setting(main, HAS_ARCHIVE), await setting(archive, ARCHIVE_OF)];
  if (own !== null && own === other) return own;
  const { hasArchived, isPending } = await archiveState(main);
  const [inside] = await archive.all('SELECT 1 AS found FROM customers LIMIT 1');
  if (hasArchived || isPending || inside !== undefined) {
    throw new CrmError('USAGE', `${archive.label} is not the archive of ${label}`, {
      hint: hasArchived
        ? 'its customers are in another archive: name that one with --archive-db, or in the config file'
        : 'name an archive that does not exist yet with --archive-db: it is made',
    });
  }
  return null;
}

function put(engine: Engine, name: string, value: string): Promise<void> {
  return engine.transaction((connection) => connection.upsert('settings', ['name'], [{ name, value }]));
}

/** Customers whose copies in the archive do not count. */
export async function pendingIds(main: Pick<Connection, 'all'>): Promise<number[]> {
  return (await main.all<{ customer_id: number }>('SELECT customer_id FROM archive_journal ORDER BY customer_id')).map(
    (row) => row.customer_id,
  );
}

/**
 * Removes from the archive what does not count there: copies that were not finished, and those of customers that were brought back.
 * As long as it holds the writer's lock of the database, nobody is at work on them. Idempotent: broken off, it is done again.
 * @returns how many customers
 * @throws {CrmError} BUSY
 */
export async function recoverArchive({ main, archive }: ArchivePair): Promise<number> {
  let removed = 0;
  while ((await archiveState(main)).isPending) {
    removed += await main.transaction(async (connection) => {
      const ids = (await pendingIds(connection)).slice(0, PAGE);
      await archive.transaction((other) => removeWhole(other, ids));
      await forget(connection, ids);
      return ids.length;
    });
  }
  return removed;
}

/** Strikes customers from the journal. */
export async function forget(connection: Connection, ids: readonly number[]): Promise<void> {
  await connection.run(`DELETE FROM archive_journal WHERE ${connection.facts.inJsonArray('customer_id', 'integer')}`, [
    JSON.stringify(ids),
  ]);
}
