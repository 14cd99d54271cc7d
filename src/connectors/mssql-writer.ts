import { CrmError } from '../errors.ts';
import { type Cell, type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { type LedgerEntry, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';
import { numberedColumn } from './mssql-ddl.ts';
import { mssqlError, mssqlRefusal } from './mssql-errors.ts';
import { quoteMssqlName, quoteMssqlTable, quoteMssqlText } from './mssql-names.ts';
import { BY_BYTES, keyEquals, textOf } from './mssql-order.ts';
import { LEDGER_TABLE } from './mssql-schema.ts';
import type { MssqlServer, MssqlSession } from './mssql-session.ts';
import { STAGE_TABLE, type StagedColumn, stagedColumn } from './mssql-stage.ts';

const KEYS_AT_ONCE = 200;
const SAVEPOINT = 'crm_rows';

/** Loads rows into a table of the session, looks at them there, and puts them into their own table at once. */
export class MssqlWriter implements TableWriter {
  readonly #session: MssqlSession;
  readonly #server: MssqlServer;
  #isOpen = false;

  constructor(session: MssqlSession, server: MssqlServer) {
    this.#session = session;
    this.#server = server;
  }

  async begin(): Promise<void> {
    await this.#session.begin('committed');
    this.#isOpen = true;
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    if (rows.length === 0) return;
    const described = columns.map((name) => table.columns.find((column) => column.name === name) as Column);
    const staged = described.map(stagedColumn);
    if (mode === 'upsert') refuseTwins(table, columns, rows);
    const cells = rows.map((row) => staged.map(({ write }, i) => (row[i] === null ? null : write(row[i] as Exclude<Cell, null>))));
    await this.#session.do(`CREATE TABLE ${STAGE_TABLE} (${staged.map(({ definition }) => definition).join(', ')})`);
    try {
      await this.#session.load(STAGE_TABLE, staged, cells);
    } catch (error) {
      throw mssqlError(error, this.#session.label);
    }
    const refused = (await this.#lossOf(staged, described)) ?? (await this.#moved(table, described, staged, mode));
    await this.#session.do(`DROP TABLE ${STAGE_TABLE}`);
    if (refused !== null) throw refused;
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    const columns = rowKey(table).map((name) => table.columns.find((column) => column.name === name) as Column);
    for (let i = 0; i < keys.length; i += KEYS_AT_ONCE) {
      const tests = keys.slice(i, i + KEYS_AT_ONCE).map((key) => keyEquals(columns, key, this.#server));
      const sql = `DELETE FROM ${quoteMssqlTable(table.name, this.#server)} WHERE ${tests.join(' OR ')}`;
      const refused = await this.#allOrNothing(
        [sql],
        columns.map(({ name }) => name),
      );
      if (refused !== null) throw refused;
    }
  }

  async record({ copy, table, part, content }: LedgerEntry): Promise<void> {
    const ledger = quoteMssqlTable(LEDGER_TABLE, this.#server);
    const mine = `copy = ${quoteMssqlText(copy)} AND tbl = ${quoteMssqlText(table)} AND part = ${part}`;
    await this.#session.do(`DELETE FROM ${ledger} WHERE ${mine}`);
    await this.#session.do(
      `INSERT INTO ${ledger} (copy, tbl, part, content) VALUES (${quoteMssqlText(copy)}, ${quoteMssqlText(table)}, ${part}, ${quoteMssqlText(content)})`,
    );
  }

  async commit(): Promise<void> {
    this.#isOpen = false;
    await this.#session.commit();
  }

  async rollback(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#session.rollback().catch(() => undefined); // a lost connection has rolled back already
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Whether a value in the stage would not be kept as it is. */
  async #lossOf(staged: readonly StagedColumn[], columns: readonly Column[]): Promise<RefusedRows | null> {
    const checked = staged.flatMap(({ lossy }, at) => (lossy === null ? [] : [{ ...lossy, at }]));
    if (checked.length === 0) return null;
    const counts = checked.map(({ test, at }) => `SUM(CASE WHEN ${test} THEN 1 ELSE 0 END) AS n${at}`);
    const [row] = await this.#session.rows(`SELECT ${counts.join(', ')} FROM ${STAGE_TABLE} s`);
    const bad = checked.find(({ at }) => row?.[`n${at}`] !== '0');
    return bad === undefined ? null : new RefusedRows(bad.reason, columns[bad.at]?.name ?? null);
  }

  /** Puts the rows of the stage into their table, all or none. */
  async #moved(
    table: TableSchema,
    columns: readonly Column[],
    staged: readonly StagedColumn[],
    mode: WriteMode,
  ): Promise<RefusedRows | null> {
    const name = quoteMssqlTable(table.name, this.#server);
    const names = columns.map((column) => column.name);
    const same = mode === 'upsert' ? sameRow(table, columns, staged) : null;
    const isNumbered = names.includes(numberedColumn(table)?.name ?? '');
    const numbering = (state: 'ON' | 'OFF'): string[] => (isNumbered ? [`SET IDENTITY_INSERT ${name} ${state}`] : []);
    const insert = `INSERT INTO ${name} (${names.map(quoteMssqlName).join(', ')}) SELECT ${staged.map(({ value }) => value).join(', ')} FROM ${STAGE_TABLE} s`;
    if (same === null) return this.#allOrNothing([...numbering('ON'), insert, ...numbering('OFF')], names, numbering('OFF'));
    const key = new Set(rowKey(table));
    const sets = names.flatMap((one, i) => (key.has(one) ? [] : [`${quoteMssqlName(one)} = ${staged[i]?.value}`]));
    const update = sets.length === 0 ? [] : [`UPDATE t SET ${sets.join(', ')} FROM ${name} t JOIN ${STAGE_TABLE} s ON ${same}`];
    const added = `${insert} WHERE NOT EXISTS (SELECT 1 FROM ${name} t WHERE ${same})`;
    return this.#allOrNothing([...update, ...numbering('ON'), added, ...numbering('OFF')], names, numbering('OFF'));
  }

  /** Carries out statements; when the server refuses one, none of them. @param always what is done after a refusal */
  async #allOrNothing(sql: readonly string[], columns: readonly string[], always: readonly string[] = []): Promise<RefusedRows | null> {
    await this.#session.do(`SAVE TRANSACTION ${SAVEPOINT}`);
    try {
      for (const one of sql) await this.#session.run(one);
      return null;
    } catch (error) {
      const refused = mssqlRefusal(error, columns);
      if (refused === null) throw mssqlError(error, this.#session.label);
      await this.#stillOpen();
      await this.#session.do(`ROLLBACK TRANSACTION ${SAVEPOINT}`);
      for (const one of always) await this.#session.do(one);
      return refused;
    }
  }

  /** A trigger may end the transaction by itself: then the rows before are gone, too. */
  async #stillOpen(): Promise<void> {
    const [row] = await this.#session.rows('SELECT XACT_STATE() AS state');
    if (row?.state === '1') return;
    this.#isOpen = false;
    throw new CrmError('ENGINE', `${this.#session.label} ended the transaction because of one row; nothing was changed`, {
      hint: 'a trigger of the table does that: switch it off for the copy',
    });
  }
}

/** Which row of the table a row of the stage replaces: the same key to the last sign. The first test can use the index of the key. */
function sameRow(table: TableSchema, columns: readonly Column[], staged: readonly StagedColumn[]): string {
  const tests = rowKey(table).flatMap((key) => {
    const at = columns.findIndex(({ name }) => name === key);
    const column = columns[at] as Column;
    const mine = `t.${quoteMssqlName(key)}`;
    const value = staged[at]?.value ?? '';
    if (column.type.kind === 'bytes') return [`${mine} = ${value}`, `DATALENGTH(${mine}) = DATALENGTH(${value})`];
    if (column.type.kind !== 'text') return [`${mine} = ${value}`];
    const text = `CONVERT(nvarchar(4000), ${value})`;
    const own = `CONVERT(nvarchar(4000), ${textOf(column, 't.')})`;
    const length = `DATALENGTH(${own}) = DATALENGTH(${text})`;
    if (column.collation === null) return [`${mine} = ${text} ${BY_BYTES}`, length];
    return [`${mine} = ${text} COLLATE ${column.collation}`, `${own} ${BY_BYTES} = ${text} ${BY_BYTES}`, length];
  });
  return tests.join(' AND ');
}

/** Of two rows with one key in a statement the server would take any. */
function refuseTwins(table: TableSchema, columns: readonly string[], rows: readonly Row[]): void {
  const at = rowKey(table).map((name) => columns.indexOf(name));
  const seen = new Set<string>();
  for (const row of rows) {
    const key = JSON.stringify(
      at.map((i) => (row[i] instanceof Uint8Array ? Buffer.from(row[i] as Uint8Array).toString('hex') : String(row[i]))),
    );
    if (seen.has(key)) throw new RefusedRows('duplicate key', null);
    seen.add(key);
  }
}
