import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';

/** What a database says of a customer that is in its archive. */
export interface Archived {
  readonly id: number;
  readonly archived_at: string;
  /** The run that moved it. */
  readonly run_id: number;
  /** The policy that it fell under; null where it was chosen in another way. */
  readonly policy: string | null;
}

/** The columns of `archived_customers` that are those of the customer. */
const KEYS = 'kind, email_key, phone_key, name_key, birthday, tax_id, row_hash';

/** Notes that customers are archived, before they are removed: who they are, and by what they are recognised. */
export async function noteArchived(
  connection: Connection,
  ids: readonly number[],
  { runId, now, policyOf }: { readonly runId: number; readonly now: string; readonly policyOf: (id: number) => string | null },
): Promise<void> {
  const { inJsonArray, instantParameter } = connection.facts;
  for (const [policy, group] of grouped(ids, policyOf)) {
    await connection.run(
      `INSERT INTO archived_customers (id, archived_at, run_id, policy, ${KEYS})
       SELECT id, ${instantParameter}, CAST(? AS bigint), CAST(? AS text), ${KEYS} FROM customers WHERE ${inJsonArray('id', 'integer')}`,
      [now, runId, policy, JSON.stringify(group)],
    );
  }
  const list = [JSON.stringify(ids)];
  await connection.run(
    `INSERT INTO archived_external_ids (external_id, source, customer_id)
     SELECT external_id, source, customer_id FROM external_ids WHERE ${inJsonArray('customer_id', 'integer')}`,
    list,
  );
  await connection.run(
    `INSERT INTO archived_old_ids (old_id, customer_id) SELECT old_id, customer_id FROM redirects WHERE ${inJsonArray('customer_id', 'integer')}`,
    list,
  );
  await connection.run(
    `INSERT INTO archived_changes (customer_id, run_id) SELECT DISTINCT entity_id, run_id FROM changes WHERE ${inJsonArray('entity_id', 'integer')}`,
    list,
  );
}

/** Of these customers those that are archived, by id. */
export async function archivedOf(reader: Pick<Connection, 'all' | 'facts'>, ids: readonly number[]): Promise<Map<number, Archived>> {
  const rows = await reader.all(
    `SELECT id, archived_at, run_id, policy FROM archived_customers WHERE ${reader.facts.inJsonArray('id', 'integer')}`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map((row) => [row.id as number, row as unknown as Archived]));
}

/** Some of the customers that a run archived and that still are, with ids above `after`. */
export async function archivedByRun(reader: Pick<Connection, 'all'>, run: number, after: number, limit: number): Promise<number[]> {
  const rows = await reader.all<{ id: number }>('SELECT id FROM archived_customers WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?', [
    run,
    after,
    limit,
  ]);
  return rows.map(({ id }) => id);
}

/** Notes that customers are back: they are not archived any more, and their copies do not count. */
export async function noteReturned(connection: Connection, archived: readonly Archived[], runId: number): Promise<void> {
  if (archived.length === 0) return;
  const ids = archived.map(({ id }) => id);
  const byRun = grouped(archived, ({ run_id }) => run_id);
  for (const [run, members] of [[runId, archived] as const, ...byRun]) {
    const rows = rangesOf(members.map(({ id }) => id)).map((range) => ({ run_id: run, ...range }));
    await connection.upsert('archive_returns', ['run_id', 'first_id'], rows);
  }
  await connection.run(`DELETE FROM archived_customers WHERE ${connection.facts.inJsonArray('id', 'integer')}`, [JSON.stringify(ids)]);
  await connection.upsert(
    'archive_journal',
    ['customer_id'],
    ids.map((customer_id) => ({ customer_id, run_id: runId })),
  );
}

function grouped<T, K>(things: readonly T[], keyOf: (thing: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group === undefined) groups.set(keyOf(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}

/** Ids as ranges of those that follow one another. */
function rangesOf(ids: readonly number[]): SqlRow[] {
  const ranges: { first_id: number; last_id: number }[] = [];
  for (const id of [...ids].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.last_id + 1 === id) last.last_id = id;
    else ranges.push({ first_id: id, last_id: id });
  }
  return ranges;
}

/** Some of the customers that a run brought back and that are still here, with ids above `after`. */
export async function returnedByRun(reader: Pick<Connection, 'all'>, run: number, after: number, limit: number): Promise<number[]> {
  const rows = await reader.all<{ id: number }>(
    `SELECT c.id FROM archive_returns r JOIN customers c ON c.id BETWEEN r.first_id AND r.last_id
     WHERE r.run_id = ? AND c.id > ? ORDER BY c.id LIMIT ?`,
    [run, after, limit],
  );
  return rows.map(({ id }) => id);
}
