import type { Connector } from './connector.ts';
import { CSV_FORMAT } from './csv-folder-format.ts';
import { isCsvFolder } from './folder-address.ts';
import { openFolder } from './folder-store.ts';

/** A folder of CSV files. */
export const csvFolder: Connector = {
  matches: isCsvFolder,
  address: 'csv:folder',
  open: (address, options) => openFolder(address, options, CSV_FORMAT),
};
