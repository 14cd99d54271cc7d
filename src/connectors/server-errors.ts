import { CrmError, type ErrorCode } from '../errors.ts';
import { RefusedRows } from './connector.ts';

/** What an error of a server means: `text` goes behind the name of the place. */
export interface ServerError {
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint: string;
}

/** The connection broke while it was used. */
export const LOST: ServerError = { code: 'CONNECTION', text: 'lost the connection; nothing was changed', hint: 'try again later' };
/** Nothing answers to the name of the host. */
export const UNKNOWN_HOST: ServerError = {
  code: 'CONNECTION',
  text: 'cannot be reached: unknown host',
  hint: 'check the host in the URL',
};
/** The host answers, and nothing listens at the port. */
export const NOT_LISTENING: ServerError = {
  code: 'CONNECTION',
  text: 'cannot be reached: connection refused',
  hint: 'is the server running, and are host and port right?',
};
/** Nothing answers in time. */
export const SILENT: ServerError = { code: 'CONNECTION', text: 'cannot be reached: no answer', hint: 'check host, port and firewall' };
/** As many are connected as may be. */
export const NO_CONNECTION: ServerError = { code: 'CONNECTION', text: 'has no free connection', hint: 'try again later' };
/** The server undid one of two that waited for each other. */
export const DEADLOCK: ServerError = {
  code: 'CONNECTION',
  text: 'had two runs in each other’s way and undid this one',
  hint: 'try again',
};
/** User or password is wrong. */
export const LOGIN: ServerError = { code: 'LOGIN', text: 'refused the login', hint: 'check user and password in the URL' };
/** The user may not do this. */
export const RIGHTS: ServerError = { code: 'PERMISSION', text: 'did not permit this', hint: 'grant the user the rights it needs' };
/** Another one holds what is to be written. */
export const BUSY: ServerError = {
  code: 'BUSY',
  text: 'is being written to by another run',
  hint: 'wait until it has ended and try again',
};

/** Whether it is an error that is not yet said in our words. */
export function isUntold(thrown: unknown): thrown is Error {
  return thrown instanceof Error && !(thrown instanceof CrmError) && !(thrown instanceof RefusedRows);
}

/** The error of a place, in our words. */
export function serverError({ code, text, hint }: ServerError, label: string): CrmError {
  return new CrmError(code, `${label} ${text}`, { hint });
}

/** The error of a statement that a server did not take, for a reason that is not known here. @param why without any value */
export function refusedStatement(label: string, why: string): CrmError {
  return new CrmError('ENGINE', `${label} refused a statement: ${why}`, {
    hint: 'look at the table there: something in it is not understood',
  });
}
