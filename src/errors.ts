/**
 * The one tree of errors. The code and the exit status live on the class or on the code table below; the text is
 * written where the error is thrown. Branch on `code` or on the class, never on the text.
 * No message holds a customer's value: they name files, lines, columns and fields only.
 */

/** Every error code with the exit status it ends the program with (see the table in docs/architecture.md). */
export const EXIT_CODES = {
  INTERNAL: 1,
  USAGE: 2,
  CONFIRMATION_NEEDED: 2,
  UNKNOWN_FIELD: 2,
  FILTER_SYNTAX: 2,
  NOT_FOUND: 2,
  CONFIG_INVALID: 2,
  ROWS_REJECTED: 3,
  INPUT_MISSING: 4,
  INPUT_UNREADABLE: 4,
  INPUT_EMPTY: 4,
  INPUT_NO_HEADER: 4,
  INPUT_UNDECODABLE: 4,
  INPUT_NOT_TEXT: 4,
  INPUT_TOO_LARGE: 4,
  INPUT_AMBIGUOUS: 4,
  OUTPUT_FAILED: 1,
  DIFFERENCES: 5,
  GUARD_RAIL: 6,
  NO_DATABASE: 10,
  NOT_OUR_DATABASE: 10,
  BUSY: 11,
  SCHEMA_OLDER: 12,
  SCHEMA_NEWER: 12,
  SCHEMA_EDITED: 12,
  INTEGRITY: 14,
  ENGINE: 15,
  CONNECTION: 15,
  LOGIN: 15,
  DISK_FULL: 15,
  PERMISSION: 16,
  KEY_NEEDED: 16,
  WRONG_KEY: 16,
  INTERRUPTED: 130,
  TERMINATED: 143,
} as const;

/** A stable machine-readable name of what went wrong. */
export type ErrorCode = keyof typeof EXIT_CODES;

/** What an error may say beside its message. */
export interface CrmErrorOptions {
  /** What to do about it: one sentence, usually a command to run. */
  readonly hint?: string;
  /** The error of the library or the system below. */
  readonly cause?: unknown;
  /** Facts for machines: line and column numbers, field names, counts; never customers' values. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An expected failure, with a code, an exit status and a hint. */
export class CrmError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: CrmErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CrmError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  /** The process exit status that belongs to the code. */
  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

/** Turns anything thrown into a CrmError; what is not one already is INTERNAL (our defect). */
export function toCrmError(thrown: unknown): CrmError {
  if (thrown instanceof CrmError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CrmError('INTERNAL', message, { cause: thrown, hint: 'this is a defect of crm: run again with --debug and report it' });
}

/** Whether a call of the system failed because the disk, or the user's share of it, is full. */
export function isDiskFull(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Hides the password and the query values of a database URL, so that it can be shown. */
export function redactUrl(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/@\s]*):[^@\s]*@/i, '$1:***@');
}
