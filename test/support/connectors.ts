import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import type { Snapshot, TableStore, TableTarget, WriteMode } from '../../src/connectors/connector.ts';
import { openStore } from '../../src/connectors/index.ts';
import {
  bareColumn,
  type Cell,
  type Column,
  type ColumnType,
  type Row,
  storedColumns,
  type TableSchema,
} from '../../src/model/table-schema.ts';
import { FakeCassandra } from './fake-cassandra.ts';
import { FakeMongo } from './fake-mongo.ts';
import { startOracle } from './oracle.ts';
import { freshMssqlUrl } from './mssql.ts';
import { freshSchemaUrl, postgresAvailable } from './postgres.ts';
import { tempDir } from './temp-dir.ts';

/** A kind of place that the contract of connectors is tested on. */
export interface StoreKind {
  readonly name: string;
  /** Whether there is one here to test with. */
  readonly isThere: boolean;
  /** The address of an empty place that is not made yet, or has nothing in it; it goes away when the test file ends. */
  readonly freshAddress: () => string | Promise<string>;
  /** It cannot be read as it was at one moment. */
  readonly noSnapshots?: boolean;
  /** A key of one column cannot be empty. */
  readonly noEmptyKeys?: boolean;
  /** Whether it keeps a value in another way of writing, or refuses it, although its limits allow it. */
  readonly differs?: (type: ColumnType, cell: Cell) => boolean;
}

/** One line for each connector that can be written to. */
export const STORE_KINDS: readonly StoreKind[] = [
  { name: 'sqlite', isThere: true, freshAddress: () => join(tempDir(), 'copy.db') },
  { name: 'postgres', isThere: postgresAvailable, freshAddress: freshSchemaUrl },
  { name: 'mongodb, a replica set', isThere: true, freshAddress: async () => (await FakeMongo.start({ replicaSet: true })).url() },
  {
    name: 'mongodb, one server',
    isThere: true,
    freshAddress: async () => (await FakeMongo.start({ replicaSet: false })).url(),
    noSnapshots: true,
  },
  { name: 'cassandra', isThere: true, freshAddress: async () => (await FakeCassandra.start()).url(), noSnapshots: true, noEmptyKeys: true },
  // No server of Oracle: one that speaks its protocol, so that the connector and its driver keep the contract as far as that goes.
  {
    name: 'oracle stand-in',
    isThere: true,
    freshAddress: async () => (await startOracle()).url,
    // A NUMBER knows no zeros at the end; ten days of 1582 are none.
    differs: ({ kind }, cell) => (kind === 'decimal' && cell === '-0.10') || String(cell).startsWith('1582-10-10'),
  },
  { name: 'mssql', isThere: true, freshAddress: freshMssqlUrl },
];

const opened: TableStore[] = [];

/** Declares a suite once for each kind of store. */
export function describeEachStore(name: string, suite: (kind: StoreKind) => void): void {
  for (const kind of STORE_KINDS) describe.skipIf(!kind.isThere)(`${name} [${kind.name}]`, () => suite(kind));
}

/** Opens an empty place, made where it does not exist; it is closed when the test file ends. */
export async function freshStore(kind: StoreKind): Promise<TableStore> {
  return storeAt(await kind.freshAddress());
}

/** Opens a place by its address, made where that is wanted; it is closed when the test file ends. */
export async function storeAt(address: string, create = true): Promise<TableStore> {
  const store = await openStore(address, { create, busyTimeoutMs: 2000 });
  opened.push(store);
  return store;
}

afterAll(async () => {
  for (const store of opened.splice(0)) await store.close();
});

/** A column, ordinary where nothing else is said. */
export function columnOf(name: string, type: ColumnType, more: Partial<Column> = {}): Column {
  return { ...bareColumn(name, type), ...more };
}

/** A table, without keys where nothing else is said. */
export function tableOf(name: string, columns: readonly Column[], more: Partial<TableSchema> = {}): TableSchema {
  return { name, columns, primaryKey: [], indexes: [], foreignKeys: [], comment: null, ...more };
}

/** The type that a store holds a type as, in a key or outside. */
export function heldBy(store: TableStore, type: ColumnType, isKey = false): ColumnType {
  return store.facts.hold(type, { isKey });
}

/** Makes a table with its rows, as a copy does. @returns its schema as the store tells it */
export async function makeTable(store: TableStore, table: TableSchema, rows: readonly Row[] = []): Promise<TableSchema> {
  const target = await store.target();
  await target.create(table);
  await writeRows(target, await target.schema(table.name), rows);
  await target.finish(table);
  await target.connect(table);
  const schema = await target.schema(table.name);
  await target.close();
  return schema;
}

/** Writes rows of all columns in one transaction. */
export async function writeRows(target: TableTarget, table: TableSchema, rows: readonly Row[], mode: WriteMode = 'insert'): Promise<void> {
  const writer = await target.writer();
  await writer.begin();
  if (rows.length > 0) await writer.write(table, namesOf(table), rows, mode);
  await writer.commit();
  await writer.close();
}

/** Names of the columns that are copied. */
export function namesOf(table: TableSchema): string[] {
  return storedColumns(table).map(({ name }) => name);
}

/** All rows of a reading; bytes as plain arrays, whatever class they came in. */
export async function rowsOf(snapshot: Snapshot, table: TableSchema, more: Partial<Parameters<Snapshot['read']>[0]> = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of snapshot.read({ table, columns: namesOf(table), ordered: false, batch: 3, ...more })) rows.push(...batch);
  return rows.map((row) => row.map(withPlainBytes));
}

function withPlainBytes(cell: Cell): Cell {
  if (Array.isArray(cell)) return cell.map(withPlainBytes);
  return cell instanceof Uint8Array ? Uint8Array.from(cell) : cell;
}

/** The rows of a table as they are now, in the order of its key where it has one. */
export async function rowsNow(store: TableStore, table: TableSchema, ordered = table.primaryKey.length > 0): Promise<Row[]> {
  const snapshot = await store.snapshot();
  const rows = await rowsOf(snapshot, table, { ordered });
  await snapshot.close();
  return rows;
}
