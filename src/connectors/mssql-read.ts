import type { Request } from 'tedious';
import { CrmError } from '../errors.ts';
import { type Cell, type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { ReadRequest } from './connector.ts';
import { type SelectedCell, selectedCell } from './mssql-cells.ts';
import { mssqlError } from './mssql-errors.ts';
import { quoteMssqlTable } from './mssql-names.ts';
import { keyBound, notLess, sortParts } from './mssql-order.ts';
import type { MssqlServer, MssqlSession } from './mssql-session.ts';
import { isClosedType } from './mssql-types.ts';

/** Batches that wait for the consumer before the server is held back. */
const WAITING_BATCHES = 2;

/** A query for rows, and how its cells are made. */
export interface RowQuery {
  readonly sql: string;
  readonly cells: readonly SelectedCell[];
}

/** The query for what is asked for. @throws {CrmError} USAGE where a column is of a type that cannot be read without loss */
export function rowQuery(request: ReadRequest, server: MssqlServer): RowQuery {
  const { table } = request;
  const columns = request.columns.map((name) => columnNamed(request, name));
  refuseClosed(table, columns);
  const cells = columns.map(selectedCell);
  const key = request.ordered ? rowKey(table).map((name) => columnNamed(request, name)) : [];
  const orders = sortParts(key, server);
  const tests: string[] = [];
  if (request.after) tests.push(keyBound(orders, request.after, 'after'));
  if (request.upTo) tests.push(keyBound(orders, request.upTo, 'upTo'));
  if (request.since !== undefined) tests.push(notLess(columnNamed(request, request.since.column), request.since.value, server));
  const sql = [
    `SELECT ${cells.length === 0 ? '1' : cells.map((cell) => cell.sql).join(', ')} FROM ${quoteMssqlTable(table.name, server)}`,
    ...(tests.length > 0 ? [`WHERE ${tests.join(' AND ')}`] : []),
    ...(orders.length > 0 ? [`ORDER BY ${orders.flatMap((parts) => parts.map(({ expression }) => expression)).join(', ')}`] : []),
  ].join(' ');
  return { sql, cells };
}

/** Types that no other place knows are not read. @throws {CrmError} USAGE where a column is of one */
export function refuseClosed({ name }: TableSchema, columns: readonly Column[]): void {
  const closed = columns.find(isClosedType);
  if (closed === undefined) return;
  throw new CrmError('USAGE', `${name}.${closed.name} is of the type ${closed.declared}, which is not copied`, {
    hint: 'name the other tables with --tables, or make a table of this one whose column has a type that others know',
  });
}

/** The rows of a query in batches; no more is fetched than the consumer takes. */
export async function* streamRows(session: MssqlSession, { sql, cells }: RowQuery, batch: number): AsyncGenerator<readonly Row[]> {
  const stream = new RowStream(session, sql, cells, batch);
  try {
    for (let rows = await stream.next(); rows !== null; rows = await stream.next()) yield rows;
  } finally {
    if (!stream.isOver) await stream.abandon();
  }
}

/** Rows as they come from the server, held back when nobody takes them. */
class RowStream {
  readonly #session: MssqlSession;
  readonly #request: Request;
  readonly #batches: Row[][] = [];
  #filling: Row[] = [];
  #failure: unknown = null;
  #isAbandoned = false;
  #wake: () => void = () => {};
  isOver = false;

  constructor(session: MssqlSession, sql: string, cells: readonly SelectedCell[], batch: number) {
    this.#session = session;
    const { request, done } = session.stream(sql);
    this.#request = request;
    request.on('row', (values: readonly { readonly value: unknown }[]) => this.#take(rowOf(values, cells), batch));
    done.then(
      () => this.#end(null),
      (error: unknown) => this.#end(error),
    );
  }

  /** The next batch; null: no more. */
  async next(): Promise<readonly Row[] | null> {
    for (;;) {
      const rows = this.#batches.shift();
      if (rows !== undefined) {
        if (this.#batches.length < WAITING_BATCHES && !this.isOver) this.#request.resume();
        return rows;
      }
      if (this.#failure !== null) throw mssqlError(this.#failure, this.#session.label);
      if (this.isOver) return null;
      await this.#news();
    }
  }

  /** Ends the query before its end; what was on its way goes by. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    this.#session.cancel();
    this.#request.resume();
    while (!this.isOver) await this.#news();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(row: Row, batch: number): void {
    if (this.#isAbandoned) return;
    this.#filling.push(row);
    if (this.#filling.length < batch) return;
    this.#pass();
    if (this.#batches.length >= WAITING_BATCHES) this.#request.pause();
  }

  #pass(): void {
    if (this.#filling.length > 0) this.#batches.push(this.#filling);
    this.#filling = [];
    this.#wake();
  }

  #end(failure: unknown): void {
    this.isOver = true;
    this.#failure = failure;
    this.#pass();
  }
}

function rowOf(values: readonly { readonly value: unknown }[], cells: readonly SelectedCell[]): Row {
  const row: Cell[] = new Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const value = values[i]?.value ?? null;
    row[i] = value === null ? null : (cells[i] as SelectedCell).decode(value);
  }
  return row;
}

function columnNamed({ table }: ReadRequest, name: string): Column {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return column;
}
