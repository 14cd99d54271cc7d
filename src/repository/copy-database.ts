import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue, WordsEntry } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import { customerOf, wordsOf } from './customer-rows.ts';
import { type HeldConversion, HeldTexts } from './held-texts.ts';
import { OWN_TABLES, type OwnTable, TEXT_KEYS } from './own-tables.ts';
import { TableDigest } from './table-digest.ts';

/** A table that was copied. */
export interface CopiedTable {
  readonly name: string;
  readonly read: number;
  readonly written: number;
  /** Read back in the order of its key, every value was the same; what is not ends the copy. */
  readonly verified: boolean;
}

/** What was copied. */
export interface CopiedDatabase {
  readonly tables: readonly CopiedTable[];
  readonly conversions: readonly HeldConversion[];
}

/** How it is watched. */
export interface CopyWatch {
  /** Called after each batch; a throw ends the copy. */
  readonly check: () => Promise<void>;
  /** Rows of all tables that were read, and those that were read back too. */
  readonly onProgress: (rows: number) => void;
}

/** From so many rows on it takes less time to make the indexes of a table at the end. */
const INDEX_LATER_FROM = 20_000;

/**
 * Copies all rows of one database of ours to another one that has the tables and no rows, in the open transactions of both: ids,
 * times, versions, history and what ids come next. Full text is made again. Afterwards everything is read back and compared.
 * @throws {CrmError} DIFFERENCES when something is not the same, naming the tables
 */
export async function copyDatabase(source: Connection, target: Connection, watch: CopyWatch): Promise<CopiedDatabase> {
  const copy = new DatabaseCopy(source, target, watch);
  await target.run('DELETE FROM settings');
  const checkReferences = await target.deferReferences();
  const written: { readonly table: OwnTable; readonly columns: readonly string[]; readonly digest: TableDigest }[] = [];
  for (const table of OWN_TABLES) written.push({ table, ...(await copy.table(table)) });
  await checkReferences();
  for (const { name, hasIds } of OWN_TABLES) if (hasIds) await takeOverIds(source, target, name);
  const tables: CopiedTable[] = [];
  for (const { table, columns, digest } of written) {
    const back = await copy.readBack(table, columns);
    tables.push({ name: table.name, read: digest.rows, written: back.rows, verified: back.finish() === digest.finish() });
  }
  const wrong = tables.filter(({ verified }) => !verified).map(({ name }) => name);
  if (wrong.length === 0) return { tables, conversions: copy.held.conversions };
  throw new CrmError('DIFFERENCES', `what was written is not what was read: ${wrong.join(', ')}; nothing is kept`, {
    hint: 'run again; if it happens again, report it',
    details: { tables: wrong },
  });
}

class DatabaseCopy {
  readonly held = new HeldTexts();
  readonly #source: Connection;
  readonly #target: Connection;
  readonly #watch: CopyWatch;
  #rows = 0;

  constructor(source: Connection, target: Connection, watch: CopyWatch) {
    this.#source = source;
    this.#target = target;
    this.#watch = watch;
  }

  /** Copies one table. */
  async table(table: OwnTable): Promise<{ readonly columns: readonly string[]; readonly digest: TableDigest }> {
    const { name } = table;
    const columns = await columnsOf(this.#source, name);
    const makeIndexes = (await this.#isLarge(name)) ? await this.#target.suspendIndexes(name) : null;
    const digest = new TableDigest(columns);
    const mustHold = this.#source.facts.holdsAnyText && !this.#target.facts.holdsAnyText;
    for await (const batch of this.#source.stream(readingSql(this.#source, table, columns))) {
      const rows = mustHold ? this.held.rows(name, columns, batch) : batch;
      digest.add(rows);
      await this.#write(name, columns, rows);
      await this.#tell(batch.length);
    }
    await makeIndexes?.();
    return { columns, digest };
  }

  /** What is in a table of the target now. */
  async readBack(table: OwnTable, columns: readonly string[]): Promise<TableDigest> {
    const digest = new TableDigest(columns);
    for await (const batch of this.#target.stream(readingSql(this.#target, table, columns))) {
      digest.add(batch);
      await this.#tell(batch.length);
    }
    return digest;
  }

  async #write(name: string, columns: readonly string[], rows: readonly (readonly SqlValue[])[]): Promise<void> {
    if (name !== 'customers') return this.#target.load(name, { columns, rows });
    const { wordsColumn } = this.#target.facts;
    const id = columns.indexOf('id');
    const words = rows.map((row): WordsEntry => ({ id: row[id] as number, words: wordsOf(customerOf(objectOf(columns, row))) }));
    if (wordsColumn === null) {
      await this.#target.load(name, { columns, rows });
      return this.#target.putWords(words, { fresh: true });
    }
    const withWords = rows.map((row, at) => [...row, words[at]?.words ?? null]);
    await this.#target.load(name, { columns: [...columns, wordsColumn], rows: withWords });
  }

  async #isLarge(name: string): Promise<boolean> {
    const [row] = await this.#source.all<{ rows: number }>(
      `SELECT count(*) AS rows FROM (SELECT 1 FROM ${name} LIMIT ${INDEX_LATER_FROM}) AS first_rows`,
    );
    return row?.rows === INDEX_LATER_FROM;
  }

  async #tell(rows: number): Promise<void> {
    this.#rows += rows;
    this.#watch.onProgress(this.#rows);
    await this.#watch.check();
  }
}

/** All columns but the words, which each engine keeps in its own way. */
export async function columnsOf(source: Connection, name: string): Promise<string[]> {
  const { columns } = await source.table(`SELECT * FROM ${name} LIMIT 0`);
  return columns.filter((column) => column !== source.facts.wordsColumn);
}

/** Reads a table in the order of its key; only some rows where a condition is given. */
export function readingSql({ facts }: Connection, { name, key }: OwnTable, columns: readonly string[], where = ''): string {
  const order = key.map((column) => (TEXT_KEYS.has(column) ? facts.byteOrder(column) : column));
  return `SELECT ${columns.join(', ')} FROM ${name}${where === '' ? '' : ` WHERE ${where}`} ORDER BY ${order.join(', ')}`;
}

/**
 * The next id is the one that it is in the source, which may be far above the highest that is there. Ids are taken and given back to
 * see it: nothing changes.
 */
export async function takeOverIds(source: Connection, target: Connection, table: string): Promise<void> {
  const next = await source.reserveIds(table, 1);
  await source.releaseIds(table, next);
  await target.reserveIds(table, 1);
  await target.releaseIds(table, next);
}

/** A row by its columns. */
export function objectOf(columns: readonly string[], row: readonly SqlValue[]): SqlRow {
  const object: Record<string, SqlValue> = {};
  for (let i = 0; i < columns.length; i++) object[columns[i] as string] = row[i] as SqlValue;
  return object;
}
