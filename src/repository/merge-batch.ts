import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CHILD_TABLES, type Change, type ChildTable } from '../model/changeset.ts';
import { type Customer, type FieldValue, type FieldValues, fieldOf, withFields } from '../model/customer.ts';
import { byMembers, moveChildRows, removeChildRows } from './child-rows.ts';
import { CustomerStore, type Update, wholeOf } from './customer-store.ts';
import { childIds } from './id-block.ts';
import { KEY_CELLS } from './import-batch.ts';
import { type MergedMember, type MergedRow, mergedConsents, mergedContacts, mergedTags } from './merge-children.ts';
import { relinkCompanies, removeMerged } from './merged-customers.ts';
import type { RunLog } from './run-log.ts';

/** A customer of a cluster, as rules look at it. */
export interface MergeMember extends MergedMember {
  /** Systems that it has ids of. */
  readonly sources: readonly string[];
}

/** Customers that may become one; those that are gone are left out. */
export interface MergeCluster {
  readonly id: number;
  readonly members: readonly MergeMember[];
}

/** What becomes of a cluster: one of its customers stays, with these values. */
export interface MergeDecision {
  readonly survivor: number;
  /** Fields of the survivor that change, custom ones as `attributes.NAME`. */
  readonly values: FieldValues;
  /** Which rule took which field from which customer. */
  readonly rules: Readonly<Record<string, string>>;
}

/** Decides what becomes of a cluster; null: it stays as it is. */
export type MergeJudge = (cluster: MergeCluster) => MergeDecision | null;

/** So many clusters and customers were merged; those that stay are not counted among the customers. */
export interface MergeCounts {
  readonly clusters: number;
  readonly merged: number;
}

interface Merging {
  readonly survivor: MergeMember;
  readonly losers: readonly MergeMember[];
  readonly decision: MergeDecision;
  readonly merged: Customer;
}

/** Children that go to the survivor as they are. Items go with their order. */
const MOVED = ['external_ids', 'interactions', 'orders', 'redirects'] as const satisfies readonly ChildTable[];

/** Loads the customers of clusters, with what rules look at, in a few queries. */
export async function loadMembers(
  reader: Pick<Connection, 'all' | 'facts'>,
  clusters: readonly { readonly id: number; readonly customers: readonly number[] }[],
): Promise<MergeCluster[]> {
  const store = new CustomerStore(reader as Connection);
  const ids = clusters.flatMap(({ customers }) => customers);
  const customers = await store.load(ids);
  const found = [...customers.keys()];
  const contacts = byCustomer(await store.children('contact_points', found));
  const consents = byCustomer(await store.children('consents', found));
  const tags = byCustomer(await store.children('tags', found));
  const externalIds = byCustomer(await store.children('external_ids', found));
  const memberOf = (customer: Customer): MergeMember => ({
    customer,
    contacts: contacts.get(customer.id) ?? [],
    consents: consents.get(customer.id) ?? [],
    tags: tags.get(customer.id) ?? [],
    sources: [...new Set((externalIds.get(customer.id) ?? []).map(({ source }) => source as string))],
  });
  return clusters.map(({ id, customers: own }) => ({
    id,
    members: [...own]
      .sort((a, b) => a - b)
      .flatMap((one) => {
        const customer = customers.get(one);
        return customer === undefined ? [] : [memberOf(customer)];
      }),
  }));
}

/** Merges clusters in the open transaction, all of them together with a few statements. */
export class MergeBatch {
  readonly #connection: Connection;
  readonly #store: CustomerStore;
  readonly #now: string;

  constructor(connection: Connection, now: string) {
    this.#connection = connection;
    this.#store = new CustomerStore(connection);
    this.#now = now;
  }

  /** @param start makes the run, asked when there is something to record */
  async merge(clusters: readonly MergeCluster[], judge: MergeJudge, start: () => Promise<RunLog>): Promise<MergeCounts> {
    const survivorOf = new Map<number, number>();
    const merging = clusters.flatMap((cluster): Merging[] => {
      const decision = judge(cluster);
      if (decision === null) return [];
      const survivor = cluster.members.find(({ customer }) => customer.id === decision.survivor) as MergeMember;
      const losers = cluster.members.filter((member) => member !== survivor);
      for (const { customer } of losers) survivorOf.set(customer.id, decision.survivor);
      return [{ survivor, losers, decision, merged: withFields(survivor.customer, decision.values) }];
    });
    if (merging.length === 0) return { clusters: 0, merged: 0 };
    const log = await start();
    await this.#mergeRows(merging, survivorOf, log);
    await this.#updateSurvivors(merging, survivorOf, log);
    for (const change of await relinkCompanies(this.#connection, this.#store, survivorOf)) await log.add(change);
    const losers = merging.flatMap((one) => one.losers.map(({ customer }) => customer));
    await removeMerged(
      this.#connection,
      this.#store,
      losers.map(({ id }) => id),
    );
    for (const customer of losers)
      await log.add({ entity: 'customers', id: customer.id, action: 'delete', before: wholeOf(customer), after: null });
    await this.#redirect(survivorOf, log);
    return { clusters: merging.length, merged: losers.length };
  }

  async #mergeRows(merging: readonly Merging[], survivorOf: ReadonlyMap<number, number>, log: RunLog): Promise<void> {
    const rows = merging.flatMap(({ survivor, losers, merged }) => [
      ...mergedTags(survivor, losers),
      ...mergedConsents(survivor, losers),
      ...mergedContacts(survivor, losers, merged, this.#now),
    ]);
    const losers = [...survivorOf.keys()];
    for (const table of MOVED) {
      for (const before of await this.#store.children(table, losers))
        rows.push({ table, before, after: { ...before, customer_id: survivorOf.get(before.customer_id as number) as number } });
    }
    const numbered = await this.#withIds(rows);
    for (const table of Object.keys(CHILD_TABLES) as ChildTable[]) {
      const own = numbered.filter((row) => row.table === table);
      if (own.length > 0) await this.#writeRows(table, own);
    }
    for (const row of numbered) await log.add(changeOfRow(row));
  }

  /** Gives contact points that are made their ids. */
  async #withIds(rows: readonly MergedRow[]): Promise<MergedRow[]> {
    const count = rows.filter(({ before }) => before === null).length;
    let next = count === 0 ? 0 : await childIds(this.#connection, 'contact_points').reserve(count);
    return rows.map((row) => (row.before === null ? { ...row, after: { ...row.after, id: next++ } } : row));
  }

  async #writeRows(table: ChildTable, rows: readonly MergedRow[]): Promise<void> {
    const moved = rows.filter(({ before, after }) => before !== null && after !== null && before.customer_id !== after.customer_id);
    const isMoved = new Set(moved);
    const saved = rows.flatMap((row) => (row.after === null || isMoved.has(row) ? [] : [row.after]));
    const removed = rows.flatMap(({ before, after }) => (after === null ? [before as SqlRow] : []));
    await removeChildRows(this.#connection, table, removed);
    for (const alike of byMembers(saved)) await this.#store.saveChildren(table, alike);
    await moveChildRows(
      this.#connection,
      table,
      moved.map(({ before, after }) => ({ from: before as SqlRow, to: after as SqlRow })),
    );
  }

  async #updateSurvivors(merging: readonly Merging[], survivorOf: ReadonlyMap<number, number>, log: RunLog): Promise<void> {
    const ids = merging.map(({ survivor }) => survivor.customer.id);
    await this.#store.keepMarks(ids);
    const keys = await this.#connection.all(
      `SELECT id, row_hash, ${KEY_CELLS.join(', ')} FROM customers WHERE ${this.#connection.facts.inJsonArray('id', 'integer')}`,
      [JSON.stringify(ids)],
    );
    const updates = merging.map(({ survivor, decision }) => this.#updateOf(survivor.customer, decision, survivorOf));
    await this.#store.update(updates, new Map(keys.map((row) => [row.id as number, row])));
    for (const [i, { customer, changed }] of updates.entries()) {
      const { rules } = (merging[i] as Merging).decision;
      const isSilent = Object.keys(changed?.after ?? {}).length === 0 && Object.keys(rules).length === 0;
      if (!isSilent)
        await log.add({ entity: 'customers', id: customer.id, action: 'update', ...(changed as NonNullable<typeof changed>), rules });
    }
  }

  #updateOf(before: Customer, { values }: MergeDecision, survivorOf: ReadonlyMap<number, number>): Update {
    const after: Record<string, FieldValue> = { ...values };
    // The company may be merged in the same batch.
    if (typeof after.company_id === 'number') after.company_id = survivorOf.get(after.company_id) ?? after.company_id;
    const old = Object.fromEntries(Object.keys(after).map((field) => [field, fieldOf(before, field)]));
    const customer = { ...withFields(before, after), version: before.version + 1, updated_at: this.#now };
    return { customer, rowHash: null, changed: { before: old, after } };
  }

  async #redirect(survivorOf: ReadonlyMap<number, number>, log: RunLog): Promise<void> {
    const rows = [...survivorOf].map(([old_id, customer_id]) => ({ old_id, customer_id, run_id: log.id, created_at: this.#now }));
    await this.#store.saveChildren('redirects', rows);
    for (const row of rows) await log.add(changeOfRow({ table: 'redirects', before: null, after: row }));
  }
}

function changeOfRow({ table, before, after, rules }: MergedRow): Change {
  const id = ((after ?? before) as SqlRow).customer_id as number;
  const action = before === null ? 'insert' : after === null ? 'delete' : 'update';
  const change: Change = { entity: table, id, action, before: before as FieldValues | null, after: after as FieldValues | null };
  return rules === undefined ? change : { ...change, rules };
}

function byCustomer(rows: readonly SqlRow[]): Map<number, SqlRow[]> {
  const groups = new Map<number, SqlRow[]>();
  for (const row of rows) {
    const group = groups.get(row.customer_id as number);
    if (group === undefined) groups.set(row.customer_id as number, [row]);
    else group.push(row);
  }
  return groups;
}
