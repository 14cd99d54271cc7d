import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { statsOf } from '../engines/sqlite-file.ts';
import { CrmError } from '../errors.ts';
import type { Connector, Snapshot, StoreFacts, TableStore, TableTarget } from './connector.ts';
import { DuckdbSnapshot, literal } from './duckdb-read.ts';
import { DuckdbTarget } from './duckdb-target.ts';
import { duckdbHold } from './duckdb-types.ts';

/** Readings at once; each has a connection. */
const READERS = 4;

const FACTS: StoreFacts = {
  name: 'duckdb',
  title: 'DuckDB',
  hold: duckdbHold,
  limits: {
    nulInText: true,
    invalidUtf8: false,
    floatSpecials: true,
    decimalSpecials: false,
    decimalPrecision: 38,
    decimalScale: 38,
    infiniteDates: true,
    zeroDates: false,
    dateYears: [-5_877_640, 5_881_580],
    timestampYears: [-290_307, 294_246],
    timeHours: 24,
    emptyIsNull: false,
  },
  transactions: true,
  constraints: true,
  parallel: READERS,
  nameBytes: 1000,
};

/** A DuckDB file, or a Parquet file that is read as one table. */
export const duckdb: Connector = {
  open: async (address, options) => {
    const path = address.replace(/^(duckdb|parquet):/, '');
    const isParquet = /\.parquet$/i.test(path) || address.startsWith('parquet:');
    if (statsOf(path) === undefined && (isParquet || !options.create))
      throw new CrmError('NO_DATABASE', `there is no file ${path}`, { hint: 'check the path' });
    const instance = await instanceOf(isParquet ? ':memory:' : resolve(path), path);
    if (isParquet) await withParquet(instance, path);
    return new DuckdbStore(path, instance, isParquet);
  },
};

async function instanceOf(path: string, label: string): Promise<DuckDBInstance> {
  const driver = await import('@duckdb/node-api').catch((error: unknown) => {
    throw new CrmError('ENGINE', 'the driver @duckdb/node-api is not installed', { cause: error, hint: 'npm install @duckdb/node-api' });
  });
  try {
    // The same file opened twice in one process is one instance.
    return path === ':memory:' ? await driver.DuckDBInstance.create(path) : await driver.DuckDBInstance.fromCache(path);
  } catch (error) {
    const { message } = error as Error;
    if (/lock/i.test(message))
      throw new CrmError('BUSY', `${label} is open in another program`, { cause: error, hint: 'close it there and try again' });
    throw new CrmError('ENGINE', `${label} cannot be opened as a DuckDB file`, {
      cause: error,
      hint: existsSync(path) ? 'is it one, and of this version?' : 'check the path',
    });
  }
}

/** The file as a table named after it. */
async function withParquet(instance: DuckDBInstance, path: string): Promise<void> {
  const connection = await instance.connect();
  const name = (path.split(/[\\/]/).at(-1) as string).replace(/\.parquet$/i, '');
  try {
    await connection.run(`CREATE TABLE "${name.replaceAll('"', '""')}" AS SELECT * FROM read_parquet(${literal(path)})`);
  } catch (error) {
    throw new CrmError('INPUT_UNREADABLE', `${path} cannot be read as Parquet`, { cause: error, hint: 'is it one, and whole?' });
  } finally {
    connection.closeSync();
  }
}

class DuckdbStore implements TableStore {
  readonly label: string;
  readonly facts = FACTS;
  readonly #instance: DuckDBInstance;
  readonly #readOnly: boolean;

  constructor(label: string, instance: DuckDBInstance, readOnly: boolean) {
    this.label = label;
    this.#instance = instance;
    this.#readOnly = readOnly;
  }

  async snapshot(): Promise<Snapshot> {
    const connections: DuckDBConnection[] = [];
    for (let i = 0; i <= READERS; i++) {
      const connection = await this.#instance.connect();
      await connection.run('BEGIN TRANSACTION READ ONLY');
      await connection.run('SELECT count(*) FROM duckdb_tables()');
      connections.push(connection);
    }
    return new DuckdbSnapshot(connections);
  }

  async target(): Promise<TableTarget> {
    if (this.#readOnly) throw new CrmError('USAGE', `${this.label} is only read`, { hint: 'write to a file that ends in .duckdb' });
    return new DuckdbTarget(await this.#instance.connect(), () => this.#instance.connect());
  }

  async close(): Promise<void> {
    this.#instance.closeSync();
  }
}
