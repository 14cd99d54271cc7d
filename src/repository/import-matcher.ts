import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { BitSet } from './bloom.ts';
import { type BatchReader, DERIVED_FLAGS, type ImportBatch, MATCH_KEYS, type MatchKey } from './import-batch.ts';
import { SHARED_KEY_LIMIT } from './import-candidates.ts';
import { KNOWN_COLUMNS, type Known, type RowIdentity, knownOf, mayBeAbout, mayBeNamed } from './import-identity.ts';
import { loadMarks } from './import-marks.ts';
import type { ImportResolver } from './import-resolver.ts';
import type { Candidate, ImportSettings } from './import-settings.ts';

/** What is asked of a customer that a row may be about. */
const COLUMNS = `j.n, ${KNOWN_COLUMNS}, c.company_id`;
const DERIVED_NAME = DERIVED_FLAGS.kind | DERIVED_FLAGS.name;

/** First look at the rows of a batch: which existing customers they are about, by a few queries for all of them. */
export class ImportMatcher {
  readonly #connection: Connection;
  readonly #settings: ImportSettings;
  readonly #reader: BatchReader;
  readonly #claims: Pick<ImportResolver, 'isDeferred' | 'isClaimed' | 'claim'>;
  readonly #settled: BitSet;

  /** @param settled customers settled by an earlier row of this import */
  constructor(
    connection: Connection,
    settings: ImportSettings,
    reader: BatchReader,
    claims: Pick<ImportResolver, 'isDeferred' | 'isClaimed' | 'claim'>,
    settled: BitSet,
  ) {
    this.#connection = connection;
    this.#settings = settings;
    this.#reader = reader;
    this.#claims = claims;
    this.#settled = settled;
  }

  /** Whether the row can be found again by none of its keys, so that only an identical customer can be its own. */
  isKeyless(batch: ImportBatch, row: number): boolean {
    if (this.#settings.onMatch === 'create' || this.#settings.match.size === 0) return false;
    for (let k = 0; k < MATCH_KEYS.length; k++) {
      if (!this.#settings.match.has(MATCH_KEYS[k] as MatchKey)) continue;
      const at = (row * MATCH_KEYS.length + k) * 2;
      if (batch.keyHashes[at] !== 0 || batch.keyHashes[at + 1] !== 0) return false;
    }
    return true;
  }

  /**
   * For each row the existing customer that it is certainly about, by the keys asked for.
   * @param taken gets the rows whose external id is somebody else's
   */
  async candidates(batch: ImportBatch, taken: Set<number>): Promise<Map<number, Candidate>> {
    const found = new Map<number, Candidate>();
    for (const key of MATCH_KEYS) {
      if (!this.#settings.match.has(key)) continue;
      const hitsOfRow = new Map<number, number>();
      for (const { candidate, known } of await this.#lookup(batch, key, found)) {
        const { row } = candidate;
        const hits = (hitsOfRow.get(row) ?? 0) + 1;
        hitsOfRow.set(row, hits);
        if (hits > SHARED_KEY_LIMIT) found.set(row, { ...candidate, key: null, rowHash: null }); // too many to see here: put aside
        const isSameRow = candidate.rowHash === batch.rowHashes[row];
        if (!isSameRow && !this.#mayBeAbout(batch, row, key, known)) {
          if (key === 'external_id') taken.add(row);
          continue;
        }
        if (isSameRow || !found.has(row)) found.set(row, candidate);
      }
    }
    await this.#matchKeyless(batch, found);
    await this.#putMarkedAside(batch, found);
    return found;
  }

  /** Rows that found nobody by their keys, but went to a customer before: the resolver settles them. */
  async #putMarkedAside(batch: ImportBatch, found: Map<number, Candidate>): Promise<void> {
    const rows = [];
    for (let row = 0; row < batch.rows.count; row++) if (!found.has(row)) rows.push(row);
    if (rows.length === 0) return;
    const marks = await loadMarks(
      this.#connection,
      rows.map((row) => batch.rowHashes[row] as number),
    );
    const idOf = new Map(marks.map(({ rowHash, id }) => [rowHash, id]));
    for (const row of rows) {
      const id = idOf.get(batch.rowHashes[row] as number);
      if (id !== undefined) found.set(row, { row, id, key: null, kind: 'person', rowHash: null, isUnlinked: false });
    }
  }

  /** Whether a customer found by a key may be the row's. */
  #mayBeAbout(batch: ImportBatch, row: number, key: MatchKey, known: Known): boolean {
    if (this.decidesAlone(batch, row, key)) return true;
    const said = this.identityOf(batch, row);
    if (key === 'external_id') return mayBeNamed(said, known);
    return mayBeAbout(said, known, key === 'email' ? this.#reader.key(batch, row, 'email') : null);
  }

  /** What a row says of who its customer is. */
  identityOf(batch: ImportBatch, row: number): RowIdentity {
    const text = (cell: string): string | null =>
      this.#reader.has(cell) ? this.#reader.text(batch.rows, row, this.#reader.cell(cell)) : null;
    const isDerived = ((batch.flags[row] as number) & DERIVED_NAME) === DERIVED_NAME;
    return {
      nameKey: text('name_key'),
      phoneKey: text('phone_key'),
      birthday: text('birthday'),
      taxId: text('tax_id'),
      isCompany: isDerived && text('kind') === 'organisation',
    };
  }

  /** Whether a found key needs no agreement of the names: an external id of a system that was named. */
  decidesAlone(batch: ImportBatch, row: number, key: MatchKey): boolean {
    if (key !== 'external_id') return false;
    const source = this.#reader.text(batch.rows, row, this.#reader.cell('id_source'));
    return source !== null && !this.#settings.implicitSources.has(source);
  }

  /** Rows without a key: the customer that this very row made, each taken once. */
  async #matchKeyless(batch: ImportBatch, found: Map<number, Candidate>): Promise<void> {
    const rows: number[] = [];
    for (let row = 0; row < batch.rows.count; row++) if (!found.has(row) && this.isKeyless(batch, row)) rows.push(row);
    if (rows.length === 0) return;
    // Each hash once: a thousand equal rows and a thousand equal customers must not make a million hits.
    const waiting = new Map<number, number[]>();
    for (const row of rows.reverse()) {
      const hash = batch.rowHashes[row] as number;
      const same = waiting.get(hash);
      if (same === undefined) waiting.set(hash, [row]);
      else same.push(row);
    }
    const hits = await this.#connection.all<SqlRow & { id: number; row_hash: number; kind: string; company_id: number | null }>(
      `SELECT c.id, c.row_hash, c.kind, c.company_id FROM ${this.#connection.facts.jsonRows} j
       JOIN customers c ON c.row_hash = CAST(j.value AS bigint) AND c.email_key IS NULL ORDER BY c.id`,
      [JSON.stringify([...waiting.keys()].map(String))],
    );
    for (const { id, row_hash, kind, company_id } of hits) {
      if (this.#settled.has(id) || this.#claims.isDeferred(id) || this.#claims.isClaimed(id)) continue;
      const row = waiting.get(row_hash)?.pop();
      if (row === undefined) continue;
      this.#claims.claim(id);
      found.set(row, { row, id, key: null, kind, rowHash: row_hash, isUnlinked: isUnlinked(kind, company_id) });
    }
  }

  async #lookup(
    batch: ImportBatch,
    key: MatchKey,
    found?: ReadonlyMap<number, Candidate>,
  ): Promise<{ candidate: Candidate; known: Known }[]> {
    const cell = this.#reader.cell('external_id');
    const sourceCell = this.#reader.cell('id_source');
    const rows: number[] = [];
    const keys: (string | [string, string])[] = [];
    for (let row = 0; row < batch.rows.count; row++) {
      if (found?.has(row) === true) continue;
      const text = key === 'external_id' ? this.#reader.text(batch.rows, row, cell) : this.#reader.key(batch, row, key);
      if (text === null) continue;
      rows.push(row);
      keys.push(key === 'external_id' ? [text, this.#reader.text(batch.rows, row, sourceCell) as string] : text);
    }
    if (rows.length === 0) return [];
    const { customersByKey, jsonPairs } = this.#connection.facts;
    // CROSS JOIN: SQLite then keeps the order of the tables, the keys first, whatever its statistics say.
    const sql =
      key === 'external_id'
        ? `SELECT ${COLUMNS} FROM ${jsonPairs} j CROSS JOIN external_ids e CROSS JOIN customers c
           WHERE e.external_id = j.value AND e.source = j.other AND c.id = e.customer_id`
        : `SELECT ${COLUMNS} ${customersByKey(`${key}_key`, SHARED_KEY_LIMIT + 1)}`;
    const hits = await this.#connection.all<SqlRow & { n: number; company_id: number | null }>(sql, [JSON.stringify(keys)]);
    return hits.map((hit) => {
      const known = knownOf(hit);
      const { id, kind, rowHash } = known;
      return { candidate: { row: rows[hit.n] as number, id, key, kind, rowHash, isUnlinked: isUnlinked(kind, hit.company_id) }, known };
    });
  }

  /** Rows whose external id is in use already, when rows are made without looking for a match. */
  async takenExternalIds(batch: ImportBatch): Promise<Set<number>> {
    if (this.#settings.onMatch !== 'create' && this.#settings.match.has('external_id')) return new Set();
    return new Set((await this.#lookup(batch, 'external_id')).map(({ candidate }) => candidate.row));
  }
}

function isUnlinked(kind: string, companyId: number | null): boolean {
  return kind === 'person' && companyId === null;
}
