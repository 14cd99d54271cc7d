import { CrmError, redactUrl } from '../errors.ts';

/** Where a Redis database is, taken apart. */
export interface RedisAddress {
  /** As the driver takes it. */
  readonly url: string;
  /** What all keys of the tables begin with. */
  readonly prefix: string;
  /** What to call it: the URL without its password. */
  readonly label: string;
}

/** Whether an address is a Redis database. */
export function isRedis(address: string): boolean {
  return /^rediss?:\/\//i.test(address);
}

/** Takes the URL of a Redis database apart. @throws {CrmError} USAGE when it is none */
export function redisAddress(address: string): RedisAddress {
  let url: URL;
  try {
    url = new URL(address);
  } catch (error) {
    throw new CrmError('USAGE', `${redactUrl(address)} is not the URL of a Redis database`, {
      cause: error,
      hint: 'redis://user:password@host:6379/0?prefix=shop:',
    });
  }
  const prefix = url.searchParams.get('prefix') ?? '';
  url.search = '';
  return { url: url.toString(), prefix, label: redactUrl(address) };
}
