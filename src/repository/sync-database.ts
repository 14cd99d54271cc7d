import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue, WordsEntry } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import { CHILD_TABLES } from '../model/changeset.ts';
import { columnsOf, type CopyWatch, objectOf, readingSql, takeOverIds } from './copy-database.ts';
import { customerOf, wordsOf } from './customer-rows.ts';
import { type HeldConversion, HeldTexts } from './held-texts.ts';
import { compareAt, OrderedRows } from './ordered-rows.ts';
import { OWN_TABLES, type OwnTable } from './own-tables.ts';
import { TableDigest } from './table-digest.ts';
import { touchedCustomers } from './touched-customers.ts';

/** What became of a table. */
export interface SyncedOwnTable {
  readonly name: string;
  readonly missing: number;
  readonly different: number;
  readonly extra: number;
}

/** What was brought up to date. */
export interface SyncedDatabase {
  /** Whether only what the change log names was read, and not all. */
  readonly byLog: boolean;
  readonly tables: readonly SyncedOwnTable[];
  readonly conversions: readonly HeldConversion[];
}

/** How a database is brought up to date. */
export interface SyncWatch extends CopyWatch {
  /** Told what differs before anything is written; a throw ends it. */
  readonly guard: (tables: readonly SyncedOwnTable[], rows: number) => Promise<void>;
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
  const touched = await touchedCustomers(source, target);
  let changes = await differences.all(touched);
  const byLog = touched !== null && (await hasAllRows(source, target, changes));
  if (touched !== null && !byLog) changes = await differences.all(null);
  const rows = (await rowCounts(source)).reduce((sum, count) => sum + count, 0);
  await watch.guard(changes, rows);
  await writeAll(source, target, changes);
  const found = watch.verify
    ? await prove(differences, changes, { byLog, write: (left) => writeAll(source, target, left), guard: (all) => watch.guard(all, rows) })
    : changes;
  return {
    byLog: byLog && found === changes,
    tables: found.map(({ name, missing, different, extra }) => ({ name, missing, different, extra })),
    conversions: held.conversions,
  };
}

async function writeAll(source: Connection, target: Connection, changes: readonly TableChanges[]): Promise<void> {
  const checkReferences = await target.deferReferences();
  for (const one of [...changes].reverse()) await remove(target, one);
  for (const one of changes) await write(target, one);
  await checkReferences();
  for (const { name, hasIds } of OWN_TABLES) if (hasIds) await takeOverIds(source, target, name);
}

/** Whether the target has as many rows as the source once the changes are written: else the log did not tell of all. */
async function hasAllRows(source: Connection, target: Connection, changes: readonly TableChanges[]): Promise<boolean> {
  const [wanted, there] = [await rowCounts(source), await rowCounts(target)];
  return changes.every(({ missing, extra }, at) => (there[at] ?? 0) + missing - extra === wanted[at]);
}

/** Of `OWN_TABLES`. */
async function rowCounts(connection: Connection): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const { name } of OWN_TABLES) {
    const [row] = await connection.all<{ rows: number }>(`SELECT count(*) AS rows FROM ${name}`);
    counts.push(Number(row?.rows));
  }
  return counts;
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

  /** @param touched the customers whose rows are read; null: all rows */
  async all(touched: ReadonlySet<number> | null): Promise<readonly TableChanges[]> {
    const changes: TableChanges[] = [];
    for (const table of OWN_TABLES) changes.push(await this.of(table, touched));
    return changes;
  }

  /** Merges both sides of a table, which come in the order of its key. */
  async of(table: OwnTable, touched: ReadonlySet<number> | null): Promise<TableChanges> {
    const columns = await columnsOf(this.#source, table.name);
    const digest = new TableDigest(columns);
    const keyAt = table.key.map((name) => columns.indexOf(name));
    const mustHold = this.#source.facts.holdsAnyText && !this.#target.facts.holdsAnyText;
    const hold = (rows: SqlValue[][]): readonly (readonly SqlValue[])[] => (mustHold ? this.#held.rows(table.name, columns, rows) : rows);
    const where = whereOf(table, touched);
    const a = new OrderedRows(this.#source.stream(readingSql(this.#source, table, columns, where)), hold);
    const b = new OrderedRows(this.#target.stream(readingSql(this.#target, table, columns, where)), (rows) => rows);
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
    return { name: table.name, table, columns, ...lists, ...counts };
  }

  async #tell(rows: number): Promise<void> {
    this.#rows += rows;
    this.#watch.onProgress(this.#rows);
    await this.#watch.check();
  }
}

/** Columns that name the customer whose rows they are, of the tables that grow with them. */
const OWNERS: ReadonlyMap<string, string> = new Map([
  ['customers', 'id'],
  ['changes', 'entity_id'],
  ['row_marks', 'customer_id'],
  ...Object.keys(CHILD_TABLES).map((name) => [name, 'customer_id'] as const),
]);

/** Changes of products belong to nobody, 0. */
function whereOf({ name }: OwnTable, touched: ReadonlySet<number> | null): string {
  const owner = OWNERS.get(name);
  if (touched === null || owner === undefined) return '';
  return `${owner} IN (${[0, ...touched].join(', ')})`;
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

/** What is done when the log did not tell of all. */
interface SecondTry {
  readonly byLog: boolean;
  readonly write: (changes: readonly TableChanges[]) => Promise<void>;
  readonly guard: (tables: readonly SyncedOwnTable[]) => Promise<void>;
}

/** Compares all; what the log did not tell of is written then. @returns what was found in all */
async function prove(
  differences: Differences,
  changes: readonly TableChanges[],
  { byLog, write: writeRest, guard }: SecondTry,
): Promise<readonly SyncedOwnTable[]> {
  const left = await differences.all(null);
  const wrong = left.filter(({ missing, different, extra }) => missing + different + extra > 0).map(({ name }) => name);
  if (wrong.length === 0) return changes;
  if (byLog) {
    const sums = left.map((one, at): SyncedOwnTable => {
      const { missing = 0, different = 0, extra = 0 } = changes[at] ?? {};
      return { name: one.name, missing: one.missing + missing, different: one.different + different, extra: one.extra + extra };
    });
    await guard(sums);
    await writeRest(left);
    await prove(differences, left, { byLog: false, write: writeRest, guard });
    return sums;
  }
  throw new CrmError('DIFFERENCES', `what was written is not what was read: ${wrong.join(', ')}; nothing is kept`, {
    hint: 'run again; if it happens again, report it',
    details: { tables: wrong },
  });
}
