import type { Engine } from '../engines/connection.ts';
import { archiveState, pendingIds } from './archive-pair.ts';

const PAGE = 5000;

/** How a database and its archive fit together. */
export interface ArchiveCheck {
  /** Customers whose copy in the archive does not count: something was broken off. */
  readonly pending: number;
  /** Customers that are in both. */
  readonly both: number;
  /** Customers that the database says are in the archive, and are not. */
  readonly missing: number;
}

/**
 * Compares a database with its archive; null where nothing was ever archived. Only reads.
 * @param check called between pages; a throw stops
 */
export async function checkArchive(
  main: Engine,
  openArchive: () => Promise<Engine>,
  check: () => Promise<void>,
): Promise<ArchiveCheck | null> {
  const { hasArchived, isPending } = await archiveState(main);
  if (!hasArchived && !isPending) return null;
  const archive = await openArchive();
  const pending = new Set(await pendingIds(main));
  const [shared] = await main.all<{ n: number }>('SELECT count(*) AS n FROM customers c JOIN archived_customers a ON a.id = c.id');
  let both = Number(shared?.n);
  for await (const ids of idPages(archive, 'customers')) {
    const counted = ids.filter((id) => !pending.has(id));
    const known = await existing(main, 'archived_customers', counted);
    // Those that are known to be archived were counted above.
    both += (
      await existing(
        main,
        'customers',
        counted.filter((id) => !known.has(id)),
      )
    ).size;
    await check();
  }
  let missing = 0;
  for await (const ids of idPages(main, 'archived_customers')) {
    missing += ids.length - (await existing(archive, 'customers', ids)).size;
    await check();
  }
  return { pending: pending.size, both, missing };
}

async function* idPages(engine: Engine, table: string): AsyncGenerator<number[]> {
  for (let after = 0; ; ) {
    const rows = await engine.all<{ id: number }>(`SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ${PAGE}`, [after]);
    if (rows.length === 0) return;
    after = rows.at(-1)?.id as number;
    yield rows.map(({ id }) => id);
  }
}

async function existing(engine: Engine, table: string, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await engine.all<{ id: number }>(`SELECT id FROM ${table} WHERE ${engine.facts.inJsonArray('id', 'integer')}`, [
    JSON.stringify(ids),
  ]);
  return new Set(rows.map(({ id }) => id));
}
