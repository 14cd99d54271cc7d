import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Customer } from '../model/customer.ts';
import { idsKept } from '../model/external-id.ts';
import { FIELDS } from '../model/fields.ts';
import { CUSTOMER_COLUMNS, customerOf } from './customer-rows.ts';
import { CustomerStore } from './customer-store.ts';
import type { CandidateIndex, DeferredRow } from './import-candidates.ts';
import type { ImportRow } from './import-batch.ts';
import { type CustomerChildren, loadChildren } from './import-children.ts';
import { changesNothing } from './import-fold.ts';
import type { ImportSettings } from './import-settings.ts';

const KEYS = ['email', 'phone'] as const;
const PAGE = 100;
const MORE_THAN_ANY_EXTENT = 2 ** 32;
/** Columns that both engines compare with a text as it is. */
const TEXT_COLUMNS = FIELDS.filter(({ type, writable }) => writable && type !== 'date' && type !== 'instant').map(({ name }) => name);

/**
 * Customers that the rows of one page would not change. Where several customers share a key and a name, a row is about
 * the one that it describes already: so what we exported changes nothing, even where two customers look like one.
 */
export class IdenticalCustomers {
  readonly #groups = new Map<string, Customer[]>();
  #tags: ReadonlyMap<number, ReadonlySet<string>> = new Map();
  #children: ReadonlyMap<number, CustomerChildren> = new Map();
  readonly #extents = new Map<number, number>();
  readonly #index: CandidateIndex;
  readonly #connection: Connection;
  /** By what rows say: customers found and not looked at yet, and the id up to which they were looked at. */
  readonly #searches = new Map<string, { ahead: Customer[]; from: number }>();

  private constructor(connection: Connection, index: CandidateIndex) {
    this.#connection = connection;
    this.#index = index;
  }

  /** Looks up the customers that share a key and a name with these rows, where there are several of that key. */
  static async load(
    connection: Connection,
    settings: ImportSettings,
    rows: readonly DeferredRow[],
    index: CandidateIndex,
  ): Promise<IdenticalCustomers> {
    const found = new IdenticalCustomers(connection, index);
    for (const key of KEYS) {
      if (!settings.match.has(key)) continue;
      const shared = rows.filter(({ keys }) => index.isShared(key, keys[`${key}_key`]));
      await found.#loadGroups(connection, key, shared);
    }
    const store = new CustomerStore(connection);
    const idsOf = (some: readonly DeferredRow[]): number[] => {
      // Many rows may look at one long group.
      const groups = new Set(some.flatMap((row) => [found.#sharing(row), index.identicalTo(row)]));
      return [...new Set([...groups].flatMap((group) => group.map(({ id }) => id)))];
    };
    found.#tags = await store.tagsOf(idsOf(rows.filter(({ row }) => row.tags.length > 0)));
    const withChildren = rows.filter((row) => row.row.children.length > 0 || index.identicalTo(row).length > 1);
    found.#children = await loadChildren(store, idsOf(withChildren));
    return found;
  }

  /** The customer of the row's key and name that has all that the row says, its tags and ids too; null when there is none. */
  describedBy(deferred: DeferredRow): number | null {
    const { row } = deferred;
    const hasIds = ({ id }: Customer): boolean => row.ids.every((externalId) => this.#index.byExternalId(externalId)?.id === id);
    const customer = this.#sharing(deferred).find((one) => hasIds(one) && this.#hasAll(one, deferred) && isSame(one, row));
    return customer?.id ?? null;
  }

  /**
   * The customer that a row without keys would not change: of those looked at the best fit, else one that is looked for
   * by all that the row says, where very many have its name.
   * @param isFree whether no other row has taken the customer
   */
  async ofKeyless(deferred: DeferredRow, isFree: (id: number) => boolean): Promise<number | null> {
    const near = this.#bestFit(deferred, isFree);
    if (near !== null) return near.id;
    return this.#index.hasMoreIdentical(deferred.keys) ? this.#lookFurther(deferred, isFree) : null;
  }

  async #lookFurther({ row, keys }: DeferredRow, isFree: (id: number) => boolean): Promise<number | null> {
    const said = TEXT_COLUMNS.filter((column) => typeof row.values[column] === 'string');
    const key = (['phone_key', 'name_key', 'email_key'] as const).find((name) => keys[name] !== null);
    const conditions = key === undefined ? 'phone_key IS NULL AND name_key IS NULL AND email_key IS NULL' : `${key} = ?`;
    const values = [...(key === undefined ? [] : [keys[key]]), ...said.map((column) => row.values[column] as string)];
    const sql = `SELECT ${CUSTOMER_COLUMNS.join(', ')} FROM customers WHERE ${[conditions, ...said.map((column) => `${column} = ?`)].join(' AND ')} AND id > ? ORDER BY id LIMIT ${PAGE}`;
    const content = JSON.stringify(row.values);
    const search = this.#searches.get(content) ?? { ahead: [], from: 0 };
    this.#searches.set(content, search);
    for (;;) {
      for (let customer = search.ahead.shift(); customer !== undefined; customer = search.ahead.shift()) {
        search.from = customer.id;
        if (isFree(customer.id) && isSame(customer, row)) return customer.id;
      }
      search.ahead = (await this.#connection.all(sql, [...values, search.from])).map(customerOf);
      if (search.ahead.length === 0) return null;
    }
  }

  /**
   * The free customer whose fields a row without keys would not change and that fits it best: one with an id that the row
   * names, then one that has all else it says, then the one that says least beyond it. So rows of which one says less than
   * its twin find their own customers again, whichever comes first.
   */
  #bestFit(deferred: DeferredRow, isFree: (id: number) => boolean): Customer | null {
    let best: Customer | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const customer of this.#index.identicalTo(deferred)) {
      if (!isFree(customer.id) || !isSame(customer, deferred.row)) continue;
      const misfit = this.#misfit(customer, deferred);
      if (misfit < least) [best, least] = [customer, misfit];
    }
    return best;
  }

  #misfit(customer: Customer, deferred: DeferredRow): number {
    const missed = (this.#isNamed(customer, deferred.row) ? 0 : 2) + (this.#hasAll(customer, deferred) ? 0 : 1);
    return missed * MORE_THAN_ANY_EXTENT + this.#extent(customer);
  }

  /** Whether a customer has one of the row's external ids, or keeps them as those that were somebody else's. */
  #isNamed(customer: Customer, { ids }: ImportRow): boolean {
    if (ids.length === 0) return false;
    return customer.attributes.external_id === idsKept(ids) || ids.some((one) => this.#index.byExternalId(one)?.id === customer.id);
  }

  /** How much is said of a customer: its values, contact points and consents. Thousands of rows may ask it of the same thousands. */
  #extent(customer: Customer): number {
    let extent = this.#extents.get(customer.id);
    if (extent === undefined) {
      const values = Object.values(customer).filter((value) => value !== null).length;
      extent = values + Object.keys(customer.attributes).length + (this.#children.get(customer.id)?.size ?? 0);
      this.#extents.set(customer.id, extent);
    }
    return extent;
  }

  #sharing({ keys }: DeferredRow): readonly Customer[] {
    return KEYS.flatMap((key) => this.#groups.get(groupKey(key, keys[`${key}_key`] ?? '', keys.name_key ?? '')) ?? []);
  }

  #hasAll(customer: Customer, { row }: DeferredRow): boolean {
    if (!row.tags.every((tag) => this.#tags.get(customer.id)?.has(tag))) return false;
    return row.children.length === 0 || this.#children.get(customer.id)?.changesNothing(row.children, customer) === true;
  }

  async #loadGroups(connection: Connection, key: (typeof KEYS)[number], rows: readonly DeferredRow[]): Promise<void> {
    const pairs = new Map(
      rows.map(({ keys }) => [keys[`${key}_key`] ?? '', keys.name_key ?? ''] as const).map((pair) => [groupKey(key, ...pair), pair]),
    );
    if (pairs.size === 0) return;
    const customers = await connection.all<SqlRow & { lookup_key: string; lookup_name: string }>(
      `SELECT j.value AS lookup_key, j.other AS lookup_name, ${CUSTOMER_COLUMNS.map((name) => `c.${name}`).join(', ')}
       FROM ${connection.facts.jsonPairs} j CROSS JOIN customers c WHERE c.${key}_key = j.value AND coalesce(c.name_key, '') = j.other ORDER BY c.id`,
      [JSON.stringify([...pairs.values()])],
    );
    for (const { lookup_key, lookup_name, ...row } of customers) {
      const group = groupKey(key, lookup_key, lookup_name);
      const members = this.#groups.get(group);
      if (members === undefined) this.#groups.set(group, [customerOf(row)]);
      else members.push(customerOf(row));
    }
  }
}

function isSame(customer: Customer, row: ImportRow): boolean {
  return changesNothing(customer, row, 'update');
}

function groupKey(key: string, value: string, nameKey: string): string {
  return `${key} ${value}\0${nameKey}`;
}
