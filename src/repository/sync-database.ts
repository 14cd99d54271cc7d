import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue, WordsEntry } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import { columnsOf, type CopyWatch, objectOf, readingSql, takeOverIds } from './copy-database.ts';
import { customerOf, wordsOf } from './customer-rows.ts';
import { type HeldConversion, HeldTexts } from './held-texts.ts';
import { OWN_TABLES, type OwnTable } from './own-tables.ts';
import { TableDigest } from './table-digest.ts';

/** What became of a table. */
export interface SyncedOwnTable {
  readonly name: string;
  readonly missing: number;
  readonly different: number;
  readonly extra: number;
}

/** What was brought up to date. */
export interface SyncedDatabase {
  readonly tables: readonly SyncedOwnTable[];
  readonly conversions: readonly HeldConversion[];
}

/** How a database is brought up to date. */
export interface SyncWatch extends CopyWatch {
  /** Told what differs before anything is written; a throw ends it. */
  readonly guard: (tables: readonly SyncedOwnTable[], rows: number) => void;
  /** Read both again when all is written. */
  readonly verify: boolean;
}

/** Rows by which a table of the target is not that of the source. */
interface TableChanges extends SyncedOwnTable {
  readonly table: OwnTable;
  readonly columns: readonly string[];
  /** Rows of the source that the target lacks, or has otherwise. */
  readonly fresh: readonly (readonly SqlValue[])[];
  readonly changed: readonly (readonly SqlValue[])[];
  /** Rows of the target that the source does not have. */
  readonly gone: readonly (readonly SqlValue[])[];
  readonly rows: number;
}

/** Rows of these have rows below them that go when they go: they are changed where they stand. */
const PARENTS: ReadonlySet<string> = new Set(['runs', 'customers', 'products', 'orders', 'archived_customers']);
/** Rows of one statement. */
const AT_ONCE = 500;

/**
 * Brings a database of ours to another one of ours, in the open transactions of both: rows, history, full text, what ids come next.
 * Rows that differ are held in memory.
 * @throws {CrmError} USAGE when the target has runs of its own; DIFFERENCES when what was written is not what was read
 */
export async function syncDatabase(source: Connection, target: Connection, watch: SyncWatch): Promise<SyncedDatabase> {
  await refuseDiverged(source, target);
  const held = new HeldTexts();
  const differences = new Differences(source, target, held, watch);
  const changes: TableChanges[] = [];
  for (const table of OWN_TABLES) changes.push(await differences.of(table));
  watch.guard(
    changes,
    changes.reduce((sum, { rows }) => sum + rows, 0),
  );
  const checkReferences = await target.deferReferences();
  for (const one of [...changes].reverse()) await remove(target, one);
  for (const one of changes) await write(target, one);
  await checkReferences();
  for (const { name, hasIds } of OWN_TABLES) if (hasIds) await takeOverIds(source, target, name);
  if (watch.verify) await prove(differences);
  return {
    tables: changes.map(({ name, missing, different, extra }) => ({ name, missing, different, extra })),
    conversions: held.conversions,
  };
}

/** The last run of the target has to be one of the source: then the target is what the source was at that time. */
async function refuseDiverged(source: Connection, target: Connection): Promise<void> {
  const sql = 'SELECT id, command, actor, host, started_at FROM runs';
  const [last] = await target.all(`${sql} ORDER BY id DESC LIMIT 1`);
  if (last === undefined) return;
  const [same] = await source.all(`${sql} WHERE id = ?`, [last.id as number]);
  if (same !== undefined && Object.keys(last).every((name) => String(same[name]) === String(last[name]))) return;
  throw new CrmError('USAGE', `run ${last.id} of the second database is none of the first: it was changed by itself; nothing was written`, {
    hint: 'take its own runs back with crm undo, or exchange the arguments if the first one is the older',
    details: { run: last.id },
  });
}

class Differences {
  readonly #source: Connection;
  readonly #target: Connection;
  readonly #held: HeldTexts;
  readonly #watch: CopyWatch;
  #rows = 0;

  constructor(source: Connection, target: Connection, held: HeldTexts, watch: CopyWatch) {
    this.#source = source;
    this.#target = target;
    this.#held = held;
    this.#watch = watch;
  }

  /** Merges both sides of a table, which come in the order of its key. */
  async of(table: OwnTable): Promise<TableChanges> {
    const columns = await columnsOf(this.#source, table.name);
    const digest = new TableDigest(columns);
    const keyAt = table.key.map((name) => columns.indexOf(name));
    const mustHold = this.#source.facts.holdsAnyText && !this.#target.facts.holdsAnyText;
    const hold = (rows: SqlValue[][]): readonly (readonly SqlValue[])[] => (mustHold ? this.#held.rows(table.name, columns, rows) : rows);
    const a = new OrderedRows(this.#source.stream(readingSql(this.#source, table, columns)), hold);
    const b = new OrderedRows(this.#target.stream(readingSql(this.#target, table, columns)), (rows) => rows);
    const [fresh, changed, gone]: (readonly SqlValue[])[][] = [[], [], []];
    let [left, right] = [await a.next(), await b.next()];
    let rows = 0;
    while (left !== null || right !== null) {
      const order = left === null ? 1 : right === null ? -1 : compareAt(left, right, keyAt);
      if (order < 0) fresh?.push(left ?? []);
      else if (order > 0) gone?.push(right ?? []);
      else if (digest.lineOf(left ?? []) !== digest.lineOf(right ?? [])) changed?.push(left ?? []);
      if (order <= 0) left = await a.next();
      if (order >= 0) right = await b.next();
      if (++rows % AT_ONCE === 0) await this.#tell(AT_ONCE);
    }
    await this.#tell(rows % AT_ONCE);
    const lists = { fresh: fresh ?? [], changed: changed ?? [], gone: gone ?? [] };
    const counts = { missing: lists.fresh.length, different: lists.changed.length, extra: lists.gone.length };
    return { name: table.name, table, columns, rows, ...lists, ...counts };
  }

  async #tell(rows: number): Promise<void> {
    this.#rows += rows;
    this.#watch.onProgress(this.#rows);
    await this.#watch.check();
  }
}

/** One row after another. */
class OrderedRows {
  readonly #batches: AsyncIterator<SqlValue[][]>;
  readonly #hold: (rows: SqlValue[][]) => readonly (readonly SqlValue[])[];
  #rows: readonly (readonly SqlValue[])[] = [];
  #at = 0;

  constructor(batches: AsyncIterable<SqlValue[][]>, hold: (rows: SqlValue[][]) => readonly (readonly SqlValue[])[]) {
    this.#batches = batches[Symbol.asyncIterator]();
    this.#hold = hold;
  }

  /** null: there are no more. */
  async next(): Promise<readonly SqlValue[] | null> {
    while (this.#at >= this.#rows.length) {
      const { done, value } = await this.#batches.next();
      if (done === true) return null;
      this.#rows = this.#hold(value);
      this.#at = 0;
    }
    return this.#rows[this.#at++] ?? null;
  }
}

function compareAt(a: readonly SqlValue[], b: readonly SqlValue[], keyAt: readonly number[]): number {
  for (const at of keyAt) {
    const [left, right] = [a[at], b[at]];
    const order =
      typeof left === 'string' && typeof right === 'string'
        ? Buffer.compare(Buffer.from(left), Buffer.from(right))
        : Number(left) - Number(right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Deletes what the source does not have, and what is written anew. */
async function remove(target: Connection, { table, columns, gone, changed }: TableChanges): Promise<void> {
  const rows = PARENTS.has(table.name) ? gone : [...gone, ...changed];
  const keyAt = table.key.map((name) => columns.indexOf(name));
  const sql = `DELETE FROM ${table.name} WHERE ${table.key.map((name) => `${name} = ?`).join(' AND ')}`;
  for (const row of rows)
    await target.run(
      sql,
      keyAt.map((at) => row[at] ?? null),
    );
  if (table.name !== 'customers' || target.facts.wordsColumn !== null) return;
  await target.putWords(gone.map((row) => ({ id: row[keyAt[0] ?? 0] as number, words: null })));
}

async function write(target: Connection, { table, columns, fresh, changed }: TableChanges): Promise<void> {
  const isParent = PARENTS.has(table.name);
  const words = table.name === 'customers' ? target.facts.wordsColumn : null;
  const named = words === null ? columns : [...columns, words];
  const withWords = (row: readonly SqlValue[]): readonly SqlValue[] =>
    words === null ? row : [...row, wordsOf(customerOf(objectOf(columns, row)))];
  const anew = isParent ? fresh : [...fresh, ...changed];
  for (let at = 0; at < anew.length; at += AT_ONCE)
    await target.load(table.name, { columns: named, rows: anew.slice(at, at + AT_ONCE).map(withWords) });
  const set = isParent ? changed.map((row): SqlRow => objectOf(named, withWords(row))) : [];
  for (let at = 0; at < set.length; at += AT_ONCE) await target.update(table.name, table.key, set.slice(at, at + AT_ONCE));
  if (table.name !== 'customers' || words !== null) return;
  const entries = [...fresh, ...changed].map((row): WordsEntry => {
    const customer = objectOf(columns, row);
    return { id: customer.id as number, words: wordsOf(customerOf(customer)) };
  });
  await target.putWords(entries);
}

async function prove(differences: Differences): Promise<void> {
  const wrong: string[] = [];
  for (const table of OWN_TABLES) {
    const { missing, different, extra } = await differences.of(table);
    if (missing + different + extra > 0) wrong.push(table.name);
  }
  if (wrong.length === 0) return;
  throw new CrmError('DIFFERENCES', `what was written is not what was read: ${wrong.join(', ')}; nothing is kept`, {
    hint: 'run again; if it happens again, report it',
    details: { tables: wrong },
  });
}
