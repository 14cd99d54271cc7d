import { compareKeys } from '../model/key-order.ts';
import { type Cell, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { ReadRequest } from './connector.ts';
import { sortedRows } from './sorted-rows.ts';

/** Reads all rows of a table in any order, with the cells that are named. */
export type ReadAll = (table: TableSchema, wanted: readonly string[]) => AsyncIterable<readonly Row[]>;

/** Answers a request from a place that can only be read from one end to the other: chooses, and sorts where order is asked for. */
export async function* selectedRows(request: ReadRequest, readAll: ReadAll): AsyncGenerator<readonly Row[]> {
  const { table, columns, ordered, since, batch } = request;
  const key = ordered ? rowKey(table) : [];
  const wanted = [...new Set([...columns, ...key, ...(since === undefined ? [] : [since.column])])];
  const places = key.map((name) => wanted.indexOf(name));
  const chosen = chosenRows(readAll(table, wanted), request, wanted, places);
  const rows = ordered ? sortedRows(chosen, { key: places, batch }) : inBatches(chosen, batch);
  const order = columns.map((name) => wanted.indexOf(name));
  const isPlain = order.length === wanted.length && order.every((place, index) => place === index);
  for await (const some of rows) yield isPlain ? some : some.map((row) => order.map((place): Cell => row[place] ?? null));
}

async function* chosenRows(
  rows: AsyncIterable<readonly Row[]>,
  { after, upTo, since }: ReadRequest,
  wanted: readonly string[],
  key: readonly number[],
): AsyncGenerator<readonly Row[]> {
  const place = since === undefined ? -1 : wanted.indexOf(since.column);
  const isChosen = (row: Row): boolean => {
    const own = key.map((index) => row[index] ?? null);
    if (after != null && compareKeys(own, after) <= 0) return false;
    if (upTo != null && compareKeys(own, upTo) > 0) return false;
    const value = row[place] ?? null;
    return since === undefined || (value !== null && compareKeys([value], [since.value]) >= 0);
  };
  const takesAll = after == null && upTo == null && since === undefined;
  for await (const some of rows) yield takesAll ? some : some.filter(isChosen);
}

async function* inBatches(rows: AsyncIterable<readonly Row[]>, size: number): AsyncGenerator<readonly Row[]> {
  let held: Row[] = [];
  for await (const some of rows) {
    held = held.length === 0 ? [...some] : held.concat(some);
    let from = 0;
    for (; held.length - from >= size; from += size) yield held.slice(from, from + size);
    held = held.slice(from);
  }
  if (held.length > 0) yield held;
}
