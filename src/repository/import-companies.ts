import type { Connection } from '../engines/connection.ts';
import { type Customer, differences } from '../model/customer.ts';
import { BitSet, TextFilter } from './bloom.ts';
import { companyKey } from '../normalize/company-key.ts';
import { CompanyIndex, type CompanyMatch, hasCompanies, type NamedCompany } from './company-index.ts';
import { CustomerStore, type WordsSink } from './customer-store.ts';
import type { IdBlock } from './id-block.ts';
import type { BatchReader, ImportBatch, ImportLayout, ImportRow } from './import-batch.ts';
import { CompanyLinks, newCompany } from './import-company-links.ts';
import type { Candidate, ImportCounts, ImportSettings, RowOutcome } from './import-settings.ts';
import type { RunLog } from './run-log.ts';

const PAGE = 1000;

const NO_ROWS: ReadonlySet<number> = new Set();

/** Where a row stands: number of the file from 0, and line. */
export type Place = Pick<RowOutcome, 'file' | 'line'>;

/** A stored person that a row names a company for. */
export interface CompanyWish {
  readonly customer: Customer;
  /** Line of the row, null where it is not known any more. */
  readonly line: number | null;
}

/**
 * Links persons whose company name an import brings to the organisation of that name: one that is stored or stands in the
 * same import. Where several have the name nothing is guessed; where none has, one is made if that was asked for.
 */
export class ImportCompanies {
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #settings: ImportSettings;
  readonly #counts: ImportCounts;
  readonly #store: CustomerStore;
  readonly #ids: IdBlock;
  readonly #links: CompanyLinks;
  /** Whether a file says to which company people belong. */
  #isWanted = false;
  /** Whether a row of this import is an organisation. */
  #bringsCompanies = false;
  #hasStored: boolean | null;
  /** Company keys of organisations that were put aside. */
  readonly #asideKeys = new TextFilter();
  /** Stored persons who may get a company at the end, and for a plan the rows that name it. */
  readonly #later = new BitSet();
  readonly #places: Map<number, Place> | null;
  /** Persons with lower ids need not be looked at again; null where all must. */
  #linkedBelow: number | null = null;
  /** Persons linked to no company in a bulk load because several have its name. */
  #ambiguous = 0;
  /** Ids from and to (not included) of companies made in a bulk load, whose people may be put aside under another name. */
  #early: { readonly from: number; readonly to: number } | null = null;
  #isRenamed = false;

  constructor(
    connection: Connection,
    log: RunLog,
    settings: ImportSettings,
    counts: ImportCounts,
    state: { readonly words: WordsSink; readonly ids: IdBlock; readonly hadCustomers: boolean },
  ) {
    this.#connection = connection;
    this.#log = log;
    this.#settings = settings;
    this.#counts = counts;
    this.#ids = state.ids;
    this.#places = settings.onOutcome === undefined ? null : new Map();
    this.#hasStored = state.hadCustomers ? null : false;
    this.#store = new CustomerStore(connection, state.words);
    this.#links = new CompanyLinks(connection, (companies) => this.#make(companies));
  }

  /** Says what the rows of the next file look like. */
  start(layout: ImportLayout): void {
    this.#isWanted ||= layout.given.includes('company_name');
  }

  /**
   * Looks at a batch: whether it brings organisations, and which rows name a company for a stored person without one. Only
   * where companies are made: else a row that says what is known already changes nothing, whatever organisations came since.
   */
  open(batch: ImportBatch, reader: BatchReader, candidates: ReadonlyMap<number, Candidate> | null): ReadonlySet<number> {
    this.#bringsCompanies ||= hasOrganisation(batch, reader);
    if (candidates === null || !this.#creates || this.#settings.onMatch === 'skip' || !reader.has('company_name')) return NO_ROWS;
    const cells = [reader.cell('company_name'), reader.cell('company_key')];
    const open = new Set<number>();
    for (const { row, isUnlinked } of candidates.values()) {
      if (isUnlinked && cells.every((cell) => reader.text(batch.rows, row, cell) !== null)) open.add(row);
    }
    return open;
  }

  /** Says that a row was put aside. */
  noteAside({ values, derived, keys }: Pick<ImportRow, 'values' | 'derived' | 'keys'>): void {
    if ((values.kind ?? derived.kind) !== 'organisation') return;
    this.#bringsCompanies = true;
    if (keys.company_key !== null) this.#asideKeys.add(keys.company_key);
  }

  /** Says that a row which names a company changes nothing else of a stored person: at the end it gives it that company. */
  noteLater(id: number, place: Place): void {
    this.#later.add(id);
    this.#places?.set(id, place);
  }

  /**
   * The companies of stored persons that rows name, made where that was asked for.
   * @returns ids of organisations by the person's id; nothing where there is none or it is not certain which one
   */
  async companiesOf(wishes: readonly CompanyWish[]): Promise<Map<number, number>> {
    const companies = new Map<number, number>();
    if (wishes.length === 0 || !(await this.#mayFind())) return companies;
    const named = wishes.map(({ customer }) => namedCompany(customer));
    const found = await CompanyIndex.load(
      this.#connection,
      named.map(({ key }) => key),
    );
    const matches = this.#creates
      ? await found.findOrMake(named, (names) => this.#make(names))
      : named.map((company) => found.find(company));
    for (const [i, { customer, line }] of wishes.entries()) {
      const match = matches[i];
      if (typeof match === 'number') companies.set(customer.id, match);
      else if (match === 'several') this.#settings.warn('AMBIGUOUS_COMPANY', line);
    }
    return companies;
  }

  /** Whether rows of this import may give persons a company at all. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Whether a stored person gets the company that a row names, by what the row changes. */
  isWished(stored: Customer, named: Customer): boolean {
    return stored.company_name !== named.company_name || (this.#creates && stored.company_id === null);
  }

  get #creates(): boolean {
    return this.#settings.createCompanies === true;
  }

  /** Makes organisations of these names. @returns their ids */
  async #make(names: readonly string[]): Promise<number[]> {
    if (names.length === 0) return [];
    const first = await this.#ids.take(names.length);
    await this.#log.addInserts(first, first + names.length - 1);
    this.#counts.companies += names.length;
    await this.#store.save(names.map((name, i) => ({ customer: newCompany(name, first + i, this.#settings.now), rowHash: null })));
    return names.map((_, i) => first + i);
  }

  async #mayFind(): Promise<boolean> {
    if (this.#creates || this.#bringsCompanies) return true;
    this.#hasStored ??= await hasCompanies(this.#connection);
    return this.#hasStored;
  }

  /** Links persons made in a bulk load while the indexes are away, but for those whose company may still come. */
  async linkLoaded(): Promise<void> {
    if (!this.#isWanted || !this.#madeAny || !(await this.#mayFind())) return;
    const from = this.#ids.next;
    this.#ambiguous = await this.#links.link(this.#log.firstMade, { excluded: this.#asideKeys, isIndexed: false, creates: this.#creates });
    this.#early = { from, to: this.#ids.next };
    if (this.#asideKeys.isEmpty) this.#linkedBelow = this.#ids.next;
  }

  /** Says that a person made by this import has another company now than when it was made. */
  noteRenamed(): void {
    this.#linkedBelow = null;
    this.#isRenamed = true;
  }

  /** Links the persons made by this import that have no company yet, and stored ones of whom nothing else changed. */
  async finish(): Promise<void> {
    const mayFind = this.#isWanted && (await this.#mayFind());
    const from = this.#linkedBelow ?? this.#log.firstMade;
    if (mayFind && this.#madeAny && from < this.#ids.next) {
      if (this.#linkedBelow === null) this.#ambiguous = 0; // all are looked at again
      this.#ambiguous += await this.#links.link(from, { excluded: null, isIndexed: true, creates: this.#creates });
    }
    this.#warnOf(this.#ambiguous);
    if (this.#isRenamed && this.#early !== null) await this.#removeUnused(this.#early);
    let page: number[] = [];
    for (const id of mayFind ? this.#later.members() : []) {
      page.push(id);
      if (page.length < PAGE) continue;
      await this.#linkStored(page);
      page = [];
    }
    await this.#linkStored(page);
    for (const [customer, place] of this.#places ?? []) this.#settings.onOutcome?.({ ...place, outcome: 'unchanged', customer });
  }

  /** Companies made for people who turned out to belong to another one. */
  async #removeUnused({ from, to }: { readonly from: number; readonly to: number }): Promise<void> {
    const unused = await this.#connection.all<{ id: number }>(
      'SELECT id FROM customers WHERE id >= ? AND id < ? AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.company_id = customers.id)',
      [from, to],
    );
    for (let at = 0; at < unused.length; at += PAGE) {
      const companies = await this.#store.load(unused.slice(at, at + PAGE).map(({ id }) => id));
      await this.#store.remove([...companies.values()]);
      this.#counts.companies -= companies.size;
    }
  }

  get #madeAny(): boolean {
    return Number.isFinite(this.#log.firstMade);
  }

  #warnOf(ambiguous: number): void {
    if (ambiguous > 0) this.#settings.warn('AMBIGUOUS_COMPANY', null, ambiguous);
  }

  async #linkStored(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#settings.check();
    const open = await this.#connection.all<{ id: number; company_key: string; company_name: string; row_hash: number | null }>(
      `SELECT id, company_key, company_name, row_hash FROM customers WHERE kind = 'person' AND company_id IS NULL AND company_key IS NOT NULL
       AND ${this.#connection.facts.inJsonArray('id', 'integer')}`,
      [JSON.stringify(ids)],
    );
    const found = await CompanyIndex.load(
      this.#connection,
      open.map(({ company_key }) => company_key),
    );
    const matches = open.map(({ company_key, company_name }) => found.find({ key: company_key, name: company_name }));
    const linkable = open.filter((_, i) => this.#leads(matches[i]));
    const customers = [...(await this.#store.load(linkable.map(({ id }) => id))).values()];
    this.#warnOf(matches.filter((match) => match === 'several').length);
    const companies = await this.companiesOf(customers.map((customer) => ({ customer, line: null })));
    // A link says no more than the company name: the customer stays equal to its row.
    const hashes = new Map(open.map(({ id, row_hash }) => [id, row_hash]));
    const updates = customers.flatMap((before) => {
      const customer = {
        ...before,
        company_id: companies.get(before.id) ?? null,
        version: before.version + 1,
        updated_at: this.#settings.now,
      };
      const changed = differences(before, customer);
      return changed === null ? [] : [{ customer, rowHash: hashes.get(before.id) ?? null, changed }];
    });
    await this.#store.update(updates);
    for (const { customer, changed } of updates) await this.#noteLinked(customer.id, changed);
  }

  async #noteLinked(id: number, changed: NonNullable<ReturnType<typeof differences>>): Promise<void> {
    await this.#log.add({ entity: 'customers', id, action: 'update', ...changed });
    this.#counts.unchanged--;
    this.#counts.updated++;
    const place = this.#places?.get(id);
    this.#places?.delete(id);
    if (place !== undefined) this.#settings.onOutcome?.({ ...place, outcome: 'update', customer: id, changed });
  }

  #leads(match: CompanyMatch | undefined): boolean {
    return match === undefined ? this.#creates : match !== 'several';
  }
}

/** The company that a person with a company name belongs to. */
function namedCompany({ company_name }: Customer): NamedCompany {
  return { key: companyKey(company_name as string) as string, name: company_name as string };
}

function hasOrganisation({ rows }: ImportBatch, reader: BatchReader): boolean {
  const cell = reader.cell('kind');
  for (let row = 0; row < rows.count; row++) if (reader.text(rows, row, cell) === 'organisation') return true;
  return false;
}
