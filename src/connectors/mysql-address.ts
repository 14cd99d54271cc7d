import { CrmError, redactUrl } from '../errors.ts';

const EXAMPLE = 'mysql://user:password@host:3306/database';

/** Where a MySQL or MariaDB database is, taken apart. */
export interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Path of a local socket instead of host and port. */
  readonly socket: string | null;
  readonly encrypted: boolean;
  /** What to call it: the URL without its password. */
  readonly label: string;
}

/** Takes a URL apart, which may ask for a local socket, `?socket=path`, or for encryption, `?ssl=true`. @throws {CrmError} USAGE */
export function mysqlAddress(url: string): MysqlAddress {
  const label = redactUrl(url).replace(/\?.*$/s, '');
  try {
    const parsed = new URL(url);
    const database = decodeURIComponent(parsed.pathname.replace(/^\//, ''));
    if (database === '' || database.includes('/')) throw new TypeError('no database');
    return {
      host: parsed.hostname === '' ? '127.0.0.1' : parsed.hostname.replace(/^\[|\]$/g, ''),
      port: parsed.port === '' ? 3306 : Number(parsed.port),
      user: parsed.username === '' ? 'root' : decodeURIComponent(parsed.username),
      password: decodeURIComponent(parsed.password),
      database,
      socket: parsed.searchParams.get('socket'),
      encrypted: /^(1|true|required)$/i.test(parsed.searchParams.get('ssl') ?? ''),
      label,
    };
  } catch {
    throw new CrmError('USAGE', `${label} is not the URL of a MySQL database`, { hint: EXAMPLE });
  }
}
