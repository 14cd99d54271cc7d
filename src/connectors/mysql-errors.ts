import { CrmError } from '../errors.ts';
import { RefusedRows } from './connector.ts';
import {
  BUSY,
  DEADLOCK,
  LOGIN,
  LOST,
  NOT_LISTENING,
  NO_CONNECTION,
  RIGHTS,
  SILENT,
  UNKNOWN_HOST,
  isUntold,
  refusedStatement,
  type ServerError,
  serverError,
} from './server-errors.ts';

const READ_ONLY: ServerError = { code: 'PERMISSION', text: 'only reads', hint: 'write to a server that is no replica' };
const FULL: ServerError = {
  code: 'DISK_FULL',
  text: 'has no space left on its disk; nothing was changed',
  hint: 'free some space and try again',
};

/** Error numbers of the server, names of mysql2 and of Node's sockets → our codes. */
const KNOWN: Readonly<Record<string, ServerError>> = {
  1045: LOGIN,
  1698: LOGIN,
  1251: LOGIN,
  4151: LOGIN,
  AUTH_SWITCH_PLUGIN_ERROR: LOGIN,
  1049: { code: 'NO_DATABASE', text: 'has no such database', hint: 'make it first: CREATE DATABASE name' },
  1044: RIGHTS,
  1142: RIGHTS,
  1143: RIGHTS,
  1227: RIGHTS,
  1370: RIGHTS,
  1290: READ_ONLY,
  1836: READ_ONLY,
  1205: BUSY,
  1412: { code: 'BUSY', text: 'changed a table while it was read', hint: 'try again when nobody alters tables' },
  1021: FULL,
  1114: FULL,
  1213: DEADLOCK,
  1040: NO_CONNECTION,
  1203: NO_CONNECTION,
  1226: NO_CONNECTION,
  1129: { code: 'CONNECTION', text: 'blocks this host', hint: 'run FLUSH HOSTS on the server' },
  1130: { code: 'LOGIN', text: 'does not let this host in', hint: 'grant the user access from this host' },
  1053: LOST,
  1152: LOST,
  1158: LOST,
  1159: LOST,
  1160: LOST,
  1161: LOST,
  1927: LOST,
  2006: LOST,
  2013: LOST,
  PROTOCOL_CONNECTION_LOST: LOST,
  ECONNRESET: LOST,
  EPIPE: LOST,
  ECONNREFUSED: NOT_LISTENING,
  ENOENT: { code: 'CONNECTION', text: 'cannot be reached: no such socket', hint: 'is the server running, and is ?socket= right?' },
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  ETIMEDOUT: SILENT,
  EHOSTUNREACH: { code: 'CONNECTION', text: 'cannot be reached', hint: 'check host and network' },
  HANDSHAKE_NO_SSL_SUPPORT: { code: 'CONNECTION', text: 'does not encrypt connections', hint: 'leave ?ssl= out of the URL' },
  HANDSHAKE_SSL_ERROR: { code: 'CONNECTION', text: 'could not be reached encrypted', hint: 'check the certificate of the server' },
};

/** Error numbers by which the server refuses a row or a value, in words without the value. */
const REFUSALS: Readonly<Record<number, string>> = {
  1022: 'duplicate key',
  1048: 'NULL is not allowed',
  1062: 'duplicate key',
  1153: 'row too large',
  1216: 'points to a row that is not there',
  1217: 'is pointed to by another row',
  1242: 'duplicate key',
  1263: 'NULL is not allowed',
  1264: 'value out of range',
  1265: 'value does not fit the column',
  1292: 'no value of this type',
  1366: 'no value of this type',
  1364: 'a value is missing',
  1367: 'no value of this type',
  1406: 'value too long',
  1411: 'no value of this type',
  1416: 'no value of this type',
  1451: 'is pointed to by another row',
  1452: 'points to a row that is not there',
  1525: 'no value of this type',
  1526: 'belongs to no partition',
  1586: 'duplicate key',
  1644: 'refused by a trigger',
  1690: 'value out of range',
  3140: 'no valid JSON',
  3141: 'no valid JSON',
  3819: 'breaks a check of the table',
  3905: 'value out of range',
  4025: 'breaks a check of the table',
};

/** Turns an error of the driver or the server into a CrmError without any value; anything else passes through unchanged. */
export function mysqlError(thrown: unknown, label: string): unknown {
  if (!isUntold(thrown)) return thrown;
  const { code, errno } = numbered(thrown);
  const known = KNOWN[String(errno)] ?? KNOWN[code];
  if (known !== undefined) return serverError(known, label);
  if (code.startsWith('PROTOCOL_') || code.startsWith('CERT_') || /closed state|connection is closed/i.test(thrown.message)) {
    return new CrmError('CONNECTION', `${label} lost the connection or did not answer`, { hint: 'try again later' });
  }
  if (errno === undefined) return thrown;
  return refusedStatement(label, `${withoutValues(thrown.message)} (${errno})`);
}

/** The refusal of a row that an error of the server tells of; null when it is about something else. */
export function refusalOf(thrown: unknown, columns: readonly string[]): RefusedRows | null {
  if (!(thrown instanceof Error)) return null;
  const { errno } = numbered(thrown);
  const reason = errno === undefined ? undefined : REFUSALS[errno];
  return reason === undefined ? null : new RefusedRows(reason, columnIn(thrown.message, columns));
}

/** The refusal that a warning stands for: what the server would have stored is not what it was given. */
export function refusalOfWarning(number: number, message: string, columns: readonly string[]): RefusedRows {
  return new RefusedRows(REFUSALS[number] ?? 'value does not fit the column', columnIn(message, columns));
}

/** The error number of the server, and the name of the error. */
function numbered(thrown: Error): { readonly code: string; readonly errno: number | undefined } {
  const { code, errno } = thrown as { code?: unknown; errno?: unknown };
  return { code: String(code ?? ''), errno: typeof errno === 'number' && errno > 0 ? errno : undefined };
}

/** The column that a message names last: values are quoted before it. */
function columnIn(message: string, columns: readonly string[]): string | null {
  const named = [...message.matchAll(/column (?:`(?:[^`]|``)*`\.`(?:[^`]|``)*`\.)?(?:`((?:[^`]|``)+)`|'((?:[^']|'')+)')/gi)].at(-1);
  const name = named?.[1]?.replaceAll('``', '`') ?? named?.[2] ?? '';
  return columns.includes(name) ? name : null;
}

function withoutValues(message: string): string {
  return message
    .replace(/'[^']*'/g, '…')
    .replace(/near .*$/s, '')
    .trim();
}
