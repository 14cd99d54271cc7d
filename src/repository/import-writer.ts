import type { Connection, PackedColumn, WordIndexBuilder } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { BitSet, BloomFilter, filterBits, TextFilter } from './bloom.ts';
import { BatchReader, type ImportBatch, type ImportFeed, type ImportLayout, MATCH_KEYS, type MatchKey } from './import-batch.ts';
import { wordsOf } from './customer-rows.ts';
import type { ArchivedRows } from './import-archived.ts';
import { customerIds, IdBlock } from './id-block.ts';
import { ChildWriter } from './import-child-writer.ts';
import { ImportCompanies } from './import-companies.ts';
import { ImportMatcher } from './import-matcher.ts';
import { ImportResolver } from './import-resolver.ts';
import { type ImportCounts, type ImportSettings, type Candidate, emptyCounts } from './import-settings.ts';
import { unchangedRows } from './import-unchanged.ts';
import { wordsInto } from './import-words.ts';
import { newCustomer } from './new-customer.ts';
import type { ChildValue } from '../model/child-value.ts';
import type { ExternalId } from '../model/external-id.ts';
import type { RunLog } from './run-log.ts';

const NO_ROWS: ReadonlySet<number> = new Set();

/**
 * Writes imported rows in three passes inside one transaction, with memory that does not grow with the file:
 *
 * 1. As batches arrive, rows whose keys are certainly new are inserted in bulk, and rows that say nothing new of their
 *    customer (by `row_hash`, or by a look at it) are counted as unchanged. Everything else is put aside in a temporary table.
 * 2. ImportResolver goes through those in file order and finds each one's customer, or makes it.
 * 3. ImportFolder applies all rows of one customer together and writes at most one change for it.
 */
export class ImportWriter implements ImportFeed {
  readonly counts: ImportCounts = emptyCounts();
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #seen: Readonly<Record<MatchKey, BloomFilter>>;
  /** Further external ids of earlier rows. */
  readonly #moreIds = new TextFilter();
  /** Existing customers settled by a row that changes nothing of them: later rows about them are put aside. */
  readonly #settled = new BitSet();
  readonly #wordIndex: WordIndexBuilder | null;
  readonly #archived: ArchivedRows | null;
  readonly #resolver: ImportResolver;
  readonly #ids: IdBlock;
  readonly #children: ChildWriter;
  readonly #companies: ImportCompanies;
  /** Whether there were customers before this import. */
  readonly #hadCustomers: boolean;
  readonly #settings: ImportSettings;
  #layout: ImportLayout = { cells: [], given: [] };
  #file = -1;
  #reader = new BatchReader(this.#layout, this.#file);
  #matcher: ImportMatcher;

  constructor(
    connection: Connection,
    log: RunLog,
    settings: ImportSettings,
    state: {
      readonly hadCustomers: boolean;
      readonly isBulk: boolean;
      readonly sizeBytes: number | null;
      readonly wordIndex: WordIndexBuilder | null;
      /** Null where nobody is archived. */
      readonly archived: ArchivedRows | null;
    },
  ) {
    this.#connection = connection;
    this.#log = log;
    this.#settings = settings;
    this.#hadCustomers = state.hadCustomers;
    this.#wordIndex = state.wordIndex;
    this.#archived = state.archived;
    const bits = filterBits(state.sizeBytes);
    const filter = (key: MatchKey): BloomFilter => new BloomFilter(settings.match.has(key) || key === 'external_id' ? bits : 32);
    this.#seen = { external_id: filter('external_id'), email: filter('email'), phone: filter('phone') };
    this.#ids = new IdBlock(customerIds(connection));
    const words = state.wordIndex === null ? connection : wordsInto(state.wordIndex);
    this.#children = new ChildWriter(connection, log, settings, state.isBulk);
    this.#companies = new ImportCompanies(connection, log, settings, this.counts, { ...state, words, ids: this.#ids });
    const parts = { words, ids: this.#ids, children: this.#children, companies: this.#companies };
    this.#resolver = new ImportResolver(connection, log, settings, this.counts, parts);
    this.#matcher = new ImportMatcher(connection, settings, this.#reader, this.#resolver, this.#settled);
  }

  /** Whether most rows will make a customer, so that their full-text words should come with them. */
  get wantsWords(): boolean {
    return !this.#hadCustomers;
  }

  /** Says what the rows of the next file look like. */
  start(layout: ImportLayout): void {
    this.#layout = layout;
    this.#companies.start(layout);
    this.#reader = new BatchReader(layout, ++this.#file);
    this.#matcher = new ImportMatcher(this.#connection, this.#settings, this.#reader, this.#resolver, this.#settled);
  }

  /** Counts rows that cannot be taken. */
  reject(count: number): void {
    this.counts.read += count;
    this.counts.rejected += count;
  }

  /** Takes the next rows of the file, in file order. */
  async write(batch: ImportBatch): Promise<void> {
    this.counts.read += batch.rows.count;
    const { taken, candidates, skipped } = await this.#known(batch);
    const unchanged =
      candidates === null ? NO_ROWS : await unchangedRows(this.#connection, this.#settings, this.#reader, batch, candidates);
    const open = this.#companies.open(batch, this.#reader, candidates);
    const create = new Uint32Array(batch.rows.count);
    let created = 0;
    for (let row = 0; row < batch.rows.count; row++) {
      if (skipped.has(row)) {
        this.counts.skipped++;
        this.#settings.onOutcome?.({ file: this.#file, line: batch.lines[row] as number, outcome: 'skipped', customer: null });
        continue;
      }
      const isFurther = this.#isFurtherId(batch, row);
      const hasMore = this.#addMoreIds(batch, row);
      const seen = this.#addKeys(batch, row) || taken.has(row) || hasMore || isFurther;
      const isKeyless = this.#hadCustomers && this.#matcher.isKeyless(batch, row);
      const candidate = candidates?.get(row);
      if (candidate === undefined) {
        if (seen || isKeyless) await this.#defer(batch, row);
        else create[created++] = row;
      } else if ((!seen || isKeyless) && this.#isSettled(batch, row, candidate, unchanged)) {
        const outcome = this.#settings.onMatch === 'skip' ? 'skipped' : 'unchanged';
        const place = { file: this.#file, line: batch.lines[row] as number };
        this.counts[outcome]++;
        if (open.has(row)) this.#companies.noteLater(candidate.id, place);
        else this.#settings.onOutcome?.({ ...place, outcome, customer: candidate.id });
      } else {
        this.#resolver.markDeferred(candidate.id);
        await this.#defer(batch, row);
      }
    }
    if (created > 0) await this.#createAll(batch, create.subarray(0, created));
  }

  /** The stored customers that rows are about; those that are archived come back first, where that is asked for. */
  async #known(batch: ImportBatch): Promise<{
    readonly taken: Set<number>;
    readonly candidates: ReadonlyMap<number, Candidate> | null;
    readonly skipped: ReadonlySet<number>;
  }> {
    const look = async (): Promise<{ taken: Set<number>; candidates: ReadonlyMap<number, Candidate> | null }> => {
      const taken = this.#hadCustomers ? await this.#matcher.takenExternalIds(batch) : new Set<number>();
      const matches = this.#hadCustomers && this.#settings.onMatch !== 'create';
      return { taken, candidates: matches ? await this.#matcher.candidates(batch, taken) : null };
    };
    const first = await look();
    if (this.#archived === null) return { ...first, skipped: NO_ROWS };
    const { hasRestored, skipped } = await this.#archived.settle(batch, { reader: this.#reader, matcher: this.#matcher, ...first });
    return { ...(hasRestored ? await look() : first), skipped };
  }

  async #defer(batch: ImportBatch, row: number): Promise<void> {
    const aside = this.#reader.row(batch, row);
    this.#companies.noteAside(aside);
    await this.#resolver.defer(aside);
  }

  /** Settles the rows put aside. @param restoreIndexes makes the indexes that are away; null where none is */
  async finish(restoreIndexes: (() => Promise<void>) | null): Promise<void> {
    this.#wordIndex?.start();
    if (restoreIndexes !== null) {
      await this.#companies.linkLoaded();
      await restoreIndexes();
    }
    await this.#resolver.resolve();
    await this.#companies.finish();
    await this.#ids.release();
    await this.#children.finish();
    if (this.#wordIndex !== null) await this.#wordIndex.finish(this.#connection);
  }

  /** Remembers the keys of a row; true when one of them was perhaps in an earlier row. */
  #addKeys(batch: ImportBatch, row: number): boolean {
    let seen = false;
    for (let k = 0; k < MATCH_KEYS.length; k++) {
      const key = MATCH_KEYS[k] as MatchKey;
      if (key !== 'external_id' && !this.#settings.match.has(key)) continue;
      const at = (row * MATCH_KEYS.length + k) * 2;
      const [high, low] = [batch.keyHashes[at] as number, batch.keyHashes[at + 1] as number];
      if ((high !== 0 || low !== 0) && this.#seen[key].add(high, low)) seen = true;
    }
    return seen;
  }

  /** Remembers the further external ids of a row; true when it has any. */
  #addMoreIds(batch: ImportBatch, row: number): boolean {
    const json = this.#reader.text(batch.rows, row, this.#reader.cell('more_ids'));
    if (json === null) return false;
    for (const { source, id } of JSON.parse(json) as ExternalId[]) this.#moreIds.add(`${source}\u0000${id}`);
    return true;
  }

  /** Whether the external id of a row was perhaps a further one of an earlier row, which was put aside. */
  #isFurtherId(batch: ImportBatch, row: number): boolean {
    if (this.#moreIds.isEmpty) return false;
    const { rows } = batch;
    const id = this.#reader.text(rows, row, this.#reader.cell('external_id'));
    return id !== null && this.#moreIds.mayHave(`${this.#reader.text(rows, row, this.#reader.cell('id_source'))}\u0000${id}`);
  }

  #isSettled(batch: ImportBatch, row: number, candidate: Candidate, unchanged: ReadonlySet<number>): boolean {
    if (this.#resolver.isDeferred(candidate.id) || this.#settled.has(candidate.id)) return false;
    if (this.#settings.onMatch !== 'skip' && candidate.rowHash !== batch.rowHashes[row] && !unchanged.has(row)) return false;
    this.#settled.add(candidate.id);
    return true;
  }

  async #createAll(batch: ImportBatch, pick: Uint32Array): Promise<void> {
    const firstId = await this.#ids.take(pick.length);
    await this.#log.addInserts(firstId, firstId + pick.length - 1);
    this.counts.created += pick.length;
    const ids = new Float64Array(batch.rows.count);
    for (let i = 0; i < pick.length; i++) ids[pick[i] as number] = firstId + i;
    const { onOutcome } = this.#settings;
    if (onOutcome !== undefined) {
      for (const row of pick)
        onOutcome({ file: this.#file, line: batch.lines[row] as number, outcome: 'create', customer: ids[row] as number });
    }
    await this.#connection.bulkLoad({ table: 'customers', columns: this.#customerColumns(ids, batch), rows: batch.rows, pick });
    await this.#loadExternalIds(batch, pick, ids);
    await this.#loadTags(batch, pick, ids);
    await this.#loadChildren(batch, pick, ids);
    await this.#loadWords(batch, pick, ids);
  }

  #customerColumns(ids: Float64Array<ArrayBuffer>, batch: ImportBatch): PackedColumn[] {
    const { wordsColumn } = this.#connection.facts;
    const skipped = new Set(['id_source', 'external_id', 'more_ids', 'tags', 'children', 'cleared']);
    const columns: PackedColumn[] = [
      { name: 'id', integers: ids },
      { name: 'row_hash', integers: batch.rowHashes },
      { name: 'version', constant: 1 },
      { name: 'updated_at', constant: this.#settings.now },
    ];
    if (!this.#layout.cells.includes('created_at')) columns.push({ name: 'created_at', constant: this.#settings.now });
    for (const [cell, name] of this.#layout.cells.entries()) if (!skipped.has(name)) columns.push({ name, cell });
    if (wordsColumn !== null && batch.words !== null) columns.push({ name: wordsColumn, texts: batch.words });
    return columns;
  }

  async #loadExternalIds(batch: ImportBatch, pick: Uint32Array, ids: Float64Array<ArrayBuffer>): Promise<void> {
    const cell = this.#reader.cell('external_id');
    const present = pick.filter((row) => !batch.rows.texts.isNull(row * batch.rows.width + cell));
    if (present.length === 0) return;
    const columns: PackedColumn[] = [
      { name: 'source', cell: this.#reader.cell('id_source') },
      { name: 'external_id', cell },
      { name: 'customer_id', integers: ids },
    ];
    await this.#connection.bulkLoad({ table: 'external_ids', columns, rows: batch.rows, pick: present });
  }

  async #loadTags(batch: ImportBatch, pick: Uint32Array, ids: Float64Array<ArrayBuffer>): Promise<void> {
    const cell = this.#reader.cell('tags');
    const rows: SqlRow[] = [];
    for (const row of pick) {
      const text = this.#reader.text(batch.rows, row, cell);
      if (text === null) continue;
      for (const tag of JSON.parse(text) as string[]) rows.push({ customer_id: ids[row] as number, tag });
    }
    await this.#connection.upsert('tags', ['customer_id', 'tag'], rows);
  }

  async #loadChildren(batch: ImportBatch, pick: Uint32Array, ids: Float64Array<ArrayBuffer>): Promise<void> {
    const cell = this.#reader.cell('children');
    const rows = pick.filter((row) => !batch.rows.texts.isNull(row * batch.rows.width + cell));
    if (rows.length === 0) return;
    const read = (row: number, name: string): string | null =>
      this.#reader.has(name) ? this.#reader.text(batch.rows, row, this.#reader.cell(name)) : null;
    await this.#children.saveNew(
      Array.from(rows, (row) => ({
        id: ids[row] as number,
        line: batch.lines[row] as number,
        values: JSON.parse(read(row, 'children') as string) as ChildValue[],
        primary: { email: read(row, 'email'), phone: read(row, 'phone') },
      })),
    );
  }

  async #loadWords(batch: ImportBatch, pick: Uint32Array, ids: Float64Array<ArrayBuffer>): Promise<void> {
    const { words } = batch;
    if (words !== null && this.#connection.facts.wordsColumn !== null) return;
    if (words !== null && this.#wordIndex !== null) {
      await this.#wordIndex.add({ ids, texts: words.data, replace: false });
      return;
    }
    const { now } = this.#settings;
    const wordsOfRow = (row: number): string | null =>
      words === null ? wordsOf(newCustomer(this.#reader.row(batch, row), now)) : words.text(row);
    const entries = Array.from(pick, (row) => ({ id: ids[row] as number, words: wordsOfRow(row) }));
    await this.#connection.putWords(entries, { fresh: true });
  }
}
