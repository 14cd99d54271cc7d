import { CrmError, redactUrl } from '../errors.ts';
import type { Connector, StoreOptions, TableStore } from './connector.ts';
import { isCsvFolder, isNdjsonFolder, isWorkbook } from './file-address.ts';
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
  ndjson: {
    matches: isNdjsonFolder,
    address: 'ndjson:folder',
    load: async () => (await import('./ndjson-folder.ts')).ndjsonFolder,
  },
  xlsx: { matches: isWorkbook, address: 'workbook.xlsx', load: async () => (await import('./xlsx-workbook.ts')).xlsxWorkbook },
  redis: { matches: isRedis, address: 'redis://host:6379/0?prefix=shop:', load: async () => (await import('./redis.ts')).redis },
  csv: { matches: isCsvFolder, address: 'csv:folder', load: async () => (await import('./csv-folder.ts')).csvFolder },
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
