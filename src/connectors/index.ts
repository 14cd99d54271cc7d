import { CrmError, redactUrl } from '../errors.ts';
import type { Connector, StoreOptions, TableStore } from './connector.ts';
import { isSqliteAddress, SQLITE_ADDRESS } from './sqlite-address.ts';
import { isCsvFolder, isNdjsonFolder, isWorkbook } from './file-address.ts';
import { isCassandra } from './cassandra-address.ts';
import { isMongo } from './mongo-address.ts';
import { isRedis } from './redis-address.ts';

/** How a connector is loaded: only the one that is used. */
interface Entry {
  /** Whether an address is one of its places. */
  readonly matches: (address: string) => boolean;
  /** How an address looks, for the help. */
  readonly address: string;
  readonly load: () => Promise<Connector>;
}

/** The kinds of places, asked in this order. */
const CONNECTORS: Readonly<Record<string, Entry>> = {
  duckdb: {
    matches: (address) => /^(duckdb|parquet):|\.(duckdb|ddb|parquet)$/i.test(address) && !/^\w+:\/\//.test(address),
    address: 'FILE.duckdb, FILE.parquet',
    load: async () => (await import('./duckdb.ts')).duckdb,
  },
  mysql: {
    matches: (address) => /^(mysql|mariadb):\/\//i.test(address),
    address: 'mysql://user:password@host:3306/database',
    load: async () => (await import('./mysql.ts')).mysqlConnector,
  },
  mssql: {
    matches: (address) => /^(mssql|sqlserver):\/\//i.test(address),
    address: 'mssql://user:password@host:1433/database',
    load: async () => (await import('./mssql.ts')).mssqlConnector,
  },
  oracle: {
    matches: (address) => /^oracle:\/\//i.test(address),
    address: 'oracle://user:password@host:1521/SERVICE',
    load: async () => (await import('./oracle.ts')).oracle,
  },
  ndjson: {
    matches: isNdjsonFolder,
    address: 'ndjson:folder',
    load: async () => (await import('./ndjson-folder.ts')).ndjsonFolder,
  },
  xlsx: { matches: isWorkbook, address: 'workbook.xlsx', load: async () => (await import('./xlsx-workbook.ts')).xlsxWorkbook },
  redis: { matches: isRedis, address: 'redis://host:6379/0?prefix=shop:', load: async () => (await import('./redis.ts')).redis },
  mongodb: {
    matches: isMongo,
    address: 'mongodb://user:password@host:27017/database',
    load: async () => (await import('./mongo.ts')).mongo,
  },
  cassandra: {
    matches: isCassandra,
    address: 'cassandra://user:password@host:9042/keyspace?localDataCenter=dc1',
    load: async () => (await import('./cassandra.ts')).cassandra,
  },
  csv: { matches: isCsvFolder, address: 'csv:folder', load: async () => (await import('./csv-folder.ts')).csvFolder },
  sqlite: { matches: isSqliteAddress, address: SQLITE_ADDRESS, load: async () => (await import('./sqlite.ts')).sqlite },
  postgres: {
    matches: (address) => /^postgres(ql)?:\/\//i.test(address),
    address: 'postgres://user@host:5432/database?schema=name',
    load: async () => (await import('./postgres.ts')).postgres,
  },
};

/**
 * Opens a place of tables.
 * @throws {CrmError} USAGE when no connector knows the address; what its `open` throws
 */
export async function openStore(address: string, options: StoreOptions): Promise<TableStore> {
  const entry = Object.values(CONNECTORS).find(({ matches }) => matches(address));
  if (entry === undefined) {
    throw new CrmError('USAGE', `${redactUrl(address)} is no place that tables can be read from`, {
      hint: `one of these: ${Object.values(CONNECTORS)
        .map((one) => one.address)
        .join(', ')}`,
    });
  }
  return (await entry.load()).open(address, options);
}
