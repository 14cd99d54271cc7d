import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { TableFacts } from './snapshot.ts';

interface Table {
  readonly name: string;
  readonly wr: 0 | 1;
  readonly strict: 0 | 1;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
}

/** Rows that SQLite writes down at once: one call for each row would take three times as long. */
const ROWS_AT_ONCE = 500;

/**
 * Counts the rows of each table, and hashes them where asked; neither the full-text index, which follows from the
 * customers, nor SQLite's own tables.
 */
export async function tableFacts(db: Database.Database, rowHashes: boolean): Promise<TableFacts[]> {
  const tables = db
    .prepare(
      "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .all() as Table[];
  const facts: TableFacts[] = [];
  for (const table of tables) {
    await nextTurn(); // the parent process may have gone
    const rows = db
      .prepare(`SELECT count(*) FROM ${quoted(table.name)}`)
      .pluck()
      .get() as number;
    facts.push({ name: table.name, rows, sha256: rowHashes ? await rowHash(db, table) : null });
  }
  return facts;
}

/**
 * SHA-256 of the rows in the order of their key: each row is a JSON array of its columns, a line a row. It depends on
 * what the table says, not on where its rows lie in the file.
 */
async function rowHash(db: Database.Database, table: Table): Promise<string> {
  const columns = db.prepare('SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid').all(table.name) as Column[];
  const primary = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk);
  const key = table.wr === 1 ? primary.map((column) => quoted(column.name)) : ['rowid'];
  const keys = key.join(', ');
  const marks = key.map(() => '?').join(', ');
  const from = quoted(table.name);
  const row = `json_array(${columns.map((column) => cell(column, table.strict === 1)).join(', ')})`;
  const after = `(${keys}) > (${marks})`;
  const read = (where: string): Database.Statement =>
    db
      .prepare(
        `SELECT CAST(group_concat(line, char(10)) AS BLOB) FROM (SELECT ${row} AS line FROM ${from}${where} ORDER BY ${keys} LIMIT ${ROWS_AT_ONCE})`,
      )
      .pluck();
  const last = (where: string): Database.Statement =>
    db.prepare(`SELECT ${keys} FROM ${from}${where} ORDER BY ${keys} LIMIT 1 OFFSET ${ROWS_AT_ONCE - 1}`).raw();
  const [readFirst, lastOfFirst, readNext, lastOfNext] = [read(''), last(''), read(` WHERE ${after}`), last(` WHERE ${after}`)];
  const hash = createHash('sha256').update(`${JSON.stringify(columns.map((column) => column.name))}\n`);
  let bound: unknown[] | undefined = [];
  for (let turn = 0; bound !== undefined; turn++) {
    const isFirst: boolean = bound.length === 0;
    const lines = (isFirst ? readFirst : readNext).get(...bound) as Buffer | null | undefined;
    if (lines === null || lines === undefined) break;
    hash.update(lines).update('\n');
    bound = (isFirst ? lastOfFirst : lastOfNext).get(...bound) as unknown[] | undefined;
    if (turn % 16 === 15) await nextTurn();
  }
  return hash.digest('hex');
}

/** JSON has no bytes: they are written in hexadecimal. A column whose type is not enforced may hold anything. */
function cell({ name, type }: Column, strict: boolean): string {
  const column = quoted(name);
  return strict && /^(INTEGER|INT|TEXT|REAL)$/.test(type) ? column : `iif(typeof(${column}) = 'blob', 'x' || hex(${column}), ${column})`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
