import { type Cell, type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { cellForm } from './oracle-cells.ts';
import { Conditions, keyOrderOf } from './oracle-order.ts';
import { readSchema, readTables } from './oracle-schema.ts';
import { type OracleBind, type OracleSession, type OracleValue, quoteOracleName } from './oracle-session.ts';

/** Takes a snapshot: one session in a transaction that only reads, and sees everything as it is now. */
export async function takeOracleSnapshot(session: OracleSession): Promise<Snapshot> {
  try {
    await session.do('SET TRANSACTION READ ONLY');
    return new OracleSnapshot(session);
  } catch (error) {
    await session.close();
    throw error;
  }
}

class OracleSnapshot implements Snapshot {
  readonly #session: OracleSession;

  constructor(session: OracleSession) {
    this.#session = session;
  }

  tables(): Promise<readonly TableEntry[]> {
    return readTables(this.#session);
  }

  schema(table: string): Promise<TableSchema> {
    return readSchema(this.#session, table);
  }

  async count({ name }: TableSchema): Promise<number> {
    const [row] = await this.#session.rows(`SELECT COUNT(*) FROM ${quoteOracleName(name)}`);
    return Number(row?.[0]);
  }

  async *read(request: ReadRequest): AsyncGenerator<readonly Row[]> {
    const { sql, binds, decode } = rowQuery(request);
    for await (const rows of this.#session.stream(sql, binds, request.batch)) yield rows.map(decode);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/** The query for what is asked for, and how its rows are made. */
export function rowQuery(request: ReadRequest): {
  readonly sql: string;
  readonly binds: readonly OracleBind[];
  readonly decode: (values: readonly OracleValue[]) => Row;
} {
  const { table, since } = request;
  const forms = request.columns.map((name) => ({ name: quoteOracleName(name), ...cellForm(columnNamed(request, name)) }));
  const orders = request.ordered ? rowKey(table).map((name) => keyOrderOf(columnNamed(request, name))) : [];
  const where = new Conditions();
  if (request.after) where.addBound(orders, request.after, 'after');
  if (request.upTo) where.addBound(orders, request.upTo, 'upTo');
  if (since !== undefined) {
    const column = columnNamed(request, since.column);
    const { mark, encode, form } = cellForm(column);
    const value = since.value === null ? null : encode(since.value);
    where.tests.push(`${quoteOracleName(since.column)} >= ${mark(where.mark({ form, value }))}`);
  }
  const sql = [
    `SELECT ${forms.length === 0 ? 'NULL' : forms.map(({ select, name }) => select(name)).join(', ')} FROM ${quoteOracleName(table.name)}`,
    ...(where.tests.length > 0 ? [`WHERE ${where.tests.join(' AND ')}`] : []),
    ...(orders.length > 0 ? [`ORDER BY ${orders.map(({ expression }) => expression).join(', ')}`] : []),
  ].join(' ');
  const decode = (values: readonly OracleValue[]): Row =>
    forms.map((form, i): Cell => {
      const value = values[i] ?? null;
      return value === null ? null : form.decode(value);
    });
  return { sql, binds: where.binds, decode };
}

function columnNamed({ table }: ReadRequest, name: string): Column {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return column;
}
