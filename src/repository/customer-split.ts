import type { Connection, Engine } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import { isMove } from '../model/changeset.ts';
import { type Customer, type FieldValue, type FieldValues, fieldOf, withFields } from '../model/customer.ts';
import { CustomerStore, customerFromWhole } from './customer-store.ts';
import { saveDecisions } from './duplicate-decisions.ts';
import { type RecordedChange, RunLog, type RunHeader, changeOf } from './run-log.ts';
import { type Kept, Undo } from './undo.ts';

/** Customers that came back. */
export interface SplitOutcome {
  readonly restored: readonly number[];
  /** The customer that they had been merged into. */
  readonly survivor: number;
  readonly kept: readonly Kept[];
}

/** Says what a customer would have become together with those that stay merged: fields that change. */
export type MergeAgain = (
  survivor: number,
  members: readonly { readonly customer: Customer; readonly sources: readonly string[] }[],
) => FieldValues;

/** What of a merge is taken back. */
interface Merge {
  readonly run: number;
  readonly survivor: number;
  /** Those that come back. */
  readonly losers: ReadonlySet<number>;
  /** Those of the same merge that stay merged. */
  readonly staying: readonly number[];
  /** Whether others of the same merge came back before. */
  readonly isFollowUp: boolean;
  /** Changes of the run that concern the cluster, the newest first. */
  readonly changes: readonly RecordedChange[];
}

/**
 * Takes merged customers out again, as a run of its own, and remembers that they are different ones. What was changed since is kept.
 * @param id a customer: all that were merged into it last come back; the id of a merged one: only that one does
 * @throws {CrmError} NOT_FOUND where nothing was merged, USAGE where it was merged further since
 */
export async function splitCustomers(
  engine: Engine,
  id: number,
  header: RunHeader,
  clock: () => Date,
  { commit, mergeAgain }: { readonly commit: boolean; readonly mergeAgain: MergeAgain },
): Promise<{ readonly run: number | null; readonly value: SplitOutcome }> {
  const now = clock().toISOString();
  return engine.transaction(
    async (connection) => {
      const store = new CustomerStore(connection);
      const merge = await mergeOf(connection, id);
      const log = await RunLog.start(connection, header, now);
      const changes = await reversible(store, merge, mergeAgain);
      const { kept } = await new Undo(connection, log, now).reverseMerge(merge.run, changes);
      const there = await store.load(merge.losers);
      const restored = [...there.keys()].sort((a, b) => a - b);
      const { survivor } = merge;
      const decisions = restored.map((left) => ({ left, right: survivor, decision: 'distinct', ground: 'split' }) as const);
      await saveDecisions(connection, decisions, header.actor, now);
      await log.finish({ restored: restored.length, kept: kept.length }, clock().toISOString());
      return { run: commit ? log.id : null, value: { restored, survivor, kept } };
    },
    { commit },
  );
}

async function mergeOf(connection: Connection, id: number): Promise<Merge> {
  const [own] = await connection.all<Redirect>('SELECT old_id, customer_id, run_id FROM redirects WHERE old_id = ?', [id]);
  const survivor = own?.customer_id ?? id;
  const into = await connection.all<Redirect>('SELECT old_id, customer_id, run_id FROM redirects WHERE customer_id = ? ORDER BY old_id', [
    survivor,
  ]);
  const run = own?.run_id ?? Math.max(...into.map(({ run_id }) => run_id));
  if (into.length === 0) {
    throw new CrmError('NOT_FOUND', `no customer was merged into ${id}`, { hint: 'see what was merged: crm history' });
  }
  const made = await madeRedirects(connection, run, [survivor, ...into.map(({ old_id }) => old_id)]);
  const direct = own === undefined ? survivor : (made.find(({ after }) => after?.old_id === id)?.id ?? survivor);
  if (direct !== survivor) {
    throw new CrmError('USAGE', `customer ${id} was merged into ${direct}, and ${direct} into ${survivor} since`, {
      hint: `take the later merge back first: crm dedupe split ${direct}`,
    });
  }
  const merged = new Set(into.map(({ old_id }) => old_id));
  const cluster = made.filter((change) => change.id === survivor).map(({ after }) => after?.old_id as number);
  const together = cluster.filter((one) => merged.has(one));
  const losers = new Set(own === undefined ? together : [id]);
  const staying = together.filter((one) => !losers.has(one));
  const isFollowUp = cluster.length > together.length;
  return { run, survivor, losers, staying, isFollowUp, changes: await changesOfCluster(connection, run, survivor, together) };
}

type Redirect = SqlRow & { readonly old_id: number; readonly customer_id: number; readonly run_id: number };

const CHANGES = 'SELECT entity_id, run_id, seq, entity, action, before, after, rules FROM changes';

async function madeRedirects(connection: Connection, run: number, ids: readonly number[]): Promise<RecordedChange[]> {
  const rows = await connection.all(
    `${CHANGES} WHERE run_id = ? AND entity = 'redirects' AND action = 'insert' AND ${connection.facts.inJsonArray('entity_id', 'integer')}`,
    [run, JSON.stringify(ids)],
  );
  return rows.map(changeOf);
}

/** Changes of the run to the customers of a cluster, and to those whose company is one of them. */
async function changesOfCluster(
  connection: Connection,
  run: number,
  survivor: number,
  losers: readonly number[],
): Promise<RecordedChange[]> {
  const staff = await connection.all<{ id: number }>('SELECT id FROM customers WHERE company_id = ?', [survivor]);
  const ids = [survivor, ...losers, ...staff.map(({ id }) => id)];
  const rows = await connection.all(
    `${CHANGES} WHERE run_id = ? AND ${connection.facts.inJsonArray('entity_id', 'integer')} ORDER BY seq DESC`,
    [run, JSON.stringify(ids)],
  );
  const cluster = new Set([survivor, ...losers]);
  return rows.map(changeOf).flatMap((change): RecordedChange[] => {
    if (cluster.has(change.id)) return [change];
    // Of others only the company is of interest: they have it now, however they came to it.
    const company = change.entity === 'customers' ? (change.before?.company_id ?? null) : null;
    if (!cluster.has(company as number) || company === survivor) return [];
    return [{ ...change, action: 'update', before: { company_id: company }, after: { company_id: survivor } }];
  });
}

/** The changes that are to be reversed, so that those who stay merged keep what they gave. */
async function reversible(store: CustomerStore, merge: Merge, mergeAgain: MergeAgain): Promise<RecordedChange[]> {
  const { survivor, losers, staying } = merge;
  const concerned = merge.changes.filter((change) => isConcerned(change, merge));
  if (staying.length === 0 && !merge.isFollowUp) return concerned;
  const current = (await store.load([survivor])).get(survivor) as Customer;
  const valuesOf = await mergedAgain(store, current, merge, mergeAgain);
  // What the survivor is with all that are merged into it by now, and what it is to be.
  const [all, less] = [valuesOf([...losers, ...staying]), valuesOf(staying)];
  return concerned.map((change): RecordedChange => {
    if (change.entity !== 'customers' || change.id !== survivor || losers.has(change.before?.company_id as number)) return change;
    const before: Record<string, FieldValue> = {};
    const after: Record<string, FieldValue> = {};
    for (const [field, value] of Object.entries(change.after ?? {})) {
      const now = fieldOf(current, field) === value ? value : all(field);
      if (less(field) === now) continue;
      before[field] = less(field);
      after[field] = now;
    }
    return { ...change, before, after };
  });
}

function isConcerned(change: RecordedChange, { survivor, losers, staying }: Merge): boolean {
  const { entity, action, id, before, after, rules = {} } = change;
  if (losers.has(id)) return true;
  const isOfThem = (value: unknown): boolean => losers.has(value as number);
  if (entity === 'customers') return action === 'update' && (id === survivor || isOfThem(before?.company_id));
  if (entity === 'redirects' && action === 'insert') return isOfThem(after?.old_id);
  if (isMove(change)) return isOfThem(before?.customer_id);
  if (id !== survivor) return false;
  // Rows that were made or changed of what one of them said.
  return staying.length === 0 || Object.values(rules).some((rule) => [...losers].some((loser) => rule.endsWith(` #${loser}`)));
}

/** Says what a field of the survivor would be, had only some of the others been merged into it. */
async function mergedAgain(
  store: CustomerStore,
  current: Customer,
  { survivor, changes }: Merge,
  mergeAgain: MergeAgain,
): Promise<(ids: readonly number[]) => (field: string) => FieldValue> {
  const own = changes.filter(({ entity, id, action }) => entity === 'customers' && id === survivor && action === 'update');
  const before = own.reduce((customer, change) => withFields(customer, change.before ?? {}), current);
  const moved = changes.filter(({ entity }) => entity === 'external_ids');
  const sourcesOf = (id: number): string[] =>
    moved.filter((change) => change.before?.customer_id === id).map((change) => change.before?.source as string);
  const movedIds = new Set(moved.map(({ after }) => `${after?.source} ${after?.external_id}`));
  const ownIds = (await store.children('external_ids', [survivor])).filter((row) => !movedIds.has(`${row.source} ${row.external_id}`));
  const member = { customer: before, sources: ownIds.map(({ source }) => source as string) };
  const gone = changes
    .filter(({ entity, action }) => entity === 'customers' && action === 'delete')
    .map((change) => ({ customer: customerFromWhole(change.id, change.before as FieldValues), sources: sourcesOf(change.id) }));
  return (ids) => {
    const values = mergeAgain(survivor, [member, ...gone.filter(({ customer }) => ids.includes(customer.id))]);
    return (field) => (Object.hasOwn(values, field) ? (values[field] as FieldValue) : fieldOf(before, field));
  };
}
