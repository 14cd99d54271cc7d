import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { quoteName } from '../engines/postgres-client.ts';
import { postgresError } from '../engines/postgres-errors.ts';
import { type Cell, type ColumnType, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { PackedRows, ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { postgresDecoder, postgresText } from './postgres-cell.ts';
import { hasOneText, isSameText, packedPieces } from './postgres-packed.ts';
import { CopyRows } from './postgres-rows-text.ts';
import { readEntries, readSchema } from './postgres-tables.ts';

const BEGIN = 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY';
/** Kinds whose values are ordered as keys are. */
const NATIVE: ReadonlySet<string> = new Set(['integer', 'decimal', 'float', 'boolean', 'bytes', 'uuid']);
/** Bytes that wait to be looked at. */
const READ_BYTES = 256 * 1024;
const UNKNOWN: ColumnType = { kind: 'other', name: 'unknown' };

/** The tables of a schema at one moment; readings have connections of their own that see the same. */
export class PostgresSnapshot implements Snapshot {
  readonly #client: pg.Client;
  readonly #label: string;
  readonly moment: string;
  readonly #connect: () => Promise<pg.Client>;
  readonly #free: pg.Client[] = [];
  readonly #schemas = new Map<string, TableSchema>();

  private constructor(client: pg.Client, moment: string, label: string, connect: () => Promise<pg.Client>) {
    this.#client = client;
    this.moment = moment;
    this.#label = label;
    this.#connect = connect;
  }

  /**
   * @param connect makes a session on the schema
   * @param moment of another one that is open still
   * @throws {CrmError} CONNECTION, LOGIN, NO_DATABASE
   */
  static async open(label: string, connect: () => Promise<pg.Client>, moment?: string): Promise<PostgresSnapshot> {
    const client = await connect();
    await client.query(BEGIN);
    if (moment !== undefined) {
      await client.query(`SET TRANSACTION SNAPSHOT ${client.escapeLiteral(moment)}`);
      return new PostgresSnapshot(client, moment, label, connect);
    }
    const { rows } = await client.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
    return new PostgresSnapshot(client, rows[0]?.id as string, label, connect);
  }

  tables(): Promise<readonly TableEntry[]> {
    return this.#guard(() => readEntries(this.#client));
  }

  async schema(table: string): Promise<TableSchema> {
    const known = this.#schemas.get(table) ?? (await this.#guard(() => readSchema(this.#client, table, this.#label)));
    this.#schemas.set(table, known);
    return known;
  }

  async count({ name }: TableSchema): Promise<number> {
    const { rows } = await this.#guard(() => this.#client.query<{ n: string }>(`SELECT count(*) AS n FROM ${quoteName(name)}`));
    return Number(rows[0]?.n);
  }

  read(request: ReadRequest): AsyncIterable<readonly Row[]> {
    return this.#copied(request, (pieces) => rowsOf(pieces, request));
  }

  /** What becomes of the pieces of a COPY, on a session of its own. */
  async *#copied<T>(request: ReadRequest, work: (pieces: AsyncIterable<unknown>) => AsyncIterable<T>): AsyncGenerator<T> {
    const client = await this.#reader();
    let isWhole = false;
    try {
      yield* work(client.query(copyTo(`COPY (${selectSql(client, request)}) TO STDOUT`, { highWaterMark: READ_BYTES })));
      isWhole = true;
    } catch (error) {
      throw postgresError(error, this.#label);
    } finally {
      // Whoever stops in the middle leaves the rest of the rows on the line: that session is of no use any more.
      if (isWhole) this.#free.push(client);
      else void client.end().catch(() => {});
    }
  }

  readPacked(request: ReadRequest, types: readonly ColumnType[]): AsyncIterable<PackedRows> | null {
    const { table, columns, ordered } = request;
    const isPacked = ordered && columns.every((name, at) => isSameText(typeOf(table, name), types[at] as ColumnType));
    if (!isPacked || !rowKey(table).every((name) => columns.includes(name))) return null;
    return this.#copied(request, (pieces) => packedPieces(pieces, table, columns));
  }

  readText(request: ReadRequest): AsyncIterable<Uint8Array> | null {
    const { table, columns, ordered } = request;
    if (!ordered || !columns.every((name) => hasOneText(typeOf(table, name)))) return null;
    return this.#copied(request, (pieces) => pieces as AsyncIterable<Uint8Array>);
  }

  async close(): Promise<void> {
    await Promise.all([this.#client, ...this.#free.splice(0)].map((client) => client.end().catch(() => {})));
  }

  async #reader(): Promise<pg.Client> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const client = await this.#connect();
    await this.#guard(async () => {
      await client.query(BEGIN);
      await client.query(`SET TRANSACTION SNAPSHOT ${client.escapeLiteral(this.moment)}`);
    });
    return client;
  }

  async #guard<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw postgresError(error, this.#label);
    }
  }
}

async function* rowsOf(pieces: AsyncIterable<unknown>, { table, columns, batch }: ReadRequest): AsyncGenerator<readonly Row[]> {
  const parser = new CopyRows(columns.map((name) => postgresDecoder(typeOf(table, name))));
  let rows: Row[] = [];
  for await (const piece of pieces) {
    for (const row of parser.add(piece as Buffer)) rows.push(row);
    if (rows.length < batch) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

function typeOf(table: TableSchema, name: string): ColumnType {
  return table.columns.find((column) => column.name === name)?.type ?? UNKNOWN;
}

/** The SELECT of a reading, with its values in it. */
export function selectSql(client: pg.Client, { table, columns, ordered, after, upTo, since }: ReadRequest): string {
  const key = rowKey(table);
  const ordering = key.map((name) => orderedBy(table, name));
  const row = (cells: Row): string => cells.map((cell, i) => literal(client, cell, table, key[i] as string)).join(', ');
  const where = [
    ...(since === undefined ? [] : [`${quoteName(since.column)} >= ${literal(client, since.value, table, since.column)}`]),
    ...(after == null ? [] : [`(${ordering.join(', ')}) > (${row(after)})`]),
    ...(upTo == null ? [] : [`(${ordering.join(', ')}) <= (${row(upTo)})`]),
  ];
  // A key is never NULL; said of it, the order would not be that of its index.
  const order = ordered ? ` ORDER BY ${ordering.join(', ')}` : '';
  const list = columns.map(quoteName).join(', ');
  return `SELECT ${list} FROM ${quoteName(table.name)}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}${order}`;
}

/** Texts by their bytes; what the server orders by rules of its own, by its text. */
function orderedBy(table: TableSchema, name: string): string {
  const type = typeOf(table, name);
  const isNative = NATIVE.has(type.kind) || type.kind === 'date' || type.kind === 'timestamp' || (type.kind === 'time' && !type.zone);
  if (isNative) return quoteName(name);
  return type.kind === 'text' ? `${quoteName(name)} COLLATE "C"` : `${quoteName(name)}::text COLLATE "C"`;
}

function literal(client: pg.Client, cell: Cell, table: TableSchema, name: string): string {
  if (cell === null) return 'NULL';
  const type = typeOf(table, name);
  const text = client.escapeLiteral(postgresText(cell, type));
  if (!NATIVE.has(type.kind)) return text;
  return `CAST(${text} AS ${table.columns.find((column) => column.name === name)?.declared})`;
}
