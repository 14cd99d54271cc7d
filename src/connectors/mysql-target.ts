import { CrmError } from '../errors.ts';
import { type ForeignKey, isSameReference, type TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { createTableSql, danglingSql, type DdlContext, finishTableSql, referenceSql } from './mysql-ddl.ts';
import { LEDGER_TABLE, readSchema, readTables } from './mysql-schema.ts';
import { type MysqlServer, type MysqlSession, quoteMysqlName, quoteMysqlText } from './mysql-session.ts';
import { MysqlWriter } from './mysql-writer.ts';

const LEDGER = quoteMysqlName(LEDGER_TABLE);

/** Opens a database for writing; `open` makes further sessions. */
export async function openMysqlTarget(server: MysqlServer, open: () => Promise<MysqlSession>): Promise<TableTarget> {
  const session = await open();
  try {
    const collations = await session.rows("SHOW COLLATION WHERE `Charset` = 'utf8mb4'");
    return new MysqlTarget(session, { server, collations: new Set(collations.map((row) => row.Collation ?? '')) }, open);
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** References are not looked at while rows come in any order. */
const UNCHECKED = 'SET SESSION foreign_key_checks = 0, unique_checks = 1';

class MysqlTarget implements TableTarget {
  readonly #session: MysqlSession;
  readonly #context: DdlContext;
  readonly #open: () => Promise<MysqlSession>;

  constructor(session: MysqlSession, context: DdlContext, open: () => Promise<MysqlSession>) {
    this.#session = session;
    this.#context = context;
    this.#open = open;
  }

  tables(): Promise<readonly TableEntry[]> {
    return readTables(this.#session);
  }

  schema(table: string): Promise<TableSchema> {
    return readSchema(this.#session, this.#context.server, table);
  }

  plan(table: TableSchema): readonly string[] {
    return [createTableSql(table, this.#context), ...finishTableSql(table, null, this.#context)].map((sql) => `${sql};`);
  }

  async create(table: TableSchema): Promise<void> {
    await this.#session.do(createTableSql(table, this.#context));
  }

  async finish(table: TableSchema): Promise<void> {
    const there = await this.schema(table.name);
    for (const sql of finishTableSql(table, there, this.#context)) await this.#session.do(sql);
  }

  async connect(table: TableSchema): Promise<void> {
    const there = await this.schema(table.name);
    const taken = await this.#session.rows(
      'SELECT CONSTRAINT_NAME AS name FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()',
    );
    const names = new Set(taken.map(({ name }) => (name ?? '').toLowerCase()));
    await this.#session.do(UNCHECKED);
    for (const key of table.foreignKeys) {
      if (there.foreignKeys.some((one) => isSameReference(one, key))) continue;
      await this.#check(table, key);
      const isFree = key.name !== null && !names.has(key.name.toLowerCase()) && key.name.length <= 64;
      await this.#session.do(referenceSql(table, key, isFree));
      if (key.name !== null) names.add(key.name.toLowerCase());
    }
  }

  async truncate(tables: readonly TableSchema[]): Promise<void> {
    await this.#session.do(UNCHECKED);
    for (const { name } of tables) await this.#session.do(`TRUNCATE TABLE ${quoteMysqlName(name)}`);
  }

  async writer(): Promise<TableWriter> {
    await this.#makeLedger();
    const session = await this.#open();
    try {
      await session.do(UNCHECKED);
      return new MysqlWriter(session, this.#context.server);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async checkReferences(table: TableSchema): Promise<void> {
    for (const key of table.foreignKeys) await this.#check(table, key);
  }

  async ledger(copy: string): Promise<readonly LedgerEntry[]> {
    if (!(await this.#hasLedger())) return [];
    // Waits for a part that a killed process has handed over, and the server is still committing.
    const rows = await this.#session.rows(
      `SELECT tbl, part, content FROM ${LEDGER} WHERE copy = ${quoteMysqlText(copy)} ORDER BY tbl, part LOCK IN SHARE MODE`,
    );
    return rows.map(({ tbl, part, content }) => ({ copy, table: tbl ?? '', part: Number(part), content: content ?? '' }));
  }

  async forget(copy: string): Promise<void> {
    if (!(await this.#hasLedger())) return;
    await this.#session.do(`DELETE FROM ${LEDGER} WHERE copy = ${quoteMysqlText(copy)}`);
    const [row] = await this.#session.rows(`SELECT EXISTS (SELECT 1 FROM ${LEDGER}) AS used`);
    if (row?.used === '0') await this.#session.do(`DROP TABLE IF EXISTS ${LEDGER}`);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #hasLedger(): Promise<boolean> {
    return (await this.#session.rows(`SHOW TABLES LIKE '\\_crm\\_copy'`)).length > 0;
  }

  async #makeLedger(): Promise<void> {
    const { collation } = this.#context.server;
    await this.#session.do(
      `CREATE TABLE IF NOT EXISTS ${LEDGER} (copy varchar(191) NOT NULL, tbl varchar(191) NOT NULL, part int NOT NULL,
       content longtext NOT NULL, PRIMARY KEY (copy, tbl, part)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=${collation}`,
    );
  }

  async #check(table: TableSchema, key: ForeignKey): Promise<void> {
    const [row] = await this.#session.rows(danglingSql(table, key));
    const count = Number(row?.n);
    if (count === 0) return;
    throw new CrmError('INTEGRITY', `${count} rows of ${table.name} point to rows of ${key.table} that are not there`, {
      hint: `copy ${key.table} too, or mend the column ${key.columns.join(', ')} at the source`,
      details: { table: table.name, columns: key.columns, references: key.table, count },
    });
  }
}
