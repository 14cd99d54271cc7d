import { CrmError } from '../errors.ts';
import { type ForeignKey, isSameReference, type TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { createTableSql, danglingSql, type DdlContext, finishTableSql, referenceSql } from './mssql-ddl.ts';
import { quoteMssqlTable, quoteMssqlText } from './mssql-names.ts';
import { BY_BYTES } from './mssql-order.ts';
import { idOfTable, LEDGER_TABLE, readSchema, readTables } from './mssql-schema.ts';
import type { MssqlServer, MssqlSession } from './mssql-session.ts';
import { MssqlWriter } from './mssql-writer.ts';

/** Opens a database for writing; `open` makes further sessions. */
export async function openMssqlTarget(server: MssqlServer, open: () => Promise<MssqlSession>): Promise<TableTarget> {
  const session = await open();
  try {
    const collations = await session.rows('SELECT f.name AS name FROM sys.fn_helpcollations() f');
    return new MssqlTarget(session, { server, collations: new Set(collations.map(({ name }) => name ?? '')) }, open);
  } catch (error) {
    await session.close();
    throw error;
  }
}

class MssqlTarget implements TableTarget {
  readonly #session: MssqlSession;
  readonly #context: DdlContext;
  readonly #server: MssqlServer;
  readonly #open: () => Promise<MssqlSession>;
  readonly #ledger: string;
  /** One statement at a time runs in the session, and one thing is made at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(session: MssqlSession, context: DdlContext, open: () => Promise<MssqlSession>) {
    this.#session = session;
    this.#context = context;
    this.#server = context.server;
    this.#open = open;
    this.#ledger = quoteMssqlTable(LEDGER_TABLE, context.server);
  }

  tables(): Promise<readonly TableEntry[]> {
    return this.#inTurn(() => readTables(this.#session));
  }

  schema(table: string): Promise<TableSchema> {
    return this.#inTurn(() => readSchema(this.#session, this.#server, table));
  }

  plan(table: TableSchema): readonly string[] {
    return [createTableSql(table, this.#context), ...finishTableSql(table, null, this.#context)].map((sql) => `${sql};`);
  }

  create(table: TableSchema): Promise<void> {
    return this.#inTurn(async () => {
      if ((await idOfTable(this.#session, this.#server, table.name)) === null) await this.#session.do(createTableSql(table, this.#context));
    });
  }

  finish(table: TableSchema): Promise<void> {
    return this.#inTurn(async () => {
      const there = await readSchema(this.#session, this.#server, table.name);
      for (const sql of finishTableSql(table, there, this.#context)) await this.#session.do(sql);
    });
  }

  connect(table: TableSchema): Promise<void> {
    return this.#inTurn(async () => {
      const there = await readSchema(this.#session, this.#server, table.name);
      const taken = await this.#session.rows('SELECT o.name AS name FROM sys.objects o');
      const names = new Set(taken.map(({ name }) => (name ?? '').toLowerCase()));
      for (const key of table.foreignKeys) {
        if (there.foreignKeys.some((one) => isSameReference(one, key))) continue;
        await this.#check(table, key);
        const isFree = key.name !== null && !names.has(key.name.toLowerCase()) && key.name.length <= 128;
        await this.#session.do(referenceSql(table, key, isFree, this.#server));
        if (key.name !== null) names.add(key.name.toLowerCase());
      }
    });
  }

  /** References are not looked at while rows of several tables go, and looked at again afterwards. */
  truncate(tables: readonly TableSchema[]): Promise<void> {
    return this.#inTurn(async () => {
      const names = tables.map(({ name }) => quoteMssqlTable(name, this.#server));
      await this.#session.begin('committed');
      try {
        for (const name of names) await this.#session.do(`ALTER TABLE ${name} NOCHECK CONSTRAINT ALL`);
        for (const name of names) await this.#session.do(`DELETE FROM ${name}`);
        for (const name of names) await this.#session.do(`ALTER TABLE ${name} WITH CHECK CHECK CONSTRAINT ALL`);
        await this.#session.commit();
      } catch (error) {
        await this.#session.rollback().catch(() => undefined); // it may be rolled back already
        throw error;
      }
    });
  }

  async writer(): Promise<TableWriter> {
    await this.#inTurn(() => this.#makeLedger());
    return new MssqlWriter(await this.#open(), this.#server);
  }

  ledger(copy: string): Promise<readonly LedgerEntry[]> {
    return this.#inTurn(async () => {
      if (!(await this.#hasLedger())) return [];
      const rows = await this.#session.rows(
        `SELECT tbl, part, content FROM ${this.#ledger} WHERE copy = ${quoteMssqlText(copy)} ORDER BY tbl, part`,
      );
      return rows.map(({ tbl, part, content }) => ({ copy, table: tbl ?? '', part: Number(part), content: content ?? '' }));
    });
  }

  forget(copy: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!(await this.#hasLedger())) return;
      await this.#session.do(`DELETE FROM ${this.#ledger} WHERE copy = ${quoteMssqlText(copy)}`);
      const [row] = await this.#session.rows(`SELECT COUNT_BIG(*) AS n FROM ${this.#ledger}`);
      if (row?.n === '0') await this.#session.do(`DROP TABLE ${this.#ledger}`);
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #hasLedger(): Promise<boolean> {
    return (await idOfTable(this.#session, this.#server, LEDGER_TABLE)) !== null;
  }

  async #makeLedger(): Promise<void> {
    if (await this.#hasLedger()) return;
    await this.#session.do(
      `CREATE TABLE ${this.#ledger} ([copy] nvarchar(100) ${BY_BYTES} NOT NULL, [tbl] nvarchar(300) ${BY_BYTES} NOT NULL, [part] int NOT NULL, [content] nvarchar(max) NOT NULL, PRIMARY KEY ([copy], [tbl], [part]))`,
    );
  }

  async #check(table: TableSchema, key: ForeignKey): Promise<void> {
    const [row] = await this.#session.rows(danglingSql(table, key, this.#server));
    const count = Number(row?.n);
    if (count === 0) return;
    throw new CrmError('INTEGRITY', `${count} rows of ${table.name} point to rows of ${key.table} that are not there`, {
      hint: `copy ${key.table} too, or mend the column ${key.columns.join(', ')} at the source`,
      details: { table: table.name, columns: key.columns, references: key.table, count },
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work);
    this.#turn = done;
    return done;
  }
}
