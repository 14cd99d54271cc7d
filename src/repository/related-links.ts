import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { RelatedOutcome, RelatedRow } from './related-rows.ts';

/** Of a key that more customers share, no one is meant. */
const SHARED_LIMIT = 20;

type Found = ReadonlyMap<string, ReadonlySet<number>>;

/** Customers by the keys of one batch of rows. */
interface Keys {
  readonly id: Found;
  readonly externalId: Found;
  readonly email: Found;
  readonly phone: Found;
}

/** Finds the customers that rows of related data are about, many rows with a few queries. */
export class CustomerLinks {
  readonly #connection: Connection;
  readonly #source: string | null;

  /** @param source system that the external ids belong to; null: any, where only one customer has the id */
  constructor(connection: Connection, source: string | null) {
    this.#connection = connection;
    this.#source = source;
  }

  /**
   * The customer of each row, or why there is none. Keys count in the order of authority: id, external id, e-mail, phone.
   * The first that finds somebody decides; where it finds several, the next ones must leave one of them.
   */
  async resolve(rows: readonly RelatedRow[]): Promise<(number | Exclude<RelatedOutcome, string>)[]> {
    const texts = (pick: (row: RelatedRow) => string | number | null): string[] => [
      ...new Set(rows.map(pick).flatMap((key) => (key === null ? [] : [String(key)]))),
    ];
    const keys: Keys = {
      id: await this.#byId(texts(({ link }) => link.id)),
      externalId: await this.#byExternalId(texts(({ link }) => link.externalId)),
      email: await this.#byKey(
        'email',
        texts(({ link }) => link.email),
      ),
      phone: await this.#byKey(
        'phone',
        texts(({ link }) => link.phone),
      ),
    };
    const others = await this.#knownAsOthers(rows, keys);
    return rows.map((row) => decide(row, keys, others));
  }

  /** Of the customers that rows with an unknown id name otherwise: those that have an id in the named source. They are other records there. */
  async #knownAsOthers(rows: readonly RelatedRow[], keys: Keys): Promise<ReadonlySet<number>> {
    const candidates = new Set<number>();
    for (const { link } of rows) {
      if (link.externalId === null || keys.externalId.has(link.externalId)) continue;
      for (const name of ['email', 'phone'] as const) for (const id of keys[name].get(link[name] ?? '') ?? []) candidates.add(id);
    }
    if (this.#source === null || candidates.size === 0) return new Set();
    const found = await this.#connection.all<{ id: number }>(
      `SELECT DISTINCT customer_id AS id FROM external_ids WHERE source = ? AND ${this.#connection.facts.inJsonArray('customer_id', 'integer')}`,
      [this.#source, JSON.stringify([...candidates])],
    );
    return new Set(found.map(({ id }) => id));
  }

  async #byId(ids: readonly string[]): Promise<Found> {
    const found = new Map<string, Set<number>>();
    if (ids.length === 0) return found;
    const list = JSON.stringify(ids.map(Number));
    const { facts } = this.#connection;
    const own = await this.#connection.all<{ id: number }>(`SELECT id FROM customers WHERE ${facts.inJsonArray('id', 'integer')}`, [list]);
    for (const { id } of own) found.set(String(id), new Set([id]));
    const merged = await this.#connection.all<{ old_id: number; customer_id: number }>(
      `SELECT old_id, customer_id FROM redirects WHERE ${facts.inJsonArray('old_id', 'integer')}`,
      [list],
    );
    for (const { old_id, customer_id } of merged) found.set(String(old_id), new Set([customer_id]));
    return found;
  }

  async #byExternalId(ids: readonly string[]): Promise<Found> {
    if (ids.length === 0) return new Map();
    const condition = this.#source === null ? '' : ' AND e.source = ?';
    const rows = await this.#connection.all<SqlRow & { value: string; id: number }>(
      `SELECT DISTINCT j.value, c.id FROM ${this.#connection.facts.jsonRows} j CROSS JOIN external_ids e JOIN customers c ON c.id = e.customer_id
       WHERE e.external_id = j.value${condition}`,
      this.#source === null ? [JSON.stringify(ids)] : [JSON.stringify(ids), this.#source],
    );
    return grouped(rows);
  }

  /** Customers with this address or number, primary or further. */
  async #byKey(kind: 'email' | 'phone', values: readonly string[]): Promise<Found> {
    if (values.length === 0) return new Map();
    const { facts } = this.#connection;
    const list = [JSON.stringify(values)];
    const primary = await this.#connection.all<SqlRow & { value: string; id: number }>(
      `SELECT j.value, c.id ${facts.customersByKey(`${kind}_key`, SHARED_LIMIT)}`,
      list,
    );
    const further = await this.#connection.all<SqlRow & { value: string; id: number }>(
      `SELECT DISTINCT j.value, p.customer_id AS id FROM ${facts.jsonRows} j CROSS JOIN contact_points p WHERE p.kind = '${kind}' AND p.key = j.value`,
      list,
    );
    return grouped([...primary, ...further]);
  }
}

function grouped(rows: readonly { readonly value: string; readonly id: number }[]): Found {
  const found = new Map<string, Set<number>>();
  for (const { value, id } of rows) found.set(value, (found.get(value) ?? new Set()).add(id));
  return found;
}

const FIELDS = { id: 'customer.id', externalId: 'customer.external_id', email: 'customer.email', phone: 'customer.phone' } as const;

function decide({ link }: RelatedRow, keys: Keys, others: ReadonlySet<number>): number | Exclude<RelatedOutcome, string> {
  let left: ReadonlySet<number> | null = null;
  let by: keyof Keys | null = null;
  let asked: keyof Keys | null = null;
  for (const name of ['id', 'externalId', 'email', 'phone'] as const) {
    const key = link[name];
    if (key === null) continue;
    asked ??= name;
    const all = [...(keys[name].get(String(key)) ?? [])];
    const isUnknown = link.externalId !== null && !keys.externalId.has(link.externalId);
    const found = isUnknown && name !== 'id' ? all.filter((id) => !others.has(id)) : all;
    if (found.length === 0) continue;
    by ??= name;
    const common: readonly number[] = left === null ? found : [...left].filter((id) => found.includes(id));
    if (common.length > 0) left = new Set(common);
    if (left?.size === 1) return common[0] as number;
  }
  if (left !== null && by !== null)
    return { field: FIELDS[by], code: 'AMBIGUOUS_CUSTOMER', reason: 'several customers have this key: give one that only one of them has' };
  if (asked === null) return { field: null, code: 'UNKNOWN_CUSTOMER', reason: 'the row does not say which customer it is about' };
  return { field: FIELDS[asked], code: 'UNKNOWN_CUSTOMER', reason: 'there is no such customer: import the customers first' };
}
