import type { Connection } from '../engines/connection.ts';
import { storedJson } from './stored-json.ts';

/** Of more customers than these all are read. */
const MOST_IDS = 20_000;
/** Runs of more changes are not looked through. */
const MOST_CHANGES = 200_000;

/**
 * The customers that runs of the source have touched since the last run of the target, by the change log.
 * @returns their ids; null when the log does not tell: there is no run to begin from, runs were taken back or are not done,
 * customers were archived, or there are too many
 */
export async function touchedCustomers(source: Connection, target: Connection): Promise<ReadonlySet<number> | null> {
  const [last] = await target.all<{ id: number }>('SELECT id FROM runs ORDER BY id DESC LIMIT 1');
  if (last === undefined || !(await isTold(source, target, last.id))) return null;
  const ids = new Set<number>();
  const made = await source.all<{ first_id: number; last_id: number }>('SELECT first_id, last_id FROM run_inserts WHERE run_id > ?', [
    last.id,
  ]);
  for (const { first_id, last_id } of made) {
    if (last_id - first_id > MOST_IDS) return null;
    for (let id = first_id; id <= last_id; id++) ids.add(id);
  }
  const changes = await source.all('SELECT entity_id, before, after FROM changes WHERE run_id > ? LIMIT ?', [last.id, MOST_CHANGES]);
  if (changes.length === MOST_CHANGES) return null;
  for (const { entity_id, before, after } of changes) {
    ids.add(entity_id as number);
    // A row that moved to another customer names that one.
    for (const state of [before, after]) {
      const { customer_id } = (state === null ? {} : (storedJson(state as string) ?? {})) as { customer_id?: unknown };
      if (typeof customer_id === 'number') ids.add(customer_id);
    }
  }
  return ids.size > MOST_IDS ? null : ids;
}

async function isTold(source: Connection, target: Connection, last: number): Promise<boolean> {
  const states = 'SELECT id, status FROM runs WHERE id <= ? ORDER BY id';
  const [before, after] = [await target.all(states, [last]), await source.all(states, [last])];
  if (JSON.stringify(before) !== JSON.stringify(after)) return false;
  const odd = await source.all("SELECT id FROM runs WHERE id > ? AND (status <> 'done' OR undoes_run IS NOT NULL) LIMIT 1", [last]);
  if (odd.length > 0) return false;
  for (const side of [source, target]) {
    if ((await side.all('SELECT id FROM archived_customers LIMIT 1')).length > 0) return false;
    if ((await side.all('SELECT run_id FROM archive_returns LIMIT 1')).length > 0) return false;
  }
  return true;
}
