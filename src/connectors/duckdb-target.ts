import type { DuckDBConnection } from '@duckdb/node-api';
import { CrmError } from '../errors.ts';
import type { Column, TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { cellLiteral, describe, entriesOf, LEDGER_TABLE, literal, quoted, rowsOf } from './duckdb-read.ts';
import { duckdbDeclaration } from './duckdb-types.ts';
import { DuckdbWriter } from './duckdb-writer.ts';

const LEDGER = `CREATE TABLE IF NOT EXISTS ${LEDGER_TABLE} (copy VARCHAR, table_name VARCHAR, part INTEGER, content VARCHAR, PRIMARY KEY (copy, table_name, part))`;

/** A DuckDB file that is written. */
export class DuckdbTarget implements TableTarget {
  readonly #connect: () => Promise<DuckDBConnection>;
  readonly #own: DuckDBConnection;
  #hasLedger = false;

  /** @param own for questions and for making tables */
  constructor(own: DuckDBConnection, connect: () => Promise<DuckDBConnection>) {
    this.#own = own;
    this.#connect = connect;
  }

  tables(): Promise<readonly TableEntry[]> {
    return entriesOf(this.#own);
  }

  schema(table: string): Promise<TableSchema> {
    return describe(this.#own, table);
  }

  plan(table: TableSchema): readonly string[] {
    return [createStatement(table), ...finishStatements(table)];
  }

  async create(table: TableSchema): Promise<void> {
    await this.#own.run(createStatement(table));
  }

  async finish(table: TableSchema): Promise<void> {
    for (const statement of finishStatements(table)) await this.#own.run(statement);
  }

  /** DuckDB takes references only when a table is made, and refuses the order in which rows come: they are checked, not kept. */
  async connect(table: TableSchema): Promise<void> {
    for (const key of table.foreignKeys) {
      const pairs = key.columns.map((name, i) => `parent.${quoted(key.references[i] as string)} = child.${quoted(name)}`);
      const set = key.columns.map((name) => `child.${quoted(name)} IS NOT NULL`);
      const [row] = await rowsOf<{ n: bigint }>(
        this.#own,
        `SELECT count(*) AS n FROM ${quoted(table.name)} child WHERE ${set.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${quoted(key.table)} parent WHERE ${pairs.join(' AND ')})`,
      );
      if (Number(row?.n) === 0) continue;
      throw new CrmError('INTEGRITY', `${row?.n} rows of ${table.name} point to rows of ${key.table} that are not there`, {
        hint: `copy ${key.table} too, or look at the source`,
      });
    }
  }

  async truncate(tables: readonly TableSchema[]): Promise<void> {
    for (const { name } of tables) await this.#own.run(`DELETE FROM ${quoted(name)}`);
  }

  async writer(): Promise<TableWriter> {
    if (!this.#hasLedger) await this.#own.run(LEDGER);
    this.#hasLedger = true;
    return new DuckdbWriter(await this.#connect());
  }

  checkReferences(table: TableSchema): Promise<void> {
    return this.connect(table);
  }

  async ledger(copy: string): Promise<readonly LedgerEntry[]> {
    if (!(await this.#isLedgerThere())) return [];
    const rows = await rowsOf<{ table_name: string; part: number; content: string }>(
      this.#own,
      `SELECT table_name, part, content FROM ${LEDGER_TABLE} WHERE copy = ${literal(copy)} ORDER BY table_name, part`,
    );
    return rows.map(({ table_name, part, content }) => ({ copy, table: table_name, part, content }));
  }

  async forget(copy: string): Promise<void> {
    if (!(await this.#isLedgerThere())) return;
    await this.#own.run(`DELETE FROM ${LEDGER_TABLE} WHERE copy = ${literal(copy)}`);
    const [row] = await rowsOf<{ n: bigint }>(this.#own, `SELECT count(*) AS n FROM ${LEDGER_TABLE}`);
    if (Number(row?.n) > 0) return;
    await this.#own.run(`DROP TABLE ${LEDGER_TABLE}`);
    this.#hasLedger = false;
  }

  async close(): Promise<void> {
    this.#own.closeSync();
  }

  async #isLedgerThere(): Promise<boolean> {
    return (
      (await rowsOf(this.#own, `SELECT 1 FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = '${LEDGER_TABLE}'`)).length > 0
    );
  }
}

function createStatement({ name, columns, primaryKey }: TableSchema): string {
  const key = primaryKey.length === 0 ? [] : [`PRIMARY KEY (${primaryKey.map(quoted).join(', ')})`];
  return `CREATE TABLE IF NOT EXISTS ${quoted(name)} (${[...columns.map(columnLine), ...key].join(', ')})`;
}

function columnLine(column: Column): string {
  const parts = [quoted(column.name), duckdbDeclaration(column.type)];
  if (column.default !== null)
    parts.push(`DEFAULT ${'value' in column.default ? cellLiteral(column.default.value) : column.default.expression}`);
  if (!column.nullable) parts.push('NOT NULL');
  return parts.join(' ');
}

function finishStatements({ name, indexes, columns, comment }: TableSchema): string[] {
  const plain = indexes.filter(({ special }) => special === null);
  const said = columns.filter((column) => column.comment !== null);
  return [
    ...plain.map(
      (index) =>
        `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS ${quoted(index.name)} ON ${quoted(name)} (${index.columns.map((one) => quoted(one.name)).join(', ')})`,
    ),
    ...(comment === null ? [] : [`COMMENT ON TABLE ${quoted(name)} IS ${literal(comment)}`]),
    ...said.map((column) => `COMMENT ON COLUMN ${quoted(name)}.${quoted(column.name)} IS ${literal(column.comment as string)}`),
  ];
}
