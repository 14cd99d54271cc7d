import type { Connector } from './connector.ts';
import { isNdjsonFolder } from './folder-address.ts';
import { openFolder } from './folder-store.ts';
import { NDJSON_FORMAT } from './ndjson-folder-format.ts';

/** A folder of NDJSON files. */
export const ndjsonFolder: Connector = {
  matches: isNdjsonFolder,
  address: 'ndjson:folder',
  open: (address, options) => openFolder(address, options, NDJSON_FORMAT),
};
