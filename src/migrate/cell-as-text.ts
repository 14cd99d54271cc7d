import type { Cell, ColumnType } from '../model/table-schema.ts';

/** How MySQL writes that there is no date. */
const ZERO_DATE = /^0000-00-00(?: 00:00:00(?:\.0+)?)?Z?$/;
/** Decimal digits that survive in a float of 64 bits. */
const FLOAT_DIGITS = 15;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A cell as a person would write it into a file; null where it says nothing.
 * @param isMoney of a float only the digits that were written into it: 3.3, not 3.3000000000000003
 */
export function cellAsText(cell: Cell, isMoney = false): string | null {
  if (cell === null) return null;
  if (typeof cell === 'string') return ZERO_DATE.test(cell) ? null : cell;
  if (typeof cell === 'number') return isMoney ? plainNumber(Number(cell.toPrecision(FLOAT_DIGITS))) : plainNumber(cell);
  if (cell instanceof Uint8Array) return textOfBytes(cell);
  if (typeof cell !== 'object') return String(cell);
  return cell.map((item) => cellAsText(item) ?? '').join('; ');
}

/** Whether cells of this type show their decimals with a point, whoever wrote them. */
export function hasDecimalPoint({ kind }: ColumnType): boolean {
  return kind === 'integer' || kind === 'decimal' || kind === 'float';
}

/** Without an exponent. */
function plainNumber(number: number): string {
  return Number.isFinite(number) && /e/.test(String(number))
    ? number.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 })
    : String(number);
}

/** Bytes that are no UTF-8 become `\x` and hexadecimal digits, as `crm migrate copy` writes them into texts. */
function textOfBytes(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return `\\x${Buffer.from(bytes).toString('hex')}`;
  }
}
