import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Customer } from '../model/customer.ts';
import type { ExternalId } from '../model/external-id.ts';
import { CUSTOMER_COLUMNS, customerOf } from './customer-rows.ts';
import type { MatchKeys } from '../normalize/match-keys.ts';
import type { ImportRow } from './import-batch.ts';
import { type RowMark, loadMarks } from './import-marks.ts';
import {
  KNOWN_COLUMNS,
  type JoinedRows,
  type Known,
  type RowIdentity,
  identityOf,
  knownOf,
  mayBeAbout,
  onlyOne,
} from './import-identity.ts';
import type { ImportSettings } from './import-settings.ts';

/** A key shared by this many customers is a switchboard or a placeholder: only an equal name decides then. */
export const SHARED_KEY_LIMIT = 20;
const IDENTICAL_LIMIT = 200;
const WITHOUT_KEYS_LIMIT = 5000;
/** Customers of shared keys and equal names that one page looks at, in all. */
const EXACT_LIMIT = 20_000;
/** A customer of whom nothing is known but its ids. */
const NOBODY = { nameKey: null, phoneKey: null, birthday: null, taxId: null, kind: 'person', rowHash: null };

/** A row put aside, with what the customer would be if it were a new one. */
export interface DeferredRow {
  readonly seq: number;
  readonly row: ImportRow;
  readonly kind: string;
  readonly name: string | null;
  readonly keys: MatchKeys;
}

/** What the store knows about the keys of one page of rows, kept up to date while the page makes customers. */
export class CandidateIndex {
  readonly #externalIds = new Map<string, Known>();
  readonly #idsOfCustomer = new Map<number, ExternalId[]>();
  readonly #byKey = { email: new Map<string, Known[]>(), phone: new Map<string, Known[]>() };
  readonly #exact = { email: new Map<string, Known[]>(), phone: new Map<string, Known[]>() };
  readonly #byName = new Map<string, Customer[]>();
  readonly #byPhone = new Map<string, Customer[]>();
  readonly #byRow = new Map<number, RowMark[]>();
  readonly #byEmail = new Map<string, Customer[]>();
  /** Customers without any key, by their name: a name of no letter and no digit has no key, an empty one stands for none. */
  readonly #withoutKeys = new Map<string, Customer[]>();

  /** Looks up all keys of a page with a few queries. */
  static async load(connection: Connection, settings: ImportSettings, rows: readonly DeferredRow[]): Promise<CandidateIndex> {
    const index = new CandidateIndex();
    await index.#loadExternalIds(connection, rows);
    for (const key of ['email', 'phone'] as const) if (settings.match.has(key)) await index.#loadKey(connection, key, rows);
    if (settings.match.size > 0) {
      await index.#loadIdentical(connection, settings, rows);
      await index.#loadKnown(connection, rows);
    }
    return index;
  }

  /** Customers that are equal to this very row, or that it went to at an earlier import. */
  knownBy(rowHash: number): readonly RowMark[] {
    return this.#byRow.get(rowHash) ?? [];
  }

  async #loadKnown(connection: Connection, rows: readonly DeferredRow[]): Promise<void> {
    const hashes = rows.map(({ row }) => row.rowHash);
    const equal = await connection.all<SqlRow & { row_hash: number; id: number }>(
      `SELECT c.row_hash, c.id FROM ${connection.facts.jsonRows} j CROSS JOIN customers c
       WHERE c.row_hash = CAST(j.value AS bigint) AND c.email_key IS NULL ORDER BY c.id`,
      [JSON.stringify([...new Set(hashes)].map(String))],
    );
    const known = [
      ...equal.map(({ row_hash, id }) => ({ rowHash: row_hash, id, isMerged: false })),
      ...(await loadMarks(connection, hashes)),
    ];
    for (const mark of known) this.#byRow.set(mark.rowHash, [...(this.#byRow.get(mark.rowHash) ?? []), mark]);
    const unknown = known.filter(({ id }) => !this.#idsOfCustomer.has(id)).map(({ id }) => id);
    if (unknown.length > 0 && rows.some(({ row }) => row.ids.length > 0)) await this.#loadIdsOf(connection, unknown);
  }

  /** Whether a customer may have these ids: not when it has only other ones in one of their sources, where it is another record. */
  mayHave(id: number, ids: readonly ExternalId[]): boolean {
    const had = this.#idsOfCustomer.get(id) ?? [];
    const isKnown = (other: ExternalId): boolean => ids.some((wanted) => wanted.source === other.source && wanted.id === other.id);
    return ids.every(({ source }) => {
      const others = had.filter((other) => other.source === source);
      return others.length === 0 || others.some(isKnown);
    });
  }

  /** The customer that has this external id. */
  byExternalId(externalId: ExternalId): Known | null {
    return this.#externalIds.get(pair(externalId.source, externalId.id)) ?? null;
  }

  /** Whether several customers have this key. */
  isShared(key: 'email' | 'phone', value: string | null): boolean {
    return value !== null && (this.#byKey[key].get(value)?.length ?? 0) > 1;
  }

  /** Whether no customer has this external id. */
  isFree(externalId: ExternalId): boolean {
    return !this.#externalIds.has(pair(externalId.source, externalId.id));
  }

  /**
   * The customer with this key that the row may be about: the one that this very row made, else one of an equal name first.
   * @param ids customers that have another id of one of these sources are other records there, and no match
   * @param joined what earlier rows said of the customers that they went to
   */
  byKey(
    key: 'email' | 'phone',
    value: string,
    { rowHash, row }: { readonly rowHash: number; readonly row: RowIdentity },
    ids: readonly ExternalId[],
    joined: JoinedRows,
  ): number | null {
    const known = this.#byKey[key].get(value) ?? [];
    const own = known.find((candidate) => candidate.rowHash === rowHash && this.mayHave(candidate.id, ids));
    if (own !== undefined) return own.id;
    const fits = (candidate: Known): boolean =>
      mayBeAbout(row, candidate, key === 'email' ? value : null) && this.mayHave(candidate.id, ids) && joined.admits(candidate.id, row);
    const exact = this.#exact[key].get(pair(value, row.nameKey ?? '')) ?? [];
    const equal = [...exact, ...known.filter(({ nameKey }) => nameKey === row.nameKey)].filter(fits);
    if (equal.length > 0) return onlyOne(equal, row)?.id ?? null;
    return known.length > SHARED_KEY_LIMIT ? null : (onlyOne(known.filter(fits), row)?.id ?? null);
  }

  /** Stored customers that a row without keys may be identical to. */
  identicalTo({ keys, name }: DeferredRow): readonly Customer[] {
    if (keys.phone_key !== null) return (this.#byPhone.get(keys.phone_key) ?? []).filter((customer) => customer.name === name);
    if (keys.name_key !== null) return this.#byName.get(keys.name_key) ?? [];
    if (keys.email_key !== null) return (this.#byEmail.get(keys.email_key) ?? []).filter((customer) => customer.name === name);
    return this.#withoutKeys.get(name ?? '') ?? [];
  }

  /** Whether there are more customers that such a row may be identical to than were looked at. */
  hasMoreIdentical(keys: MatchKeys): boolean {
    const { phone_key, name_key, email_key } = keys;
    if (phone_key !== null) return (this.#byPhone.get(phone_key)?.length ?? 0) >= IDENTICAL_LIMIT;
    if (name_key !== null) return (this.#byName.get(name_key)?.length ?? 0) >= IDENTICAL_LIMIT;
    if (email_key !== null) return (this.#byEmail.get(email_key)?.length ?? 0) >= IDENTICAL_LIMIT;
    return [...this.#withoutKeys.values()].reduce((sum, group) => sum + group.length, 0) >= WITHOUT_KEYS_LIMIT;
  }

  /** Says that a row is about a customer. @returns those of the row's external ids that nobody has yet: now this customer's */
  attach(ids: readonly ExternalId[], id: number): ExternalId[] {
    const free = ids.filter((externalId) => this.isFree(externalId));
    for (const externalId of free) this.#remember(externalId, { ...NOBODY, id });
    return free;
  }

  /** Says that a row of this page made a customer. */
  addNew({ keys, kind, row }: DeferredRow, id: number, ids: readonly ExternalId[]): void {
    const known: Known = { ...identityOf(row, keys), id, kind, rowHash: row.rowHash };
    for (const externalId of ids) this.#remember(externalId, known);
    for (const key of ['email', 'phone'] as const) {
      const value = keys[`${key}_key`];
      if (value === null) continue;
      this.#byKey[key].set(value, [...(this.#byKey[key].get(value) ?? []).slice(0, SHARED_KEY_LIMIT), known]);
      const exact = pair(value, keys.name_key ?? '');
      this.#exact[key].set(exact, [...(this.#exact[key].get(exact) ?? []).slice(0, SHARED_KEY_LIMIT), known]);
    }
  }

  #remember(externalId: ExternalId, known: Known): void {
    this.#externalIds.set(pair(externalId.source, externalId.id), known);
    this.#idsOfCustomer.set(known.id, [...(this.#idsOfCustomer.get(known.id) ?? []), externalId]);
  }

  async #loadExternalIds(connection: Connection, rows: readonly DeferredRow[]): Promise<void> {
    const wanted = rows.flatMap(({ row }) => row.ids);
    if (wanted.length === 0) return;
    const found = await connection.all<SqlRow & { source: string; external_id: string }>(
      `SELECT e.source, e.external_id, ${KNOWN_COLUMNS} FROM ${connection.facts.jsonPairs} j
       CROSS JOIN external_ids e JOIN customers c ON c.id = e.customer_id WHERE e.external_id = j.value AND e.source = j.other`,
      [JSON.stringify(wanted.map(({ id, source }) => [id, source]))],
    );
    for (const hit of found) this.#remember({ source: hit.source, id: hit.external_id }, knownOf(hit));
  }

  async #loadKey(connection: Connection, key: 'email' | 'phone', rows: readonly DeferredRow[]): Promise<void> {
    const pairs = rows.flatMap(({ keys }) => {
      const value = keys[`${key}_key`];
      return value === null ? [] : [{ value, name: keys.name_key ?? '' }];
    });
    const values = JSON.stringify([...new Set(pairs.map(({ value }) => value))]);
    const { jsonRows, jsonPairs } = connection.facts;
    const near = await connection.all<SqlRow & { value: string }>(
      `SELECT j.value, ${KNOWN_COLUMNS} ${connection.facts.customersByKey(`${key}_key`, SHARED_KEY_LIMIT + 1)} ORDER BY c.id`,
      [values],
    );
    for (const hit of near) add(this.#byKey[key], hit.value, knownOf(hit));
    // Of a shared key only a few customers were looked at: those with the very name are looked for by it.
    const shared = pairs.filter(({ value }) => (this.#byKey[key].get(value)?.length ?? 0) > SHARED_KEY_LIMIT);
    // Of those that nothing tells apart the first.
    const told = 'c.birthday, c.tax_id, c.phone_key, c.kind';
    const exact = await connection.all<SqlRow & { value: string; name: string }>(
      `SELECT j.value, j.other AS name, j.other AS name_key, min(c.id) AS id, ${told}, NULL AS row_hash FROM ${jsonPairs} j
       CROSS JOIN customers c WHERE c.${key}_key = j.value AND c.name_key = j.other GROUP BY j.value, j.other, ${told}
       ORDER BY min(c.id) LIMIT ${EXACT_LIMIT}`,
      [JSON.stringify(shared.map(({ value, name }) => [value, name]))],
    );
    const nameless = await connection.all<SqlRow & { value: string; name: string }>(
      `SELECT j.value, '' AS name, NULL AS name_key, min(c.id) AS id, ${told}, NULL AS row_hash FROM ${jsonRows} j
       CROSS JOIN customers c WHERE c.${key}_key = j.value AND c.name_key IS NULL GROUP BY j.value, ${told}
       ORDER BY min(c.id) LIMIT ${EXACT_LIMIT}`,
      [JSON.stringify([...new Set(shared.flatMap(({ value, name }) => (name === '' ? [value] : [])))])],
    );
    for (const hit of [...exact, ...nameless]) add(this.#exact[key], pair(hit.value, hit.name), knownOf(hit));
    if (rows.some(({ row }) => row.ids.length > 0))
      await this.#loadIdsOf(
        connection,
        [...near, ...exact, ...nameless].map(({ id }) => id as number),
      );
  }

  async #loadIdsOf(connection: Connection, ids: readonly number[]): Promise<void> {
    const found = await connection.all<SqlRow & { customer_id: number; source: string; external_id: string }>(
      `SELECT customer_id, source, external_id FROM external_ids WHERE ${connection.facts.inJsonArray('customer_id', 'integer')}`,
      [JSON.stringify([...new Set(ids)])],
    );
    for (const row of found) this.#idsOfCustomer.set(row.customer_id, []);
    for (const row of found) this.#idsOfCustomer.get(row.customer_id)?.push({ source: row.source, id: row.external_id });
  }

  async #loadIdentical(connection: Connection, settings: ImportSettings, rows: readonly DeferredRow[]): Promise<void> {
    const leads = (externalId: ExternalId): boolean => !settings.implicitSources.has(externalId.source) || this.isFree(externalId);
    const keyless = rows.filter(
      ({ row, keys }) =>
        !(settings.match.has('external_id') && row.ids.some(leads)) &&
        !(settings.match.has('email') && keys.email_key !== null) &&
        !(settings.match.has('phone') && keys.phone_key !== null),
    );
    const byPhone = keyless.flatMap(({ keys }) => (keys.phone_key === null ? [] : [keys.phone_key]));
    const byName = keyless.flatMap(({ keys }) => (keys.phone_key !== null || keys.name_key === null ? [] : [keys.name_key]));
    const byEmail = keyless.flatMap(({ keys }) =>
      keys.phone_key !== null || keys.name_key !== null || keys.email_key === null ? [] : [keys.email_key],
    );
    await loadGroups(connection, 'phone_key', byPhone, this.#byPhone);
    await loadGroups(connection, 'email_key', byEmail, this.#byEmail);
    await loadGroups(connection, 'name_key', byName, this.#byName);
    const unnamed = keyless.filter(({ keys }) => keys.phone_key === null && keys.name_key === null && keys.email_key === null);
    await this.#loadWithoutKeys(connection, [...new Set(unnamed.map(({ name }) => name ?? ''))]);
  }

  async #loadWithoutKeys(connection: Connection, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const rows = await connection.all(
      `SELECT ${CUSTOMER_COLUMNS.join(', ')} FROM customers WHERE name_key IS NULL AND phone_key IS NULL AND email_key IS NULL
       AND ${connection.facts.inJsonArray("COALESCE(name, '')")} ORDER BY id LIMIT ${WITHOUT_KEYS_LIMIT}`,
      [JSON.stringify(names)],
    );
    for (const customer of rows.map(customerOf)) {
      const group = this.#withoutKeys.get(customer.name ?? '');
      if (group === undefined) this.#withoutKeys.set(customer.name ?? '', [customer]);
      else group.push(customer);
    }
  }
}

async function loadGroups(
  connection: Connection,
  column: 'phone_key' | 'name_key' | 'email_key',
  values: readonly string[],
  into: Map<string, Customer[]>,
): Promise<void> {
  if (values.length === 0) return;
  const rows = await connection.all(
    `SELECT j.value AS lookup_key, ${CUSTOMER_COLUMNS.map((name) => `c.${name}`).join(', ')} ${connection.facts.customersByKey(column, IDENTICAL_LIMIT)} ORDER BY c.id`,
    [JSON.stringify([...new Set(values)])],
  );
  for (const { lookup_key, ...row } of rows) {
    const group = into.get(lookup_key as string) ?? [];
    group.push(customerOf(row));
    into.set(lookup_key as string, group);
  }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

function pair(value: string, nameKey: string): string {
  return `${value}\u0000${nameKey}`;
}
