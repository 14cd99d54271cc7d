import { CrmError, type ErrorCode } from '../errors.ts';
import { RefusedRows } from './connector.ts';

interface Known {
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint: string;
}

const LOST: Known = { code: 'CONNECTION', text: 'lost the connection; nothing was changed', hint: 'try again later' };
const LOGIN: Known = { code: 'LOGIN', text: 'refused the login', hint: 'check user and password in the URL' };
const NO_DATABASE: Known = {
  code: 'NO_DATABASE',
  text: 'has no such database, or does not let this user into it',
  hint: 'make it first: CREATE DATABASE name',
};
const RIGHTS: Known = { code: 'PERMISSION', text: 'did not permit this', hint: 'grant the user the rights it needs' };
const READ_ONLY: Known = { code: 'PERMISSION', text: 'only reads', hint: 'write to a database that is no replica' };
const BUSY: Known = { code: 'BUSY', text: 'is being written to by another run', hint: 'wait until it has ended and try again' };
const CHANGED: Known = { code: 'BUSY', text: 'changed a table while it was read', hint: 'try again when nobody alters tables' };
const FULL: Known = {
  code: 'DISK_FULL',
  text: 'has no space left for the database or its log; nothing was changed',
  hint: 'free some space and try again',
};
const FULL_OF_USERS: Known = { code: 'CONNECTION', text: 'has no free connection', hint: 'try again later' };

/** Error numbers of the server → our codes. */
const NUMBERS: Readonly<Record<number, Known>> = {
  18456: LOGIN,
  18452: LOGIN,
  18470: LOGIN,
  18486: LOGIN,
  18487: { code: 'LOGIN', text: 'says that the password has expired', hint: 'set a new password' },
  18488: { code: 'LOGIN', text: 'wants a new password', hint: 'set a new password' },
  4060: NO_DATABASE,
  911: NO_DATABASE,
  229: RIGHTS,
  230: RIGHTS,
  262: RIGHTS,
  297: RIGHTS,
  300: RIGHTS,
  916: RIGHTS,
  1088: RIGHTS,
  3906: READ_ONLY,
  1222: BUSY,
  3960: BUSY,
  3961: CHANGED,
  1205: { code: 'CONNECTION', text: 'had two runs in each other’s way and undid this one', hint: 'try again' },
  1105: FULL,
  9002: FULL,
  1101: FULL,
  17809: FULL_OF_USERS,
  10928: FULL_OF_USERS,
  40613: { code: 'CONNECTION', text: 'is not available at the moment', hint: 'try again later' },
  596: LOST,
  6005: LOST,
  1785: {
    code: 'INTEGRITY',
    text: 'takes no two ways on which deleting a row reaches the same table',
    hint: 'all rows are there: add the reference yourself with NO ACTION',
  },
};

const UNKNOWN_HOST: Known = { code: 'CONNECTION', text: 'cannot be reached: unknown host', hint: 'check the host in the URL' };

/** What the driver says of sockets, by the words in it → our codes. */
const WORDS: readonly (readonly [RegExp, Known])[] = [
  [
    /ECONNREFUSED/,
    { code: 'CONNECTION', text: 'cannot be reached: connection refused', hint: 'is the server running, and are host and port right?' },
  ],
  [/ENOTFOUND|EAI_AGAIN/, UNKNOWN_HOST],
  [/EHOSTUNREACH|ENETUNREACH/, { code: 'CONNECTION', text: 'cannot be reached', hint: 'check host and network' }],
  [
    /certificate|self.signed|altnames/i,
    {
      code: 'CONNECTION',
      text: 'shows a certificate that nobody vouches for',
      hint: 'add &trustServerCertificate=true to the URL if you know the server',
    },
  ],
  [
    /requires encryption|EENCRYPT/,
    { code: 'CONNECTION', text: 'wants an encrypted connection', hint: 'leave encrypt=false out of the URL' },
  ],
  [
    /does not support encryption|SSL|TLS|secure TLS/,
    { code: 'CONNECTION', text: 'could not be reached encrypted', hint: 'add ?encrypt=false to the URL if the network is yours' },
  ],
  [/ETIMEOUT|ETIMEDOUT/, { code: 'CONNECTION', text: 'cannot be reached: no answer', hint: 'check host, port and firewall' }],
  [/Failed to connect/, { code: 'CONNECTION', text: 'cannot be reached', hint: 'check host, port and network' }],
  [/ELOGIN/, LOGIN],
  [/ECLOSE|ECONNRESET|EPIPE|ESOCKET|EINVALIDSTATE|socket hang up|Connection lost/, LOST],
];

/** Error numbers by which the server refuses a row or a value, in words without the value. */
const REFUSALS: Readonly<Record<number, string>> = {
  2601: 'duplicate key',
  2627: 'duplicate key',
  515: 'NULL is not allowed',
  547: 'breaks a check or a reference of the table',
  220: 'value out of range',
  232: 'value out of range',
  8115: 'value out of range',
  8152: 'value too long',
  2628: 'value too long',
  1946: 'key too long',
  511: 'row too large',
  550: 'refused by a view',
  50000: 'refused by a trigger',
};

/** Turns an error of the driver or the server into a CrmError without any value; anything else passes through unchanged. */
export function mssqlError(thrown: unknown, label: string): unknown {
  if (thrown instanceof CrmError || thrown instanceof RefusedRows || !(thrown instanceof Error)) return thrown;
  const number = numberOf(thrown);
  const known = number === null ? knownByWords(thrown) : NUMBERS[number];
  if (known !== undefined) return new CrmError(known.code, `${label} ${known.text}`, { hint: known.hint });
  if (number === null) return thrown;
  return new CrmError('ENGINE', `${label} refused a statement: ${withoutValues(thrown.message)} (${number})`, {
    hint: 'look at the table there: something in it is not understood',
  });
}

/** The refusal of a row that an error of the server tells of; null when it is about something else. */
export function mssqlRefusal(thrown: unknown, columns: readonly string[]): RefusedRows | null {
  const number = thrown instanceof Error ? numberOf(thrown) : null;
  const reason = number === null ? undefined : REFUSALS[number];
  return reason === undefined ? null : new RefusedRows(reason, columnIn((thrown as Error).message, columns));
}

/** The number of an error of the server; null: it is one of the driver or the socket. */
function numberOf(thrown: Error): number | null {
  const { number } = thrown as { number?: unknown };
  return typeof number === 'number' ? number : null;
}

function knownByWords(thrown: Error): Known | undefined {
  const words = [thrown, thrown.cause, ...(thrown instanceof AggregateError ? thrown.errors : [])]
    .flatMap((one) => (one instanceof Error ? [String((one as { code?: unknown }).code ?? ''), one.message] : []))
    .join(' ');
  return WORDS.find(([pattern]) => pattern.test(words))?.[1];
}

/** The column that a message names: `Cannot insert the value NULL into column 'x'`. */
function columnIn(message: string, columns: readonly string[]): string | null {
  const name = /column '([^']+)'/.exec(message)?.[1] ?? '';
  return columns.includes(name) ? name : null;
}

function withoutValues(message: string): string {
  return message
    .replace(/'[^']*'|"[^"]*"|\([^)]*\)/g, '…')
    .replace(/\s+/g, ' ')
    .trim();
}
