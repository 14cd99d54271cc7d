import type { Connector } from './connector.ts';
import { CSV_FORMAT } from './csv-folder-format.ts';
import { openFolder } from './folder-store.ts';

/** A folder of CSV files. */
export const csvFolder: Connector = {
  open: (address, options) => openFolder(address, options, CSV_FORMAT),
};
