import { isUtf8 } from 'node:buffer';

const NUL = 0;
const TAB = 9;
const LF = 10;
const BACKSLASH = 92;
const LAST_CONTROL = 13;
const DIGIT_0 = 48;
const DATE_LENGTH = 10;
const TIMESTAMP_LENGTH = 19;
/** Days of every month; those behind are looked at by whoever knows calendars. */
const SAFE_DAYS = 28;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** `\N` */
const NULL_LENGTH = 2;

/** Whether the bytes from `start` to `end` are what a column takes, and gives back. */
export type CellCheck = (bytes: Uint8Array, start: number, end: number) => boolean;

/** What a text must hold that was made by putting cells side by side, without a look at what is in them. */
export interface PackedShape {
  readonly rows: number;
  /** NULLs among the cells. */
  readonly nulls: number;
  /** One for each column; null: any text will do. */
  readonly checks: readonly (CellCheck | null)[];
}

/**
 * Whether a text is packed rows as it is: no cell holds a tab, newline, carriage return, backslash or NUL, for there are no
 * more of them than there must be, nor bytes that are no UTF-8; and every cell passes its check.
 */
export function isPacked(bytes: Uint8Array, { rows, nulls, checks }: PackedShape): boolean {
  if (!isUtf8(bytes)) return false;
  const width = checks.length;
  let cells = 0;
  let lines = 0;
  let backslashes = 0;
  let start = 0;
  let column = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte > BACKSLASH || (byte > LAST_CONTROL && byte < BACKSLASH)) continue;
    if (byte === TAB || byte === LF) {
      const check = checks[column];
      if (check === undefined || (check !== null && !isNull(bytes, start, at) && !check(bytes, start, at))) return false;
      if (byte === LF) {
        if (column !== width - 1) return false;
        lines++;
        column = 0;
      } else column++;
      cells++;
      start = at + 1;
    } else if (byte === BACKSLASH) backslashes++;
    else if (byte === NUL || byte === LAST_CONTROL) return false;
  }
  return lines === rows && cells === rows * width && backslashes === nulls && start === bytes.length;
}

function isNull(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === NULL_LENGTH && bytes[start] === BACKSLASH;
}

/** `2026-11-26`, a day that there is, from year 1 on. */
export function isDate(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== DATE_LENGTH || bytes[start + 4] !== HYPHEN || bytes[start + 7] !== HYPHEN) return false;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false;
  if (day <= SAFE_DAYS) return true;
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (DAYS[month - 1] as number) + (isLeap ? 1 : 0);
}

/** `2026-11-26 10:48:56` */
export function isTimestamp(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== TIMESTAMP_LENGTH || !isDate(bytes, start, start + DATE_LENGTH)) return false;
  if (bytes[start + 10] !== SPACE || bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return false;
  return digits(bytes, start + 11, 2) <= 23 && digits(bytes, start + 14, 2) <= 59 && digits(bytes, start + 17, 2) <= 59;
}

const SPACE = 32;
const HYPHEN = 45;
const COLON = 58;

/** A number of so many digits; NaN where there is something else. */
function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const digit = (bytes[at] as number) - DIGIT_0;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** The texts of the cells of the last row of packed rows, none of which is written with a backslash but NULL. */
export function lastCells(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = text.length < 2 ? 0 : text.lastIndexOf(LF, text.length - 2) + 1;
  return text.toString('utf8', start, text.length - 1).split('\t');
}
