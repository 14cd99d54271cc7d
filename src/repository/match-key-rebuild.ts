import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { emailKey } from '../normalize/email-key.ts';
import { type KeyedValues, MATCH_KEYS_VERSION, matchKeys } from '../normalize/match-keys.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import { CrmError } from '../errors.ts';
import { KEY_CELLS } from './import-batch.ts';

const PAGE = 1000;
const MADE_OF = ['kind', 'name', 'company_name', 'email', 'phone', 'street', 'city', 'region', 'postal_code', 'country'];

/** What making the match keys again did. */
export interface RebuiltKeys {
  readonly examined: number;
  /** Customers and contact points whose keys were others. */
  readonly rebuilt: number;
}

/**
 * Makes the match keys of all customers and contact points again, in the open transaction, and writes those that differ. No
 * run: keys are derived, and undoing it would make them wrong. Idempotent.
 * @param check called between pages with how many were examined; a throw stops
 */
export async function rebuildMatchKeys(connection: Connection, check: (examined: number) => Promise<void>): Promise<RebuiltKeys> {
  const rebuilt = await staleKeys(connection, check, (table, key, rows) => connection.update(table, key, rows));
  await connection.upsert('settings', ['name'], [{ name: 'match_keys', value: MATCH_KEYS_VERSION }]);
  return rebuilt;
}

/** How many match keys `rebuildMatchKeys` would write; only reads. */
export async function countStaleKeys(
  reader: Pick<Connection, 'all'>,
  check: (examined: number) => Promise<void>,
): Promise<{ readonly stale: number; readonly isOldVersion: boolean }> {
  const { rebuilt } = await staleKeys(reader, check, async () => {});
  return { stale: rebuilt, isOldVersion: await hasOldKeys(reader) };
}

/** Whether the match keys were made by other rules than those of this program. */
export async function hasOldKeys(reader: Pick<Connection, 'all'>): Promise<boolean> {
  return (await storedVersion(reader)) !== MATCH_KEYS_VERSION;
}

/** Takes rows with the keys that they should have. */
type TakeStale = (table: string, key: readonly string[], rows: readonly SqlRow[]) => Promise<void>;

async function staleKeys(
  reader: Pick<Connection, 'all'>,
  check: (examined: number) => Promise<void>,
  take: TakeStale,
): Promise<RebuiltKeys> {
  let examined = 0;
  let rebuilt = 0;
  const sql = `SELECT id, ${[...MADE_OF, ...KEY_CELLS].join(', ')} FROM customers WHERE id > ? ORDER BY id LIMIT ${PAGE}`;
  for (let after = 0; ; ) {
    const rows = await reader.all(sql, [after]);
    if (rows.length === 0) break;
    const stale = rows.flatMap((row): SqlRow[] => {
      const keys = matchKeys(row as unknown as KeyedValues);
      return KEY_CELLS.some((name) => keys[name] !== row[name]) ? [{ id: row.id as number, ...keys }] : [];
    });
    await take('customers', ['id'], stale);
    after = rows.at(-1)?.id as number;
    examined += rows.length;
    rebuilt += stale.length;
    await check(examined);
  }
  rebuilt += await staleContactKeys(reader, () => check(examined), take);
  return { examined, rebuilt };
}

async function staleContactKeys(reader: Pick<Connection, 'all'>, check: () => Promise<void>, take: TakeStale): Promise<number> {
  const sql = `SELECT customer_id, id, kind, value, key FROM contact_points WHERE kind IN ('email', 'phone') AND (customer_id, id) > (?, ?)
    ORDER BY customer_id, id LIMIT ${PAGE}`;
  let rebuilt = 0;
  for (let after: readonly [number, number] = [0, 0]; ; ) {
    const rows = await reader.all<SqlRow & { customer_id: number; id: number; kind: string; value: string; key: string | null }>(sql, [
      ...after,
    ]);
    const last = rows.at(-1);
    if (last === undefined) return rebuilt;
    const stale = rows.flatMap(({ customer_id, id, kind, value, key }): SqlRow[] => {
      const made = kind === 'email' ? emailKey(value) : phoneKey(value);
      return made === key ? [] : [{ customer_id, id, key: made }];
    });
    await take('contact_points', ['customer_id', 'id'], stale);
    rebuilt += stale.length;
    after = [last.customer_id, last.id];
    await check();
  }
}

/** Makes the match keys again where those of the database are not of this version. */
export async function rebuildStaleKeys(connection: Connection, check: () => Promise<void> = async () => {}): Promise<void> {
  if (await hasOldKeys(connection)) await rebuildMatchKeys(connection, check);
}

async function storedVersion(reader: Pick<Connection, 'all'>): Promise<string | undefined> {
  return (await reader.all<{ value: string }>("SELECT value FROM settings WHERE name = 'match_keys'"))[0]?.value;
}

/** Checks that the match keys were made by the rules of this program. @throws {CrmError} SCHEMA_OLDER */
export async function requireMatchKeys(reader: Pick<Connection, 'all'>): Promise<void> {
  const version = await storedVersion(reader);
  if (version === MATCH_KEYS_VERSION) return;
  throw new CrmError(
    'SCHEMA_OLDER',
    `the match keys of this database are of version ${version ?? 'none'}, this program needs ${MATCH_KEYS_VERSION}`,
    {
      hint: 'make them again with: crm normalize --keys',
    },
  );
}
