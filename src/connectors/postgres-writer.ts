import type pg from 'pg';
import { quoteName } from '../engines/postgres-client.ts';
import { messageWithoutValue, postgresError } from '../engines/postgres-errors.ts';
import { type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { type LedgerEntry, type PackedWriter, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';
import { CopyIn } from './postgres-copy-in.ts';
import { postgresDeclaration } from './postgres-column-type.ts';
import { enumsOf, list } from './postgres-ddl.ts';
import { copyText } from './postgres-rows-text.ts';
import { LEDGER_TABLE } from './postgres-tables.ts';

const SAVEPOINT = 'crm_rows';
/** Where rows wait that meet others, or that name others. */
const STAGE = '_crm_rows';
/** A value that does not fit, a rule that is broken, a row that is there twice in one statement. */
const REFUSALS = /^(22|23|21000|54000)/;
/** Rows that are made text at a time. */
const CHUNK_ROWS = 2000;

/** Writes rows by COPY. */
export class PostgresWriter implements TableWriter {
  readonly #client: pg.Client;
  readonly #label: string;
  #isOpen = false;
  /** Ends what is on its way into a table, without its rows. */
  #abort: (() => Promise<void>) | null = null;

  constructor(client: pg.Client, label: string) {
    this.#client = client;
    this.#label = label;
  }

  async begin(): Promise<void> {
    await this.#do('BEGIN');
    this.#isOpen = true;
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    if (rows.length === 0) return;
    const described = columns.map((name) => table.columns.find((column) => column.name === name) as Column);
    await this.#allOrNothing(async () => {
      if (mode === 'insert') return this.#copy(table.name, described, rows);
      await this.#stage(table, described, rows);
      await this.#client.query(upsertSql(table, columns));
      await this.#client.query(`DROP TABLE ${STAGE}`);
    });
  }

  async pack(table: TableSchema, columns: readonly string[]): Promise<PackedWriter> {
    await this.#do(`SAVEPOINT ${SAVEPOINT}`);
    const rows = new CopyIn(this.#client, copySql(table.name, columns));
    this.#abort = () => rows.abort();
    return {
      write: (bytes) => rows.write(bytes),
      end: () =>
        this.#settle(async () => {
          this.#abort = null;
          await rows.end();
        }),
    };
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    const names = rowKey(table);
    const described = names.map((name) => table.columns.find((column) => column.name === name) as Column);
    await this.#allOrNothing(async () => {
      await this.#stage(table, described, keys);
      await this.#client.query(`DELETE FROM ${quoteName(table.name)} WHERE (${list(names)}) IN (SELECT ${list(names)} FROM ${STAGE})`);
      await this.#client.query(`DROP TABLE ${STAGE}`);
    });
  }

  async update(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    const key = rowKey(table);
    const set = columns.filter((name) => !key.includes(name)).map((name) => `${quoteName(name)} = s.${quoteName(name)}`);
    if (rows.length === 0 || set.length === 0) return;
    const same = key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(' AND ');
    await this.#staged(table, columns, rows, `UPDATE ${quoteName(table.name)} t SET ${set.join(', ')} FROM ${STAGE} s WHERE ${same}`);
  }

  async removeWhole(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    // Not every type has an equality: rows are compared as they are written. Of equal ones each takes another.
    const numbered = (from: string): string =>
      `SELECT place, line, row_number() OVER (PARTITION BY line) AS nth FROM (SELECT ctid AS place, ROW(${list(columns)})::text AS line FROM ${from}) AS lines`;
    const places = `SELECT t.place FROM (${numbered(quoteName(table.name))}) t JOIN (${numbered(STAGE)}) s ON s.line = t.line AND s.nth = t.nth`;
    await this.#staged(table, columns, rows, `DELETE FROM ${quoteName(table.name)} WHERE ctid IN (${places})`);
  }

  async record({ copy, table, part, content }: LedgerEntry): Promise<void> {
    await this.#do(
      `INSERT INTO ${LEDGER_TABLE} (copy, table_name, part, content) VALUES ($1, $2, $3, $4)
       ON CONFLICT (copy, table_name, part) DO UPDATE SET content = excluded.content`,
      [copy, table, part, content],
    );
  }

  async commit(): Promise<void> {
    await this.#do('COMMIT');
    this.#isOpen = false;
  }

  async rollback(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#abort?.();
    this.#abort = null;
    await this.#client.query('ROLLBACK').catch(() => {}); // a lost session has rolled back already
  }

  async close(): Promise<void> {
    await this.rollback();
    await this.#client.end().catch(() => {});
  }

  async #allOrNothing(work: () => Promise<void>): Promise<void> {
    await this.#do(`SAVEPOINT ${SAVEPOINT}`);
    await this.#settle(work);
  }

  /** Ends what was begun with a savepoint. */
  async #settle(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === null) throw postgresError(error, this.#label);
      await this.#do(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
      throw refused;
    }
    await this.#do(`RELEASE SAVEPOINT ${SAVEPOINT}`);
  }

  /** Carries out a statement on rows that wait beside the table, and sees to it that it met as many. */
  async #staged(table: TableSchema, columns: readonly string[], rows: readonly Row[], sql: string): Promise<void> {
    const described = columns.map((name) => table.columns.find((column) => column.name === name) as Column);
    await this.#allOrNothing(async () => {
      await this.#stage(table, described, rows);
      const { rowCount } = await this.#client.query(sql);
      if (rowCount !== rows.length) throw new RefusedRows('the row is not there any more', null);
      await this.#client.query(`DROP TABLE ${STAGE}`);
    });
  }

  async #stage(table: TableSchema, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    const enums = enumsOf(table);
    const lines = columns.map(({ name, type, declared }) => {
      const known = declared === '' ? postgresDeclaration(type, quoteName(enums.get(name)?.name ?? 'text')) : declared;
      return `${quoteName(name)} ${known}`;
    });
    await this.#client.query(`CREATE TEMPORARY TABLE ${STAGE} (${lines.join(', ')}) ON COMMIT DROP`);
    await this.#copy(STAGE, columns, rows);
  }

  async #copy(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    const names = columns.map(({ name }) => name);
    const types = columns.map(({ type }) => type);
    const stream = new CopyIn(this.#client, copySql(table, names));
    for (let i = 0; i < rows.length; i += CHUNK_ROWS) {
      await stream.write(copyText(rows.length <= CHUNK_ROWS ? rows : rows.slice(i, i + CHUNK_ROWS), types));
    }
    await stream.end();
  }

  async #do(sql: string, values?: readonly unknown[]): Promise<void> {
    try {
      await this.#client.query(sql, values as unknown[] | undefined);
    } catch (error) {
      throw postgresError(error, this.#label);
    }
  }
}

function copySql(table: string, columns: readonly string[]): string {
  return `COPY ${quoteName(table)} (${list(columns)}) FROM STDIN`;
}

function upsertSql(table: TableSchema, columns: readonly string[]): string {
  const key = rowKey(table);
  const others = columns.filter((name) => !key.includes(name));
  const set = others.map((name) => `${quoteName(name)} = excluded.${quoteName(name)}`).join(', ');
  const action = others.length === 0 ? 'NOTHING' : `UPDATE SET ${set}`;
  const from = `OVERRIDING SYSTEM VALUE SELECT ${list(columns)} FROM ${STAGE}`;
  return `INSERT INTO ${quoteName(table.name)} (${list(columns)}) ${from} ON CONFLICT (${list(key)}) DO ${action}`;
}

/** What the server has against rows, without their values; null where it is something else. */
function refusalOf(thrown: unknown): RefusedRows | null {
  if (thrown instanceof RefusedRows) return thrown;
  const { code, column, where, message } = thrown as { code?: string; column?: string; where?: string; message?: string };
  if (typeof code !== 'string' || !REFUSALS.test(code)) return null;
  const named = column ?? /^COPY [^\n]*, line \d+, column ([^:\n]+)/.exec(where ?? '')?.[1] ?? null;
  const reason =
    code === '23505' || code === '21000' ? 'duplicate key' : messageWithoutValue({ code, ...(message === undefined ? {} : { message }) });
  return new RefusedRows(reason, named, thrown);
}
