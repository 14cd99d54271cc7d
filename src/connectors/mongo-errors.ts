import { CrmError, type ErrorCode } from '../errors.ts';
import { RefusedRows } from './connector.ts';

interface Known {
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint: string;
}

const LOGIN: Known = { code: 'LOGIN', text: 'refused the login', hint: 'check user and password in the URL, and ?authSource=' };
const RIGHTS: Known = { code: 'PERMISSION', text: 'did not permit this', hint: 'grant the user the rights it needs: read, or readWrite' };
const NO_PRIMARY: Known = {
  code: 'CONNECTION',
  text: 'has no primary server now',
  hint: 'try again when the replica set has elected one',
};
const TOO_OLD: Known = {
  code: 'BUSY',
  text: 'no longer keeps the moment that was being read',
  hint: 'raise minSnapshotHistoryWindowInSeconds on the server: it must last as long as the copy',
};
const TOO_LONG: Known = {
  code: 'BUSY',
  text: 'ended the transaction: it took too long, or another one was in its way',
  hint: 'choose a smaller --batch, or raise transactionLifetimeLimitSeconds on the server',
};
const DUPLICATE: Known = {
  code: 'BUSY',
  text: 'got a document with the same key from somebody else meanwhile',
  hint: 'try again when nobody else writes',
};

/** Error numbers of the server → our codes. */
const KNOWN: Readonly<Record<number, Known>> = {
  11: LOGIN,
  18: LOGIN,
  8000: LOGIN,
  13: RIGHTS,
  91: NO_PRIMARY,
  189: NO_PRIMARY,
  10107: NO_PRIMARY,
  11600: NO_PRIMARY,
  11602: NO_PRIMARY,
  13435: NO_PRIMARY,
  13436: NO_PRIMARY,
  239: TOO_OLD,
  246: TOO_OLD,
  112: TOO_LONG,
  251: TOO_LONG,
  290: TOO_LONG,
  11000: DUPLICATE,
  121: { code: 'ENGINE', text: 'refused a document: it breaks the validation rules of its collection', hint: 'look at its validator' },
  14031: { code: 'DISK_FULL', text: 'has no space left on its disk', hint: 'free some space and try again' },
};
const NETWORK =
  /^Mongo(?:Network|NetworkTimeout|ServerSelection|TopologyClosed|PoolCleared|PoolClosed|NotConnected|ClientClosed|Runtime)?Error$/;
const ADDRESS = /^Mongo(?:Parse|InvalidArgument|API|MissingDependency|MissingCredentials|Compatibility)Error$/;

/** Turns an error of the driver or the server into a CrmError without any value; anything else passes through unchanged. */
export function mongoError(thrown: unknown, label: string): unknown {
  if (thrown instanceof CrmError || thrown instanceof RefusedRows || !(thrown instanceof Error)) return thrown;
  const { errorResponse } = thrown as { errorResponse?: unknown };
  // What broke a write of many stands within.
  if (errorResponse instanceof Error) return mongoError(errorResponse, label);
  const number = numberOf(thrown);
  const known = number === null ? undefined : KNOWN[number];
  if (known !== undefined) return new CrmError(known.code, `${label} ${known.text}`, { hint: known.hint });
  if (thrown.name === 'BSONError' || thrown.name === 'BSONRuntimeError') {
    return new CrmError('INTEGRITY', `${label} holds a document that cannot be read`, {
      hint: 'a text in it is no UTF-8, or it is damaged: look at the collection there with mongosh',
    });
  }
  if (number !== null) {
    return new CrmError('ENGINE', `${label} refused a command (${(thrown as { codeName?: string }).codeName ?? number})`, {
      hint: 'look at the log of the server: it says why',
    });
  }
  if (ADDRESS.test(thrown.name)) {
    return new CrmError('USAGE', `${label}: the driver does not take this URL, or not this server`, {
      hint: 'mongodb://user:password@host:27017/database, MongoDB 4.2 or later',
    });
  }
  const { code } = thrown as { code?: unknown };
  if (!NETWORK.test(thrown.name) && typeof code !== 'string') return thrown;
  return new CrmError('CONNECTION', `${label} does not answer`, { hint: 'check host and port, and whether the server runs' });
}

/** Does some work with the errors above. */
export async function mongoGuarded<T>(label: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mongoError(error, label);
  }
}

/** The error number of the server: in a failed login it stands in the cause. */
function numberOf(thrown: Error): number | null {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number' && (KNOWN[code] !== undefined || error.name.startsWith('Mongo'))) return code;
  }
  return null;
}
