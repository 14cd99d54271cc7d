import type { Connector } from './connector.ts';
import { openFolder } from './folder-store.ts';
import { NDJSON_FORMAT } from './ndjson-folder-format.ts';

/** A folder of NDJSON files. */
export const ndjsonFolder: Connector = {
  open: (address, options) => openFolder(address, options, NDJSON_FORMAT),
};
