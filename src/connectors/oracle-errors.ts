import { CrmError, type ErrorCode } from '../errors.ts';
import { RefusedRows } from './connector.ts';

interface Known {
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint: string;
}

const LOST: Known = { code: 'CONNECTION', text: 'lost the connection; nothing was changed', hint: 'try again later' };
const LOGIN: Known = { code: 'LOGIN', text: 'refused the login', hint: 'check user and password in the URL' };
const LOCKED: Known = { code: 'LOGIN', text: 'has locked this user, or its password has expired', hint: 'ask its administrator' };
const RIGHTS: Known = { code: 'PERMISSION', text: 'did not permit this', hint: 'grant the user the rights it needs' };
const QUOTA: Known = {
  code: 'PERMISSION',
  text: 'gives this user no space',
  hint: 'raise its quota: ALTER USER name QUOTA UNLIMITED ON tablespace',
};
const READ_ONLY: Known = { code: 'PERMISSION', text: 'only reads', hint: 'write to a database that is no standby' };
const BUSY: Known = { code: 'BUSY', text: 'is being written to by another run', hint: 'wait until it has ended and try again' };
const FULL: Known = { code: 'DISK_FULL', text: 'has no space left; nothing was changed', hint: 'extend its tablespace and try again' };
const NO_CONNECTION: Known = { code: 'CONNECTION', text: 'has no free connection', hint: 'try again later' };
const STARTING: Known = { code: 'CONNECTION', text: 'is starting or being shut down', hint: 'try again later' };
const SERVICE: Known = {
  code: 'CONNECTION',
  text: 'has no such service',
  hint: 'check the name behind the host; lsnrctl services lists them',
};
const REFUSED: Known = {
  code: 'CONNECTION',
  text: 'cannot be reached: the listener refused',
  hint: 'is the database open, and is the service right?',
};
const UNREACHABLE: Known = {
  code: 'CONNECTION',
  text: 'cannot be reached',
  hint: 'is the server running, and are host and port right?',
};
const NO_TLS: Known = {
  code: 'CONNECTION',
  text: 'could not be reached encrypted',
  hint: 'check port and certificate of the server, or leave ?ssl= out of the URL',
};
const SILENT: Known = { code: 'CONNECTION', text: 'cannot be reached: no answer', hint: 'check host, port and firewall' };
const DUPLICATES: Known = {
  code: 'INTEGRITY',
  text: 'has rows that are the same in a unique index (NULL in one of several columns makes them no other)',
  hint: 'mend the rows at the source, or leave the index out',
};

/** Error numbers of the server (`1017` is ORA-01017) and of the driver (`NJS-500`) → our codes. */
const KNOWN: Readonly<Record<string, Known>> = {
  1005: LOGIN,
  1017: LOGIN,
  1045: { code: 'LOGIN', text: 'does not let this user in', hint: 'grant it CREATE SESSION' },
  28000: LOCKED,
  28001: LOCKED,
  28040: {
    code: 'LOGIN',
    text: 'does not take the way of login of this driver',
    hint: 'set a password of Oracle 12 or later for the user',
  },
  'NJS-116': { code: 'LOGIN', text: 'keeps the password in a form that is too old', hint: 'set the password of the user again' },
  'NJS-138': { code: 'ENGINE', text: 'is too old for its driver', hint: 'Oracle 12.1 or later is needed' },
  12514: SERVICE,
  12505: SERVICE,
  'NJS-518': SERVICE,
  'NJS-519': SERVICE,
  'NJS-511': REFUSED,
  'NJS-503': UNREACHABLE,
  'NJS-501': UNREACHABLE,
  'NJS-510': SILENT,
  'NJS-530': { code: 'CONNECTION', text: 'cannot be reached: unknown host', hint: 'check the host in the URL' },
  'NJS-505': NO_TLS,
  'NJS-506': NO_TLS,
  'NJS-507': NO_TLS,
  'NJS-508': NO_TLS,
  1031: RIGHTS,
  1720: RIGHTS,
  1950: QUOTA,
  1536: QUOTA,
  16000: READ_ONLY,
  1456: READ_ONLY,
  54: BUSY,
  4021: BUSY,
  30006: BUSY,
  60: { code: 'CONNECTION', text: 'had two runs in each other’s way and undid this one', hint: 'try again' },
  1555: {
    code: 'ENGINE',
    text: 'no longer knows the rows as they were when reading began',
    hint: 'raise its UNDO_RETENTION and try again',
  },
  18: NO_CONNECTION,
  20: NO_CONNECTION,
  2391: NO_CONNECTION,
  12516: NO_CONNECTION,
  12519: NO_CONNECTION,
  12520: NO_CONNECTION,
  1033: STARTING,
  1034: STARTING,
  1089: STARTING,
  1109: STARTING,
  28: LOST,
  1012: LOST,
  3113: LOST,
  3114: LOST,
  3135: LOST,
  12537: LOST,
  12547: LOST,
  'NJS-003': LOST,
  'NJS-500': LOST,
  'NJS-521': LOST,
  1452: DUPLICATES,
  1630: FULL,
  1652: FULL,
  1653: FULL,
  1654: FULL,
  1658: FULL,
  1659: FULL,
  1683: FULL,
  1688: FULL,
  1691: FULL,
  1692: FULL,
  12953: FULL,
  30036: FULL,
};

/** Error numbers by which the server refuses a row or a value, in words without the value. */
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'duplicate key',
  1400: 'NULL is not allowed',
  1401: 'value too long',
  1407: 'NULL is not allowed',
  1426: 'value out of range',
  1438: 'value out of range',
  1461: 'value too long',
  1465: 'no value of this type',
  1722: 'no value of this type',
  1830: 'no value of this type',
  1839: 'no value of this type',
  1841: 'value out of range',
  1843: 'no value of this type',
  1847: 'no value of this type',
  1850: 'no value of this type',
  1858: 'no value of this type',
  1861: 'no value of this type',
  1867: 'no value of this type',
  1873: 'value out of range',
  2290: 'breaks a check of the table',
  2291: 'points to a row that is not there',
  2292: 'is pointed to by another row',
  2359: 'no value of this type',
  12899: 'value too long',
  14400: 'belongs to no partition',
  40441: 'no valid JSON',
  61800: 'no value of this type',
};
const RAISED = { first: 20_000, last: 20_999 };

/** Turns an error of the driver or the server into a CrmError without any value; anything else passes through unchanged. */
export function oracleError(thrown: unknown, label: string): unknown {
  if (thrown instanceof CrmError || thrown instanceof RefusedRows || !(thrown instanceof Error)) return thrown;
  const { number, code } = numbered(thrown);
  const known = KNOWN[number ?? ''] ?? KNOWN[code];
  if (known !== undefined) return new CrmError(known.code, `${label} ${known.text}`, { hint: known.hint });
  if (number === null && code === '') return thrown;
  return new CrmError('ENGINE', `${label} refused a statement: ${withoutValues(thrown.message)}`, {
    hint: 'look at the table there: something in it is not understood',
  });
}

/** The refusal of a row that an error of the server tells of; null when it is about something else. */
export function refusalOf(thrown: unknown, columns: readonly string[]): RefusedRows | null {
  if (!(thrown instanceof Error)) return null;
  const { number } = numbered(thrown);
  if (number === null) return null;
  const isRaised = number >= RAISED.first && number <= RAISED.last;
  const reason = isRaised ? 'refused by a trigger' : REFUSALS[number];
  return reason === undefined ? null : new RefusedRows(reason, columnIn(thrown.message, columns));
}

/** Whether an error is this one of the server. */
export function isOracleError(thrown: unknown, number: number): boolean {
  return thrown instanceof Error && numbered(thrown).number === number;
}

/** The number of the server's error, and the name of the driver's; the driver wraps some of the server's into its own. */
function numbered(thrown: Error): { readonly number: number | null; readonly code: string } {
  const { errorNum, code } = thrown as { errorNum?: unknown; code?: unknown };
  const fromText = /ORA-(\d{5})/.exec(thrown.message)?.[1];
  const number = typeof errorNum === 'number' && errorNum > 0 ? errorNum : fromText === undefined ? null : Number(fromText);
  const driver = /^NJS-\d+/.exec(thrown.message)?.[0] ?? (typeof code === 'string' ? code : '');
  return { number, code: driver.startsWith('NJS-') ? driver : '' };
}

/** The column that a message names as `"SCHEMA"."TABLE"."COLUMN"`. */
function columnIn(message: string, columns: readonly string[]): string | null {
  const name = /"[^"]*"\."[^"]*"\."([^"]*)"/.exec(message)?.[1] ?? '';
  return columns.includes(name) ? name : null;
}

function withoutValues(message: string): string {
  return (message.split('\n')[0] ?? '')
    .replace(/'[^']*'/g, '…')
    .replace(/"[^"]*"/g, '…')
    .trim();
}
