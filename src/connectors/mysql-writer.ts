import type { ResultSetHeader } from 'mysql2';
import { CrmError } from '../errors.ts';
import { type Cell, type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { type LedgerEntry, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';
import { mysqlError, refusalOf, refusalOfWarning } from './mysql-errors.ts';
import { loadStatement } from './mysql-load.ts';
import { type Literal, mysqlLiteral } from './mysql-literal.ts';
import { keyEquals } from './mysql-order.ts';
import { LEDGER_TABLE } from './mysql-schema.ts';
import { type MysqlServer, type MysqlSession, quoteMysqlName, quoteMysqlText } from './mysql-session.ts';

/** Bytes of a statement: more makes it no faster. */
const STATEMENT_BYTES = 1024 * 1024;
/** So many rows are worth loading rather than inserting. */
const LOADED_ROWS = 100;
const KEYS_AT_ONCE = 500;
const SAVEPOINT = 'SAVEPOINT crm_rows';
/** Warnings that are not about values: a way of writing that newer servers would like otherwise. */
const HARMLESS = [1287, 1681, 3719, 3778];

/** Writes rows in statements of many. */
export class MysqlWriter implements TableWriter {
  readonly #session: MysqlSession;
  readonly #server: MysqlServer;
  #isOpen = false;

  constructor(session: MysqlSession, server: MysqlServer) {
    this.#session = session;
    this.#server = server;
  }

  async begin(): Promise<void> {
    await this.#session.do('START TRANSACTION');
    this.#isOpen = true;
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    if (rows.length === 0) return;
    const described = columns.map((name) => table.columns.find((column) => column.name === name) as Column);
    if (mode === 'insert' && this.#server.loads && rows.length >= LOADED_ROWS && (await this.#load(table, described, rows))) return;
    const head = `INSERT INTO ${quoteMysqlName(table.name)} (${columns.map(quoteMysqlName).join(',')}) VALUES `;
    const tail = mode === 'upsert' ? upsertTail(table, columns) : '';
    const room = Math.min(STATEMENT_BYTES, this.#server.maxPacket - 4096);
    const statements = insertStatements({ head, tail, room }, described.map(mysqlLiteral), rows);
    await this.#allOrNothing(statements, columns);
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    const names = rowKey(table);
    for (let i = 0; i < keys.length; i += KEYS_AT_ONCE) {
      const tests = keys.slice(i, i + KEYS_AT_ONCE).map((key) => keyEquals(table, names, key, this.#server));
      await this.#allOrNothing([`DELETE FROM ${quoteMysqlName(table.name)} WHERE ${tests.join(' OR ')}`], names);
    }
  }

  async update(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    const key = rowKey(table);
    const set = columns.flatMap((name, at) => (key.includes(name) ? [] : [{ name, at, literal: literalOf(table, name) }]));
    const keyAt = key.map((name) => columns.indexOf(name));
    if (set.length === 0) return;
    const statements = rows.map((row) => {
      const cells = set.map(({ name, at, literal }) => `${quoteMysqlName(name)} = ${literal(row[at] ?? null)}`);
      const keyCells = keyAt.map((at): Cell => row[at] ?? null);
      return `UPDATE ${quoteMysqlName(table.name)} SET ${cells.join(', ')} WHERE ${keyEquals(table, key, keyCells, this.#server)}`;
    });
    await this.#allOrNothing(statements, columns, matchedOne);
  }

  async removeWhole(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    const statements = rows.map((row) => {
      const tests = columns.map((name, at) => {
        const cell = row[at] ?? null;
        return cell === null ? `${quoteMysqlName(name)} IS NULL` : keyEquals(table, [name], [cell], this.#server);
      });
      return `DELETE FROM ${quoteMysqlName(table.name)} WHERE ${tests.join(' AND ')} LIMIT 1`;
    });
    await this.#allOrNothing(statements, columns, matchedOne);
  }

  async record({ copy, table, part, content }: LedgerEntry): Promise<void> {
    await this.#session.do(
      `REPLACE INTO ${quoteMysqlName(LEDGER_TABLE)} (copy, tbl, part, content)
       VALUES (${quoteMysqlText(copy)}, ${quoteMysqlText(table)}, ${part}, ${quoteMysqlText(content)})`,
    );
  }

  async commit(): Promise<void> {
    this.#isOpen = false;
    await this.#session.do('COMMIT');
  }

  async rollback(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#session.do('ROLLBACK').catch(() => undefined); // a lost connection has rolled back already
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Loads rows the fastest way, which turns errors into warnings: where there is any nothing is loaded, and false. */
  async #load({ name }: TableSchema, columns: readonly Column[], rows: readonly Row[]): Promise<boolean> {
    const { sql, pieces } = loadStatement(name, columns, rows);
    await this.#session.do(SAVEPOINT);
    const isLoaded = await this.#session.load(sql, pieces).then(
      ({ warningStatus, affectedRows }) => warningStatus === 0 && affectedRows === rows.length,
      (error: unknown) => {
        const told = refusalOf(error, []) ?? mysqlError(error, this.#session.label);
        if (told instanceof RefusedRows || (told instanceof CrmError && told.code === 'ENGINE')) return false;
        throw told;
      },
    );
    await this.#session.do(`${isLoaded ? 'RELEASE' : 'ROLLBACK TO'} ${SAVEPOINT}`);
    return isLoaded;
  }

  /** Carries out statements; when the server refuses one, or would change a value, none of them. */
  async #allOrNothing(statements: Iterable<string>, columns: readonly string[], check?: (answer: ResultSetHeader) => void): Promise<void> {
    await this.#session.do(SAVEPOINT);
    try {
      for (const sql of statements) {
        const answer = await this.#session.run(sql);
        await this.#checked(answer, columns);
        check?.(answer);
      }
    } catch (error) {
      const refused = error instanceof RefusedRows ? error : refusalOf(error, columns);
      if (refused === null) throw mysqlError(error, this.#session.label);
      await this.#session.do(`ROLLBACK TO ${SAVEPOINT}`);
      throw refused;
    }
    await this.#session.do(`RELEASE ${SAVEPOINT}`);
  }

  async #checked({ warningStatus }: ResultSetHeader, columns: readonly string[]): Promise<void> {
    if (warningStatus === 0) return;
    const warnings = await this.#session.rows('SHOW WARNINGS');
    const bad = warnings.find(({ Code }) => !HARMLESS.includes(Number(Code)));
    if (bad !== undefined) throw refusalOfWarning(Number(bad.Code), bad.Message ?? '', columns);
    if (warnings.length < warningStatus)
      throw new CrmError('ENGINE', `${this.#session.label} gave warnings that it does not tell`, {
        hint: 'raise max_error_count on the server',
      });
  }
}

function literalOf(table: TableSchema, name: string): Literal {
  return mysqlLiteral(table.columns.find((column) => column.name === name) as Column);
}

/** An update that changes nothing has met a row all the same. @throws {RefusedRows} */
function matchedOne({ affectedRows, info }: ResultSetHeader): void {
  const matched = /Rows matched: (\d+)/.exec(info)?.[1];
  if (Number(matched ?? affectedRows) === 0) throw new RefusedRows('the row is not there any more', null);
}

interface InsertFrame {
  readonly head: string;
  readonly tail: string;
  /** Bytes of a statement. */
  readonly room: number;
}

function* insertStatements({ head, tail, room }: InsertFrame, literals: readonly Literal[], rows: readonly Row[]): Generator<string> {
  let values = '';
  let bytes = 0;
  for (const row of rows) {
    const sql = rowSql(row, literals);
    // A sign takes three bytes at most, an astral one four in two units.
    const size = bytes + sql.length * 3 > room ? Buffer.byteLength(sql) : sql.length;
    if (values !== '' && bytes + size > room) {
      yield head + values + tail;
      values = '';
      bytes = 0;
    }
    values += values === '' ? sql : `,${sql}`;
    bytes += size + 1;
  }
  if (values !== '') yield head + values + tail;
}

function rowSql(row: Row, literals: readonly Literal[]): string {
  let sql = '(';
  for (let i = 0; i < literals.length; i++) {
    const literal = (literals[i] as Literal)(row[i] as Cell);
    sql += i === 0 ? literal : `,${literal}`;
  }
  return `${sql})`;
}

/** Replaces the row of the same key; one that only meets another unique key is refused, lest a row be lost. */
function upsertTail(table: TableSchema, columns: readonly string[]): string {
  const key = rowKey(table);
  const set = (name: string): string => `${quoteMysqlName(name)} = VALUES(${quoteMysqlName(name)})`;
  const same = key.map((name) => `${quoteMysqlName(name)} <=> VALUES(${quoteMysqlName(name)})`).join(' AND ');
  const first = quoteMysqlName(key[0] ?? columns[0] ?? '');
  const isGuarded = key.length > 0 && table.indexes.some(({ unique }) => unique);
  const guard = isGuarded ? `${first} = IF(${same}, ${first}, (SELECT 1 UNION SELECT 2))` : `${first} = ${first}`;
  const rest = columns.filter((name) => !key.includes(name)).map(set);
  return ` ON DUPLICATE KEY UPDATE ${[guard, ...rest].join(', ')}`;
}
