import { afterEach, expect } from 'vitest';
import { RefusedRows, type Snapshot, type TableStore, type TableTarget, type TableWriter } from '../../src/connectors/connector.ts';
import { openStore } from '../../src/connectors/index.ts';
import type { Column, ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';

const closing: { close(): Promise<void> }[] = [];
const PLAIN: Omit<Column, 'name' | 'type'> = {
  declared: '',
  nullable: true,
  default: null,
  generated: null,
  identity: false,
  nextIdentity: null,
  comment: null,
  collation: null,
};

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

/** Opens a store, which is closed when the test ends, as all that the functions here open. */
export async function openedStore(url: string, create = false): Promise<TableStore> {
  const store = await openStore(url, { create, busyTimeoutMs: 1000 });
  closing.push(store);
  return store;
}

/** A place to write to. */
export async function openTarget(url: string): Promise<TableTarget> {
  const target = await (await openedStore(url)).target();
  closing.push(target);
  return target;
}

/** One connection that writes, in a transaction. */
export async function openWriter(target: TableTarget): Promise<TableWriter> {
  const writer = await target.writer();
  closing.push(writer);
  await writer.begin();
  return writer;
}

/** The tables as they are now. */
export async function openSnapshot(url: string): Promise<Snapshot> {
  const snapshot = await (await openedStore(url)).snapshot();
  closing.push(snapshot);
  return snapshot;
}

/** All rows of a table. */
export async function readAll(snapshot: Snapshot, name: string, ordered = true, batch = 100): Promise<readonly Row[]> {
  const table = await snapshot.schema(name);
  const rows: Row[] = [];
  for await (const some of snapshot.read({ table, columns: columnNames(table), ordered, batch })) rows.push(...some);
  return rows;
}

/** A table of columns that may be NULL; the first is its key. */
export function tableOf(name: string, columns: Readonly<Record<string, ColumnType>>, more: Partial<TableSchema> = {}): TableSchema {
  const primaryKey = more.primaryKey ?? [Object.keys(columns)[0] as string];
  return {
    name,
    columns: Object.entries(columns).map(([column, type]) => ({ ...PLAIN, name: column, type, nullable: !primaryKey.includes(column) })),
    primaryKey,
    indexes: [],
    foreignKeys: [],
    comment: null,
    ...more,
  };
}

/** Writes and commits rows of all columns. */
export async function writeRows(target: TableTarget, table: TableSchema, rows: readonly Row[]): Promise<void> {
  const writer = await openWriter(target);
  await writer.write(table, columnNames(table), rows, 'insert');
  await writer.commit();
}

/** The names of the columns of a table. */
export function columnNames(table: TableSchema): readonly string[] {
  return table.columns.map(({ name }) => name);
}

/** The refusal that work ends with. */
export async function refusal(work: Promise<unknown>): Promise<RefusedRows> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RefusedRows);
  return error as RefusedRows;
}
