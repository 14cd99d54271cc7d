import { hostname } from 'node:os';
import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresError } from '../engines/postgres-errors.ts';
import type { StoreLock } from './connector.ts';
import { heldError, LOCK_WAIT_MS, processName } from './store-lock.ts';

/** Tells locks of ours from those of others, in the same database. */
const COPIES = 0x63_72_6d;
const WRITERS = COPIES + 1;
const POLL_MS = 100;
const SCHEMA_KEY = "hashtext(coalesce(current_schema(), ''))";
const HOLDER = `SELECT a.application_name AS name, a.pid, a.client_addr AS address FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ${COPIES} AND l.objid = (${SCHEMA_KEY}::bigint & 4294967295)::oid
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Said by a session that writes rows: who takes the lock after it waits until the server has ended it. */
export const WRITER_LOCK = `SELECT pg_advisory_lock_shared(${WRITERS}, ${SCHEMA_KEY})`;

/**
 * Keeps other copies off a schema, as long as this session lasts.
 * @param client a session of its own, which ends with the lock
 * @throws {CrmError} BUSY
 */
export async function lockSchema(client: pg.Client, label: string): Promise<StoreLock> {
  try {
    await client.query(
      `SET application_name TO ${client.escapeLiteral(`crm copy, ${processName({ pid: process.pid, host: hostname() })}`)}`,
    );
    for (const deadlineMs = performance.now() + LOCK_WAIT_MS; !(await isTaken(client, 'pg_try_advisory_lock', COPIES)); ) {
      if (performance.now() >= deadlineMs) throw heldError(label, await holderOf(client));
      await sleep(POLL_MS);
    }
    for (const deadlineMs = performance.now() + LOCK_WAIT_MS * 10; !(await isTaken(client, 'pg_try_advisory_lock', WRITERS)); ) {
      if (performance.now() >= deadlineMs) throw heldError(label, 'a session of a copy that was broken off is not ended yet');
      await sleep(POLL_MS);
    }
    await isTaken(client, 'pg_advisory_unlock', WRITERS);
  } catch (error) {
    await client.end().catch(() => {});
    throw postgresError(error, label);
  }
  return { release: () => client.end().catch(() => {}) };
}

async function isTaken(client: pg.Client, what: string, key: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(`SELECT ${what}(${key}, ${SCHEMA_KEY}) AS taken`);
  return rows[0]?.taken === true;
}

async function holderOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string; pid: number; address: string | null }>(HOLDER);
  const [holder] = rows;
  if (holder === undefined) return 'it has just ended';
  const from = holder.address === null ? '' : `, from ${holder.address}`;
  const named = /^crm copy, (.+)$/.exec(holder.name)?.[1];
  return `${named === undefined ? '' : `${named}, `}session ${holder.pid} of the server${from}`;
}
