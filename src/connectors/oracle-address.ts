import { CrmError, redactUrl } from '../errors.ts';

const EXAMPLE = 'oracle://user:password@host:1521/SERVICE';
const SERVICE = /^[\w.$#-]+$/;

/** Where an Oracle database is, taken apart. */
export interface OracleAddress {
  readonly user: string;
  readonly password: string;
  /** Host, port and service in the words of the driver. */
  readonly place: string;
  /** The schema whose tables are meant; null: that of the user. */
  readonly schema: string | null;
  /** What to call it: the URL without its password. */
  readonly label: string;
}

/** Takes a URL apart, which may ask for another schema, `?schema=NAME`, or for encryption, `?ssl=true`. @throws {CrmError} USAGE */
export function oracleAddress(url: string): OracleAddress {
  const label = redactUrl(url).replace(/\?.*$/s, '');
  try {
    const parsed = new URL(url);
    const service = decodeURIComponent(parsed.pathname.replace(/^\//, ''));
    const user = decodeURIComponent(parsed.username);
    if (!SERVICE.test(service) || user === '') throw new TypeError('no service or no user');
    const encrypted = /^(1|true|required)$/i.test(parsed.searchParams.get('ssl') ?? '');
    const host = parsed.hostname === '' ? 'localhost' : parsed.hostname;
    return {
      user,
      password: decodeURIComponent(parsed.password),
      place: `${encrypted ? 'tcps://' : ''}${host}:${parsed.port === '' ? 1521 : Number(parsed.port)}/${service}`,
      schema: parsed.searchParams.get('schema'),
      label,
    };
  } catch {
    throw new CrmError('USAGE', `${label} is not the URL of an Oracle database`, { hint: EXAMPLE });
  }
}
