import { CrmError, redactUrl } from '../errors.ts';

const EXAMPLE = 'mssql://user:password@host:1433/database?encrypt=true&trustServerCertificate=false';

/** Where a database of SQL Server is, taken apart. */
export interface MssqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `strict`: encrypted from the first byte on, as newer servers can. */
  readonly encrypt: boolean | 'strict';
  /** Whether a certificate that nobody vouches for is taken. */
  readonly trustsAnyCertificate: boolean;
  /** Whether tables are only read where all of them can be seen at one moment. */
  readonly snapshot: boolean;
  /** What to call it: the URL without its password. */
  readonly label: string;
}

/** Takes a URL apart. Connections are encrypted where it does not say `encrypt=false`. @throws {CrmError} USAGE */
export function mssqlAddress(url: string): MssqlAddress {
  const label = redactUrl(url).replace(/\?.*$/s, '');
  try {
    const parsed = new URL(url);
    const database = decodeURIComponent(parsed.pathname.replace(/^\//, ''));
    if (database === '' || database.includes('/')) throw new TypeError('no database');
    const option = (name: string): string => (parsed.searchParams.get(name) ?? '').toLowerCase();
    return {
      host: parsed.hostname === '' ? '127.0.0.1' : parsed.hostname.replace(/^\[|\]$/g, ''),
      port: parsed.port === '' ? 1433 : Number(parsed.port),
      user: parsed.username === '' ? 'sa' : decodeURIComponent(parsed.username),
      password: decodeURIComponent(parsed.password),
      database,
      encrypt: option('encrypt') === 'strict' ? 'strict' : !isOff(option('encrypt')),
      trustsAnyCertificate: /^(1|true|yes|on)$/.test(option('trustServerCertificate')),
      snapshot: !isOff(option('snapshot')),
      label,
    };
  } catch {
    throw new CrmError('USAGE', `${label} is not the URL of a SQL Server database`, { hint: EXAMPLE });
  }
}

function isOff(value: string): boolean {
  return /^(0|false|no|off)$/.test(value);
}
