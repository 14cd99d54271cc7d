import { CrmError, redactUrl } from '../errors.ts';

const EXAMPLE = 'mongodb://user:password@host:27017/database';
const PARTS = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^/?]+)(?:\?.*)?$/is;

/** Where a MongoDB database is, taken apart. */
export interface MongoAddress {
  /** As the driver takes it. */
  readonly url: string;
  readonly database: string;
  /** What to call it: the URL without its password and options. */
  readonly label: string;
}

/** Whether an address is a MongoDB database. */
export function isMongo(address: string): boolean {
  return /^mongodb(?:\+srv)?:\/\//i.test(address);
}

/** Takes the URL of a MongoDB database apart, which may name several hosts. @throws {CrmError} USAGE when it names no database */
export function mongoAddress(address: string): MongoAddress {
  const label = redactUrl(address).replace(/\?.*$/s, '');
  const [, name] = PARTS.exec(address) ?? [];
  try {
    if (name === undefined) throw new TypeError('no database');
    return { url: address, database: decodeURIComponent(name), label };
  } catch (error) {
    throw new CrmError('USAGE', `${label} is not the URL of a MongoDB database`, { cause: error, hint: EXAMPLE });
  }
}
