import { CrmError, type ErrorCode } from '../errors.ts';

/** SQLSTATE (or its first two letters) and Node's socket errors → our codes. */
const CODES: Readonly<Record<string, { code: ErrorCode; text: string; hint: string }>> = {
  '28P01': { code: 'LOGIN', text: 'refused the login', hint: 'check user and password in the URL' },
  '28000': { code: 'LOGIN', text: 'refused the login', hint: 'check the user in the URL and the server’s pg_hba.conf' },
  '3D000': { code: 'NO_DATABASE', text: 'has no such database', hint: 'make it first: createdb NAME' },
  '3F000': { code: 'NO_DATABASE', text: 'has no such schema', hint: 'make it with: crm init' },
  '42501': { code: 'PERMISSION', text: 'did not permit this', hint: 'grant the user the rights it needs' },
  '25006': {
    code: 'PERMISSION',
    text: 'refused to write: the statement only reads',
    hint: 'change customers with: crm edit, crm import, crm delete',
  },
  '55P03': { code: 'BUSY', text: 'is being written to by another run', hint: 'wait until it has ended and try again' },
  '40001': { code: 'BUSY', text: 'had two runs in each other’s way', hint: 'try again' },
  '40P01': { code: 'BUSY', text: 'had two runs in each other’s way', hint: 'try again' },
  '53100': { code: 'DISK_FULL', text: 'has no space left on its disk; nothing was changed', hint: 'free some space and try again' },
  '53300': { code: 'CONNECTION', text: 'has no free connection', hint: 'try again later' },
  '57P03': { code: 'CONNECTION', text: 'is starting up or shutting down', hint: 'try again later' },
  '57P01': { code: 'CONNECTION', text: 'closed the connection; nothing was changed', hint: 'try again later' },
  '08': { code: 'CONNECTION', text: 'lost the connection; nothing was changed', hint: 'try again later' },
  XX001: { code: 'INTEGRITY', text: 'reports damaged data', hint: 'restore a backup' },
  XX002: { code: 'INTEGRITY', text: 'reports a damaged index', hint: 'make it again: crm maintain --reindex' },
  ECONNREFUSED: {
    code: 'CONNECTION',
    text: 'cannot be reached: connection refused',
    hint: 'is the server running, and are host and port right?',
  },
  ENOTFOUND: { code: 'CONNECTION', text: 'cannot be reached: unknown host', hint: 'check the host in the URL' },
  EAI_AGAIN: { code: 'CONNECTION', text: 'cannot be reached: unknown host', hint: 'check the host in the URL' },
  ETIMEDOUT: { code: 'CONNECTION', text: 'cannot be reached: no answer', hint: 'check host, port and firewall' },
  EHOSTUNREACH: { code: 'CONNECTION', text: 'cannot be reached', hint: 'check host and network' },
  ECONNRESET: { code: 'CONNECTION', text: 'lost the connection; nothing was changed', hint: 'try again later' },
  EPIPE: { code: 'CONNECTION', text: 'lost the connection; nothing was changed', hint: 'try again later' },
};

/** Turns an error of the PostgreSQL driver into a CrmError; anything else passes through unchanged. */
export function postgresError(thrown: unknown, label: string): unknown {
  if (thrown instanceof CrmError || !(thrown instanceof Error)) return thrown;
  const known = knownError(thrown);
  if (known !== undefined) return new CrmError(known.code, `${label} ${known.text}`, { cause: thrown, hint: known.hint });
  const state = (thrown as { code?: unknown }).code;
  if (typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state)) {
    return new CrmError('INTERNAL', `PostgreSQL: ${messageWithoutValue(thrown)} (${state})`, {
      cause: thrown,
      hint: 'this is a defect of crm: report it',
    });
  }
  if (/timeout|Connection terminated|Connection ended|not queryable|connection error/i.test(thrown.message)) {
    return new CrmError('CONNECTION', `${label} lost the connection or did not answer`, { cause: thrown, hint: 'try again later' });
  }
  return thrown;
}

/** The error of a server, or of the search for its address, that said nothing for too long; undefined for any other error. */
export function unansweredConnect(thrown: unknown, label: string): CrmError | undefined {
  if (!(thrown instanceof Error) || !/timeout/i.test(thrown.message) || knownError(thrown) !== undefined) return undefined;
  return new CrmError('CONNECTION', `${label} cannot be reached: no answer`, { cause: thrown, hint: 'check host, port and firewall' });
}

/** The server's message without the value that it quotes, which may be a customer's: `invalid input syntax for type date`. */
export function messageWithoutValue(thrown: { readonly message?: string; readonly code?: unknown }): string {
  const message = thrown.message ?? 'unknown error';
  return String(thrown.code ?? '').startsWith('22') ? message.replace(/:? ["“«].*$/s, '') : message;
}

/**
 * The error of a COMMIT that was not answered: the server may have carried it out or not, so nothing is claimed.
 * Any other error passes through unchanged.
 */
export function unansweredCommit(thrown: unknown, label: string): unknown {
  if (!(thrown instanceof CrmError) || thrown.code !== 'CONNECTION') return thrown;
  return new CrmError('CONNECTION', `${label} lost the connection while the run was being committed`, {
    cause: thrown,
    hint: 'look with `crm history` whether the run is there before you try again',
  });
}

function knownError(thrown: Error): { code: ErrorCode; text: string; hint: string } | undefined {
  const causes: unknown[] = thrown instanceof AggregateError ? [thrown, ...thrown.errors] : [thrown];
  for (const cause of causes) {
    const state = String((cause as { code?: unknown }).code ?? '');
    const known = CODES[state] ?? CODES[state.slice(0, 2)];
    if (known !== undefined) return known;
  }
  return undefined;
}
