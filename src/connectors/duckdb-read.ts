import type { DuckDBConnection } from '@duckdb/node-api';
import { CrmError } from '../errors.ts';
import {
  bareColumn,
  type Column,
  type ForeignKey,
  rowKey,
  type Cell,
  type Row,
  type TableIndex,
  type TableSchema,
} from '../model/table-schema.ts';
import type { ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { duckdbDecoder, duckdbType, readExpression } from './duckdb-types.ts';

/** Names of tables that this program makes for itself. */
export const LEDGER_TABLE = '_crm_copy';

/** A name as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL takes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** All rows of a query as objects. */
export async function rowsOf<T>(connection: DuckDBConnection, sql: string): Promise<T[]> {
  return (await (await connection.run(sql)).getRowObjects()) as unknown as T[];
}

/** Tables and views of the schema `main`, by name. */
export async function entriesOf(connection: DuckDBConnection): Promise<TableEntry[]> {
  const entries = await rowsOf<TableEntry>(
    connection,
    `SELECT table_name AS name, 'table' AS kind FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal AND NOT temporary AND table_name <> '${LEDGER_TABLE}'
     UNION ALL SELECT view_name, 'view' FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal AND NOT temporary ORDER BY 1`,
  );
  return entries;
}

interface ColumnRow {
  readonly column_name: string;
  readonly data_type: string;
  readonly is_nullable: boolean;
  readonly column_default: string | null;
  readonly comment: string | null;
}
interface ConstraintRow {
  readonly constraint_type: string;
  readonly constraint_name: string | null;
  readonly constraint_column_names: { readonly items: readonly string[] };
  readonly referenced_table: string | null;
  readonly referenced_column_names: { readonly items: readonly string[] };
}
interface IndexRow {
  readonly index_name: string;
  readonly is_unique: boolean;
  readonly expressions: string;
  readonly sql: string | null;
}

/** Describes a table. @throws {CrmError} NOT_FOUND */
export async function describe(connection: DuckDBConnection, name: string): Promise<TableSchema> {
  const of = `schema_name = 'main' AND table_name = ${literal(name)}`;
  const columns = await rowsOf<ColumnRow>(
    connection,
    `SELECT column_name, data_type, is_nullable, column_default, comment FROM duckdb_columns() WHERE ${of} ORDER BY column_index`,
  );
  if (columns.length === 0)
    throw new CrmError('NOT_FOUND', `there is no table ${name}`, { hint: 'look at the names of the tables: they are told apart by case' });
  const constraints = await rowsOf<ConstraintRow>(connection, `SELECT * FROM duckdb_constraints() WHERE ${of} ORDER BY constraint_index`);
  const indexes = await rowsOf<IndexRow>(
    connection,
    `SELECT index_name, is_unique, expressions, sql FROM duckdb_indexes() WHERE ${of} ORDER BY index_name`,
  );
  const [comment] = await rowsOf<{ comment: string | null }>(connection, `SELECT comment FROM duckdb_tables() WHERE ${of}`);
  const named = (type: string): ConstraintRow[] => constraints.filter(({ constraint_type }) => constraint_type === type);
  return {
    name,
    columns: columns.map(columnOf),
    primaryKey: named('PRIMARY KEY')[0]?.constraint_column_names.items ?? [],
    indexes: [...named('UNIQUE').map(uniqueOf), ...indexes.map(indexOf)],
    foreignKeys: named('FOREIGN KEY').map(foreignKeyOf),
    comment: comment?.comment ?? null,
  };
}

function columnOf(row: ColumnRow): Column {
  const { column_default: text } = row;
  const constant =
    text === null ? null : (/^'((?:[^']|'')*)'$/.exec(text)?.[1]?.replaceAll("''", "'") ?? (/^-?\d+$/.test(text) ? Number(text) : null));
  return {
    ...bareColumn(row.column_name, duckdbType(row.data_type)),
    declared: row.data_type,
    nullable: row.is_nullable,
    default: text === null || text === 'NULL' ? null : constant === null ? { expression: text } : { value: constant },
    comment: row.comment,
  };
}

function uniqueOf({ constraint_name, constraint_column_names: { items } }: ConstraintRow): TableIndex {
  return {
    name: constraint_name ?? items.join('_'),
    columns: items.map((name) => ({ name, descending: false })),
    unique: true,
    special: null,
  };
}

function indexOf({ index_name, is_unique, expressions, sql }: IndexRow): TableIndex {
  const names =
    /^\[(.*)\]$/s
      .exec(expressions)?.[1]
      ?.split(', ')
      .map((one) => one.replace(/^'?"?|"?'?$/g, '')) ?? [];
  const isPlain = names.every((name) => /^[\w ]+$/.test(name));
  return {
    name: index_name,
    columns: isPlain ? names.map((name) => ({ name, descending: false })) : [],
    unique: is_unique,
    special: isPlain ? null : sql,
  };
}

function foreignKeyOf(row: ConstraintRow): ForeignKey {
  return {
    name: row.constraint_name,
    columns: row.constraint_column_names.items,
    table: row.referenced_table as string,
    references: row.referenced_column_names.items,
    onDelete: 'no action',
    onUpdate: 'no action',
  };
}

/** The tables at one moment: each reading has a connection of its own, whose transaction began then. */
export class DuckdbSnapshot implements Snapshot {
  readonly #free: DuckDBConnection[];
  readonly #all: readonly DuckDBConnection[];

  /** @param connections with an open transaction each; the first one is for questions */
  constructor(connections: readonly DuckDBConnection[]) {
    this.#all = connections;
    this.#free = connections.slice(1);
  }

  tables(): Promise<readonly TableEntry[]> {
    return entriesOf(this.#first);
  }

  schema(table: string): Promise<TableSchema> {
    return describe(this.#first, table);
  }

  async count({ name }: TableSchema): Promise<number> {
    const [row] = await rowsOf<{ n: bigint }>(this.#first, `SELECT count(*) AS n FROM ${quoted(name)}`);
    return Number(row?.n ?? 0);
  }

  async *read(request: ReadRequest): AsyncIterable<readonly Row[]> {
    const connection = this.#free.pop();
    if (connection === undefined) throw new CrmError('INTERNAL', 'more tables are read at once than there are connections');
    try {
      const { sql, decoders } = query(request);
      const result = await connection.stream(sql);
      for (let rows: Cell[][] = []; ; rows = []) {
        while (rows.length < request.batch) {
          const chunk = await result.fetchChunk();
          if (chunk === null || chunk.rowCount === 0) {
            if (rows.length > 0) yield rows;
            return;
          }
          for (const row of chunk.getRows()) rows.push(row.map((value, i) => cellOf(value, decoders[i] ?? null)));
        }
        yield rows;
      }
    } finally {
      this.#free.push(connection);
    }
  }

  async close(): Promise<void> {
    for (const connection of this.#all) connection.closeSync();
  }

  get #first(): DuckDBConnection {
    return this.#all[0] as DuckDBConnection;
  }
}

function cellOf(value: unknown, decoder: ((value: unknown) => Cell) | null): Cell {
  return value === null || decoder === null ? (value as Cell) : decoder(value);
}

function query(request: ReadRequest): { readonly sql: string; readonly decoders: readonly (((value: unknown) => Cell) | null)[] } {
  const { table, columns } = request;
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  const list = columns.map((name) => readExpression(quoted(name), types.get(name) ?? { kind: 'any' }));
  const where = [
    ...(request.since === undefined ? [] : [`${quoted(request.since.column)} >= ${cellLiteral(request.since.value)}`]),
    ...(request.after == null ? [] : [keyComparison(table, '>', request.after)]),
    ...(request.upTo == null ? [] : [keyComparison(table, '<=', request.upTo)]),
  ];
  const order = request.ordered
    ? ` ORDER BY ${rowKey(table)
        .map((name) => `${orderedKey(table, name)} NULLS FIRST`)
        .join(', ')}`
    : '';
  return {
    sql: `SELECT ${list.join(', ')} FROM ${quoted(table.name)}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}${order}`,
    decoders: columns.map((name) => duckdbDecoder(types.get(name) ?? { kind: 'any' })),
  };
}

/** Enums are ordered by their place in the list, all else as keys are. */
function orderedKey(table: TableSchema, name: string): string {
  const kind = table.columns.find((column) => column.name === name)?.type.kind;
  return kind === 'enum' || kind === 'uuid' ? `CAST(${quoted(name)} AS VARCHAR)` : quoted(name);
}

/** DuckDB compares rows of values only for sameness: the columns one after the other. */
function keyComparison(table: TableSchema, operator: '>' | '<=', key: Row): string {
  const strict = operator === '>' ? '>' : '<';
  const names = rowKey(table).map((name) => orderedKey(table, name));
  const last = names.length - 1;
  const branches = names.map((name, i) => {
    const same = names.slice(0, i).map((one, k) => `${one} = ${cellLiteral(key[k] ?? null)}`);
    return `(${[...same, `${name} ${i === last ? operator : strict} ${cellLiteral(key[i] ?? null)}`].join(' AND ')})`;
  });
  return `(${branches.join(' OR ')})`;
}

/** A cell as SQL. */
export function cellLiteral(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'string') return literal(cell);
  if (cell instanceof Uint8Array) return `from_hex(${literal(Buffer.from(cell).toString('hex'))})`;
  if (Array.isArray(cell)) return `[${cell.map(cellLiteral).join(', ')}]`;
  return String(cell);
}
