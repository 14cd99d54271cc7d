import type { Engine } from '../engines/connection.ts';
import { BitSet } from './bloom.ts';
import { compileCustomerCondition } from './customer-query.ts';
import type { Fragment } from './query-fragment.ts';
import type { QueryOptions } from './query-options.ts';
import type { Reader } from './whole-customers.ts';

/** Customers that are to be archived: a condition, with the name of the policy where it is one. */
export interface ArchivePolicy {
  readonly name: string | null;
  readonly selection: Pick<QueryOptions, 'filter' | 'ids'>;
}

/** Which customers would be archived, and which not although a policy says so. */
export interface ArchiveChoice {
  /** Customers that there are. */
  readonly examined: number;
  /** In the order in which they go: persons before their companies. */
  readonly persons: BitSet;
  readonly organisations: BitSet;
  readonly count: number;
  /** How many by policy; a customer counts for the first that it falls under. */
  readonly byPolicy: ReadonlyMap<string, number>;
  /** Customers that are tagged `hold`: they stay, whatever a policy says. */
  readonly held: number;
  /** Organisations that customers who stay belong to: they stay as well. */
  readonly linked: number;
  policyOf(id: number): string | null;
  /** Of these customers those that a policy does not name any more, that are held, or that others who stay belong to. */
  staying(reader: Reader, ids: readonly number[]): Promise<ReadonlySet<number>>;
}

/** The tag of customers that must be kept where they are: a legal hold. In any case of letters. */
export const HOLD_TAG = 'hold';

/** SQL condition that a customer is held. */
export const IS_HELD = `EXISTS (SELECT 1 FROM tags WHERE tags.customer_id = customers.id AND lower(tags.tag) = '${HOLD_TAG}')`;

const PAGE = 1000;

/**
 * Chooses the customers that fall under one of the policies; reads only, without a lock.
 * @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD
 */
export async function chooseCustomers(main: Engine, policies: readonly ArchivePolicy[], now: Date): Promise<ArchiveChoice> {
  const compiled: (ArchivePolicy & { readonly condition: Fragment; readonly members: BitSet })[] = [];
  for (const policy of policies)
    compiled.push({ ...policy, condition: await compileCustomerCondition(main, policy.selection, now), members: new BitSet() });
  const [size] = await main.all<{ n: number }>('SELECT count(*) AS n FROM customers');
  const persons = new BitSet();
  const organisations = new BitSet();
  const held = new BitSet();
  let [count, heldCount] = [0, 0];
  for (const { condition, members } of compiled) {
    const sql = `SELECT customers.id, customers.kind, CASE WHEN ${IS_HELD} THEN 1 ELSE 0 END AS held FROM customers${condition.text} ORDER BY customers.id`;
    for await (const batch of main.stream(sql, [...condition.parameters])) {
      for (const [id, kind, isHeld] of batch as [number, string, number][]) {
        if (persons.has(id) || organisations.has(id) || held.has(id)) continue;
        if (isHeld === 1) heldCount++;
        else count++;
        (isHeld === 1 ? held : kind === 'person' ? persons : organisations).add(id);
        if (isHeld !== 1) members.add(id);
      }
    }
  }
  const policyOf = (id: number): string | null => compiled.find(({ members }) => members.has(id))?.name ?? null;
  const linked = await dropLinked(main, persons, organisations);
  const byPolicy = new Map<string, number>();
  for (const { name, members } of compiled) {
    let n = 0;
    for (const id of members.members()) if (persons.has(id) || organisations.has(id)) n++;
    if (name !== null) byPolicy.set(name, n);
  }
  return {
    ...{ examined: size?.n ?? 0, persons, organisations, count: count - linked, byPolicy, held: heldCount, linked, policyOf },
    staying: (reader, ids) =>
      staying(
        reader,
        ids,
        compiled.map(({ condition }) => condition),
      ),
  };
}

/** Takes the organisations out that somebody who stays belongs to, until there are no more of them. @returns how many */
async function dropLinked(main: Engine, persons: BitSet, organisations: BitSet): Promise<number> {
  let dropped = 0;
  for (let before = -1; before !== dropped; ) {
    before = dropped;
    for (const page of pagesOf(organisations.members(), () => PAGE)) {
      const rows = await main.all<{ id: number; company_id: number }>(
        `SELECT id, company_id FROM customers WHERE ${main.facts.inJsonArray('company_id', 'integer')}`,
        [JSON.stringify(page)],
      );
      for (const { id, company_id } of rows) {
        if (persons.has(id) || organisations.has(id) || !organisations.has(company_id)) continue;
        organisations.delete(company_id);
        dropped++;
      }
    }
  }
  return dropped;
}

async function staying(reader: Reader, ids: readonly number[], conditions: readonly Fragment[]): Promise<ReadonlySet<number>> {
  const list = JSON.stringify(ids);
  const going = new Set<number>();
  for (const { text, parameters } of conditions) {
    const rows = await reader.all<{ id: number }>(
      `SELECT customers.id FROM customers WHERE ${reader.facts.inJsonArray('customers.id', 'integer')} AND NOT ${IS_HELD} AND (${text.replace(/^ WHERE /, '') || '1 = 1'})`,
      [list, ...parameters],
    );
    for (const { id } of rows) going.add(id);
  }
  for (const id of await linkedOf(reader, ids)) going.delete(id);
  return new Set(ids.filter((id) => !going.has(id)));
}

/** Of these customers those that others belong to. */
export async function linkedOf(reader: Reader, ids: readonly number[]): Promise<number[]> {
  const list = JSON.stringify(ids);
  const { inJsonArray } = reader.facts;
  const rows = await reader.all<{ company_id: number }>(
    `SELECT DISTINCT company_id FROM customers WHERE ${inJsonArray('company_id', 'integer')} AND NOT (${inJsonArray('id', 'integer')})`,
    [list, list],
  );
  return rows.map(({ company_id }) => company_id);
}

/** Numbers in pages. @param size asked anew for each page */
export function* pagesOf(numbers: Iterable<number>, size: () => number): Generator<number[]> {
  let page: number[] = [];
  let limit = size();
  for (const number of numbers) {
    page.push(number);
    if (page.length < limit) continue;
    yield page;
    page = [];
    limit = size();
  }
  if (page.length > 0) yield page;
}
