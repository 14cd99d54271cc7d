import type { Connection, Engine } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import { checkPair, recoverArchive } from './archive-pair.ts';
import { moveIn } from './archive-return.ts';
import type { BatchReader, ImportBatch, MatchKey } from './import-batch.ts';
import { SHARED_KEY_LIMIT } from './import-candidates.ts';
import { type Known, knownOf, mayBeAbout, mayBeNamed, onlyOne } from './import-identity.ts';
import { requireMatchKeys } from './match-key-rebuild.ts';
import type { ImportMatcher } from './import-matcher.ts';
import type { Candidate, ImportSettings } from './import-settings.ts';

/** What is done with rows about archived customers, and what opens the archive. */
export interface OnArchived {
  /** restore: the customer comes back, and gets what the row says; skip: the row does nothing; create: it makes a customer as any other. */
  readonly what: 'restore' | 'skip' | 'create';
  readonly openArchive: () => Promise<Engine>;
}

/** What became of the rows of a batch that are about archived customers. */
export interface SettledArchived {
  /** Whether customers came back, so that the rows find them now. */
  readonly hasRestored: boolean;
  /** Rows that do nothing. */
  readonly skipped: ReadonlySet<number>;
}

const NOTHING: SettledArchived = { hasRestored: false, skipped: new Set() };
/** Columns of archived customers `a` that make a `Known`. */
const COLUMNS = 'a.id, a.name_key, a.phone_key, a.kind, a.birthday, a.tax_id, a.row_hash';

type Hit = SqlRow & { readonly n: number };

/** Finds rows of an import that are about archived customers, by the keys that find active ones, and does what was asked for. */
export class ArchivedRows {
  readonly #connection: Connection;
  readonly #main: Engine;
  readonly #settings: ImportSettings;
  readonly #how: OnArchived;
  readonly #state: { readonly runId: number; readonly isPlanned: boolean };
  #archive: Engine | null = null;
  #restored = 0;

  constructor(
    { connection, main }: { readonly connection: Connection; readonly main: Engine },
    settings: ImportSettings,
    how: OnArchived,
    state: { readonly runId: number; readonly isPlanned: boolean },
  ) {
    this.#connection = connection;
    this.#main = main;
    this.#settings = settings;
    this.#how = how;
    this.#state = state;
  }

  /** How many customers came back. */
  get restored(): number {
    return this.#restored;
  }

  /** @param candidates the active customers that rows are about */
  async settle(
    batch: ImportBatch,
    parts: { readonly reader: BatchReader; readonly matcher: ImportMatcher; readonly candidates: ReadonlyMap<number, Candidate> | null },
  ): Promise<SettledArchived> {
    const { match, onMatch, warn } = this.#settings;
    if (match.size === 0 || onMatch === 'create') return NOTHING;
    const found = await this.#find(batch, parts);
    if (found.size === 0) return NOTHING;
    const { what } = this.#how;
    const back = what === 'restore' ? await this.bringBack([...new Set(found.values())]) : new Set<number>();
    for (const [row, id] of found) {
      const code = what === 'skip' ? 'ARCHIVED_SKIPPED' : back.has(id) ? 'ARCHIVED_RESTORED' : 'ARCHIVED_CREATED';
      warn(code, batch.lines[row] as number);
    }
    return { hasRestored: back.size > 0, skipped: what === 'skip' ? new Set(found.keys()) : new Set() };
  }

  /** What is done with rows about archived customers. */
  get what(): OnArchived['what'] {
    return this.#how.what;
  }

  /** Brings customers back within the import. @returns those that came */
  async bringBack(ids: readonly number[]): Promise<ReadonlySet<number>> {
    if (this.#state.isPlanned) {
      throw new CrmError('USAGE', 'rows are about archived customers, whom a plan cannot bring back; nothing was written', {
        hint: `bring them back first: crm archive restore ${ids.slice(0, 5).join(' ')}${ids.length > 5 ? ' …' : ''} · or say --on-archived skip or create`,
        details: { archived: ids.slice(0, 50) },
      });
    }
    this.#archive ??= await this.#open();
    const { restored } = await moveIn({ archive: this.#archive }, this.#connection, ids, this.#state.runId);
    this.#restored += restored.length;
    return new Set(restored);
  }

  async #open(): Promise<Engine> {
    const archive = await this.#how.openArchive();
    await checkPair({ main: this.#connection, archive, label: this.#main.label });
    await requireMatchKeys(archive);
    return archive;
  }

  /** Removes the copies of those that came back, when the import is committed; what fails is done by the next command that needs it. */
  async clear(): Promise<void> {
    if (this.#restored === 0 || this.#archive === null) return;
    await recoverArchive({ main: this.#main, archive: this.#archive }).catch(() => {});
  }

  /** The archived customers that rows are about. */
  async #find(batch: ImportBatch, parts: Parameters<ArchivedRows['settle']>[1]): Promise<Map<number, number>> {
    const { reader, matcher, candidates } = parts;
    const found = new Map<number, number>();
    const all = [...new Array<unknown>(batch.rows.count).keys()];
    const open = (): number[] => all.filter((row) => !found.has(row) && candidates?.get(row) === undefined);
    if (this.#settings.match.has('external_id')) {
      const rows = all.filter(
        (row) => candidates?.get(row)?.key !== 'external_id' && reader.text(batch.rows, row, reader.cell('external_id')) !== null,
      );
      for (const [row, known] of await this.#byExternalId(batch, reader, rows)) {
        if (matcher.decidesAlone(batch, row, 'external_id') || mayBeNamed(matcher.identityOf(batch, row), known)) found.set(row, known.id);
      }
    }
    for (const key of ['email', 'phone'] as const) {
      if (!this.#settings.match.has(key)) continue;
      for (const [row, known] of await this.#byKey(batch, reader, open(), key)) {
        const said = matcher.identityOf(batch, row);
        const value = key === 'email' ? reader.key(batch, row, key) : null;
        const fitting = known.filter((one) => one.rowHash === batch.rowHashes[row] || mayBeAbout(said, one, value));
        const one = fitting.find(({ rowHash }) => rowHash === batch.rowHashes[row]) ?? onlyOne(fitting, said);
        if (one !== null && known.length <= SHARED_KEY_LIMIT) found.set(row, one.id);
      }
    }
    for (const [row, id] of await this.#byRow(batch, open(), matcher)) found.set(row, id);
    return found;
  }

  async #byExternalId(batch: ImportBatch, reader: BatchReader, rows: readonly number[]): Promise<[number, Known][]> {
    if (rows.length === 0) return [];
    const text = (row: number, cell: string): string | null => reader.text(batch.rows, row, reader.cell(cell));
    const hits = await this.#connection.all<Hit>(
      `SELECT j.n, ${COLUMNS} FROM ${this.#connection.facts.jsonPairs} j CROSS JOIN archived_external_ids e CROSS JOIN archived_customers a
       WHERE e.external_id = j.value AND e.source = j.other AND a.id = e.customer_id ORDER BY a.id DESC`,
      [JSON.stringify(rows.map((row) => [text(row, 'external_id'), text(row, 'id_source')]))],
    );
    return hits.map((hit) => [rows[hit.n] as number, knownOf(hit)]);
  }

  async #byKey(
    batch: ImportBatch,
    reader: BatchReader,
    rows: readonly number[],
    key: Exclude<MatchKey, 'external_id'>,
  ): Promise<Map<number, Known[]>> {
    const keyed = rows.filter((row) => reader.key(batch, row, key) !== null);
    const found = new Map<number, Known[]>();
    if (keyed.length === 0) return found;
    const hits = await this.#connection.all<Hit>(
      `SELECT j.n, ${COLUMNS} FROM ${this.#connection.facts.jsonRows} j CROSS JOIN archived_customers a WHERE a.${key}_key = j.value ORDER BY a.id`,
      [JSON.stringify(keyed.map((row) => reader.key(batch, row, key)))],
    );
    for (const hit of hits) {
      const row = keyed[hit.n] as number;
      found.set(row, [...(found.get(row) ?? []), knownOf(hit)]);
    }
    return found;
  }

  /** Rows that made an archived customer, or went to it at an earlier import. */
  async #byRow(batch: ImportBatch, rows: readonly number[], matcher: ImportMatcher): Promise<Map<number, number>> {
    if (rows.length === 0) return new Map();
    const hits = await this.#connection.all<Hit & { id: number; is_marked: number }>(
      `SELECT j.n, a.id, 0 AS is_marked FROM ${this.#connection.facts.jsonRows} j CROSS JOIN archived_customers a
       WHERE a.row_hash = CAST(j.value AS bigint) AND a.email_key IS NULL
       UNION ALL SELECT j.n, a.id, 1 AS is_marked FROM ${this.#connection.facts.jsonRows} j CROSS JOIN row_marks m
       LEFT JOIN archived_old_ids o ON o.old_id = m.customer_id JOIN archived_customers a ON a.id = COALESCE(o.customer_id, m.customer_id)
       WHERE m.row_hash = CAST(j.value AS bigint)`,
      Array.from({ length: 2 }, () => JSON.stringify(rows.map((row) => String(batch.rowHashes[row])))),
    );
    // A customer without keys is of one row each.
    const isTaken = new Set<number>();
    const found = new Map<number, number>();
    for (const { n, id, is_marked } of hits) {
      const row = rows[n] as number;
      if (found.has(row) || (is_marked === 0 && (isTaken.has(id) || !matcher.isKeyless(batch, row)))) continue;
      isTaken.add(id);
      found.set(row, id);
    }
    return found;
  }
}
