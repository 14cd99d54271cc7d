import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { BitSet } from './bloom.ts';
import { CustomerStore } from './customer-store.ts';
import { type ExternalId, idsKept } from '../model/external-id.ts';
import type { ImportRow } from './import-batch.ts';
import { CandidateIndex, type DeferredRow } from './import-candidates.ts';
import type { IdBlock } from './id-block.ts';
import { type FolderParts, ImportFolder } from './import-folder.ts';
import { IdenticalCustomers } from './import-identical.ts';
import { identityOf, JoinedRows, mayBeNamed } from './import-identity.ts';
import type { ImportCounts, ImportSettings } from './import-settings.ts';
import { newCustomer } from './new-customer.ts';
import type { RunLog } from './run-log.ts';

const PAGE = 1000;

/** What a resolver shares with the other passes of an import. */
export interface ResolverParts extends FolderParts {
  readonly ids: IdBlock;
}

/**
 * Second pass of an import: goes through the rows put aside in file order, finds each one's customer among the stored
 * ones and those made a moment ago, or makes it; the rows of existing customers go on to the ImportFolder.
 */
export class ImportResolver {
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #settings: ImportSettings;
  readonly #counts: ImportCounts;
  readonly #store: CustomerStore;
  readonly #folder: ImportFolder;
  readonly #deferredIds = new BitSet();
  readonly #claimedIds = new BitSet();
  readonly #joined = new JoinedRows();
  #pending: { seq: number; payload: string }[] = [];
  #seq = 0;
  #spilled = false;
  readonly #parts: ResolverParts;

  constructor(connection: Connection, log: RunLog, settings: ImportSettings, counts: ImportCounts, parts: ResolverParts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#log = log;
    this.#settings = settings;
    this.#counts = counts;
    this.#store = new CustomerStore(connection, parts.words);
    this.#folder = new ImportFolder(connection, log, settings, counts, parts);
  }

  /** Puts a row aside; memory stays bounded. */
  async defer(row: ImportRow): Promise<void> {
    this.#pending.push({ seq: ++this.#seq, payload: JSON.stringify(row) });
    if (this.#pending.length < PAGE) return;
    if (!this.#spilled)
      await this.#connection.script('CREATE TEMPORARY TABLE import_deferred (seq bigint PRIMARY KEY, payload text NOT NULL)');
    this.#spilled = true;
    await this.#connection.upsert('import_deferred', ['seq'], this.#pending);
    this.#pending = [];
  }

  /** Says that a row about this customer was put aside, so that later ones must be too. */
  markDeferred(id: number): void {
    this.#deferredIds.add(id);
  }

  /** Whether a row about this customer was put aside. */
  isDeferred(id: number): boolean {
    return this.#deferredIds.has(id);
  }

  /** Takes an existing customer for a row without keys: no other such row may be it. */
  claim(id: number): void {
    this.#claimedIds.add(id);
  }

  /** Whether a row without keys has taken this customer. */
  isClaimed(id: number): boolean {
    return this.#claimedIds.has(id);
  }

  /** Settles all rows put aside. */
  async resolve(): Promise<void> {
    for (let after = 0; this.#spilled; ) {
      const page = await this.#connection.all<{ seq: number; payload: string }>(
        'SELECT seq, payload FROM import_deferred WHERE seq > ? ORDER BY seq LIMIT ?',
        [after, PAGE],
      );
      if (page.length === 0) break;
      await this.#resolvePage(page);
      after = (page.at(-1) as { seq: number }).seq;
    }
    await this.#resolvePage(this.#pending);
    this.#pending = [];
    if (this.#spilled) await this.#connection.script('DROP TABLE import_deferred');
    await this.#folder.fold();
  }

  async #resolvePage(page: readonly { seq: number; payload: string }[]): Promise<void> {
    await this.#settings.check();
    if (page.length === 0) return;
    const rows = page.map(({ seq, payload }) => deferredRow(seq, JSON.parse(payload) as ImportRow));
    const index = await CandidateIndex.load(this.#connection, this.#settings, rows);
    const identical = await IdenticalCustomers.load(this.#connection, this.#settings, rows, index);
    const create: { id: number; row: ImportRow }[] = [];
    const attached: SqlRow[] = [];
    for (const deferred of rows) {
      const target = this.#settings.onMatch === 'create' ? null : await this.#targetOf(deferred, index, identical);
      if (target !== null) {
        this.#joined.add(target, identityOf(deferred.row, deferred.keys));
        const ids = index.attach(deferred.row.ids, target);
        if (this.#settings.onMatch === 'skip') {
          this.#counts.skipped++;
          this.#settings.onOutcome?.({ ...placeOf(deferred.row), outcome: 'skipped', customer: target });
        } else {
          await this.#folder.add({ target, seq: deferred.seq, row: deferred.row, attached: ids });
          attached.push(...ids.map(({ source, id }) => ({ source, external_id: id, customer_id: target })));
        }
        continue;
      }
      const id = await this.#parts.ids.take(1);
      const row = this.#withFreeIds(deferred.row, index);
      index.addNew(deferred, id, row.ids);
      create.push({ id, row });
    }
    await this.#createAll(create);
    // Before the next page: its rows may name the customer by these ids.
    await this.#store.saveChildren('external_ids', attached);
  }

  /**
   * The customer that a row is about: by the id of a named system, else the one of its key and name that it describes
   * already, else the one that this very row went to before, else by its other keys, else one that it would not change.
   */
  async #targetOf(deferred: DeferredRow, index: CandidateIndex, identical: IdenticalCustomers): Promise<number | null> {
    const { row } = deferred;
    const { match, implicitSources } = this.#settings;
    if (match.size === 0) return null;
    const named = row.ids.filter(({ source }) => !implicitSources.has(source));
    for (const externalId of match.has('external_id') ? named : []) {
      const owner = index.byExternalId(externalId);
      if (owner !== null) return owner.id;
    }
    const described = identical.describedBy(deferred);
    if (described !== null) return described;
    const found = this.#byOtherKeys(deferred, named, index);
    const hasKey = found !== null || this.#hasKey(deferred, index);
    const known = index.knownBy(row.rowHash);
    if (hasKey) return known.find(({ id }) => !match.has('external_id') || index.mayHave(id, named))?.id ?? found;
    // Each row without a key has a customer of its own: those made by this import have their row.
    const isFree = (id: number): boolean => !this.isClaimed(id) && !this.#log.made(id);
    const merged = known.find(({ isMerged }) => isMerged);
    const before = known.find(({ id }) => isFree(id))?.id ?? merged?.id;
    if (before !== undefined) {
      this.claim(before);
      return before;
    }
    const same = await identical.ofKeyless(deferred, isFree);
    if (same !== null) this.claim(same);
    return same;
  }

  /** Whether the row can be found again by a key; an id that belongs to somebody else leads to nobody. */
  #hasKey({ row, keys }: DeferredRow, index: CandidateIndex): boolean {
    const { match, implicitSources } = this.#settings;
    if (match.has('email') && keys.email_key !== null) return true;
    if (match.has('phone') && keys.phone_key !== null) return true;
    return match.has('external_id') && row.ids.some((externalId) => !implicitSources.has(externalId.source) || index.isFree(externalId));
  }

  /** By ids of the file itself, e-mail and phone: they decide where the names may be the same. */
  #byOtherKeys(deferred: DeferredRow, named: readonly ExternalId[], index: CandidateIndex): number | null {
    const { row, keys } = deferred;
    const { match, implicitSources } = this.#settings;
    const said = { rowHash: row.rowHash, row: identityOf(row, keys) };
    for (const externalId of match.has('external_id') ? row.ids : []) {
      const owner = implicitSources.has(externalId.source) ? index.byExternalId(externalId) : null;
      if (owner !== null && mayBeNamed(said.row, owner)) return owner.id;
    }
    for (const key of ['email', 'phone'] as const) {
      const value = keys[`${key}_key`];
      const id = match.has(key) && value !== null ? index.byKey(key, value, said, named, this.#joined) : null;
      if (id !== null) return id;
    }
    return null;
  }

  /** The row without the external ids that name another customer in their source: those are kept as a custom field. */
  #withFreeIds(row: ImportRow, index: CandidateIndex): ImportRow {
    const taken = row.ids.filter((externalId) => !index.isFree(externalId));
    if (taken.length === 0) return row;
    this.#settings.warn('EXTERNAL_ID_IN_USE', row.line);
    return {
      ...row,
      ids: row.ids.filter((externalId) => !taken.includes(externalId)),
      values: { ...row.values, 'attributes.external_id': idsKept(taken) },
    };
  }

  async #createAll(create: readonly { readonly id: number; readonly row: ImportRow }[]): Promise<void> {
    if (create.length === 0) return;
    this.#counts.created += create.length;
    for (const { id, row } of create) {
      await this.#log.addInserts(id, id);
      this.#settings.onOutcome?.({ ...placeOf(row), outcome: 'create', customer: id });
    }
    const made = create.map(({ id, row }) => ({ row, customer: { ...newCustomer(row, this.#settings.now), id } }));
    await this.#store.save(made.map(({ customer, row }) => ({ customer, rowHash: row.rowHash })));
    const rich = made.filter(({ row }) => row.children.length > 0);
    await this.#parts.children.saveNew(
      rich.map(({ customer, row }) => ({ id: customer.id, line: row.line, values: row.children, primary: customer })),
    );
    const ids = create.flatMap(({ id, row }) =>
      row.ids.map((external) => ({ source: external.source, external_id: external.id, customer_id: id })),
    );
    await this.#store.saveChildren('external_ids', ids);
    await this.#store.saveChildren(
      'tags',
      create.flatMap(({ id, row }) => row.tags.map((tag) => ({ customer_id: id, tag }))),
    );
  }
}

function placeOf({ file, line }: ImportRow): Pick<ImportRow, 'file' | 'line'> {
  return { file, line };
}

function deferredRow(seq: number, row: ImportRow): DeferredRow {
  const { values, derived, keys } = row;
  return { seq, row, keys, kind: (values.kind ?? derived.kind) as string, name: (values.name ?? derived.name ?? null) as string | null };
}
