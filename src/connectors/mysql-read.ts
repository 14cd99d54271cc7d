import type { Query } from 'mysql2';
import { type Cell, type Column, type Row, rowKey } from '../model/table-schema.ts';
import type { ReadRequest } from './connector.ts';
import { type Decoder, mysqlDecoder } from './mysql-decode.ts';
import { mysqlError } from './mysql-errors.ts';
import { mysqlLiteral } from './mysql-literal.ts';
import { keyBound, keyOrderOf } from './mysql-order.ts';
import { type MysqlServer, type MysqlSession, quoteMysqlName } from './mysql-session.ts';
import { isGeometry } from './mysql-types.ts';

/** Batches that wait for the consumer before the server is held back. */
const WAITING_BATCHES = 2;

/** A query for rows, and how its cells are made. */
export interface RowQuery {
  readonly sql: string;
  readonly decoders: readonly Decoder[];
}

/** The query for what is asked for. @param page only so many rows, from so many on */
export function rowQuery(request: ReadRequest, server: MysqlServer, page?: { readonly limit: number; readonly offset: number }): RowQuery {
  const { table } = request;
  const columns = request.columns.map((name) => columnNamed(request, name));
  const orders = request.ordered ? rowKey(table).map((name) => keyOrderOf(columnNamed(request, name), server)) : [];
  const tests: string[] = [];
  if (request.after) tests.push(keyBound(orders, request.after, 'after'));
  if (request.upTo) tests.push(keyBound(orders, request.upTo, 'upTo'));
  if (request.since !== undefined) tests.push(sinceTest(columnNamed(request, request.since.column), request.since.value, server));
  const selected = columns.length === 0 ? 'NULL' : columns.map(selectedAs).join(', ');
  const sql = [
    `SELECT ${selected} FROM ${quoteMysqlName(table.name)}`,
    ...(tests.length > 0 ? [`WHERE ${tests.join(' AND ')}`] : []),
    ...(orders.length > 0 ? [`ORDER BY ${orders.map(({ expression }) => expression).join(', ')}`] : []),
    ...(page === undefined ? [] : [`LIMIT ${page.offset}, ${page.limit}`]),
  ].join(' ');
  return { sql, decoders: columns.map(({ type }) => mysqlDecoder(type)) };
}

/**
 * The rows of a query in batches; no more is fetched than the consumer takes.
 * @param stop ends the query when the consumer wants no more
 */
export async function* streamRows(
  session: MysqlSession,
  { sql, decoders }: RowQuery,
  batch: number,
  stop: () => Promise<void>,
): AsyncGenerator<readonly Row[]> {
  const stream = new RowStream(session, session.stream(sql), decoders, batch);
  try {
    for (let rows = await stream.next(); rows !== null; rows = await stream.next()) yield rows;
  } finally {
    if (!stream.isOver) await Promise.all([stream.drain(), stop()]);
  }
}

/** Rows as they come from the server, held back when nobody takes them. */
class RowStream {
  readonly #session: MysqlSession;
  readonly #batches: Row[][] = [];
  #filling: Row[] = [];
  #failure: unknown = null;
  #isDrained = false;
  #wake: () => void = () => {};
  isOver = false;

  constructor(session: MysqlSession, query: Query, decoders: readonly Decoder[], batch: number) {
    this.#session = session;
    query.on('result', (row: unknown) => this.#take(decodeRow(row as (Buffer | null)[], decoders), batch));
    query.on('error', (error: unknown) => this.#end(error));
    query.on('end', () => this.#end(null));
  }

  /** The next batch; null: no more. */
  async next(): Promise<readonly Row[] | null> {
    for (;;) {
      const rows = this.#batches.shift();
      if (rows !== undefined) {
        if (this.#batches.length < WAITING_BATCHES && !this.isOver) this.#session.flow(true);
        return rows;
      }
      if (this.#failure !== null) throw mysqlError(this.#failure, this.#session.label);
      if (this.isOver) return null;
      await this.#news();
    }
  }

  /** Lets the rest go by. */
  async drain(): Promise<void> {
    this.#isDrained = true;
    this.#session.flow(true);
    while (!this.isOver) await this.#news();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(row: Row, batch: number): void {
    if (this.#isDrained) return;
    this.#filling.push(row);
    if (this.#filling.length < batch) return;
    this.#pass();
    if (this.#batches.length >= WAITING_BATCHES) this.#session.flow(false);
  }

  #pass(): void {
    if (this.#filling.length > 0) this.#batches.push(this.#filling);
    this.#filling = [];
    this.#wake();
  }

  #end(failure: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#failure = failure;
    this.#pass();
  }
}

function decodeRow(row: (Buffer | null)[], decoders: readonly Decoder[]): Row {
  const cells: Cell[] = new Array(decoders.length);
  for (let i = 0; i < decoders.length; i++) {
    const bytes = row[i] as Buffer | null;
    cells[i] = bytes === null ? null : (decoders[i] as Decoder)(bytes);
  }
  return cells;
}

/** A float would come rounded to six digits, a geometry in bytes. */
function selectedAs({ name, type }: Column): string {
  const quoted = quoteMysqlName(name);
  if (type.kind === 'float' && type.bits === 32) return `${quoted} + 0e0`;
  return isGeometry(type) ? `HEX(${quoted})` : quoted;
}

function sinceTest(column: Column, value: Cell, server: MysqlServer): string {
  if (column.type.kind !== 'text') return `${quoteMysqlName(column.name)} >= ${mysqlLiteral(column)(value)}`;
  const { expression, literal } = keyOrderOf(column, server);
  return `${expression} >= ${literal(value)}`;
}

function columnNamed({ table }: ReadRequest, name: string): Column {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return column;
}
