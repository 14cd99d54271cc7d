import { halfWidth } from './half-width.ts';
import { normalizeText } from './text.ts';

/** A serial number, with decimals only where a spreadsheet wrote them for nothing. */
const SERIAL = /^(\d{1,7})(?:[.,]0{1,15})?$/;
const DAY_MS = 86_400_000;
/** The day before serial number 1, moved back by one for the 29 February 1900 that spreadsheets count and that never was. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
const LAST_DAY = Date.UTC(9999, 11, 31);
const NO_LEAP_DAY = 60;

/**
 * The calendar date (`yyyy-mm-dd`) of a spreadsheet's serial number (`45291` → `2023-12-31`); null when it is none, has a
 * time, or is the day 60 of the 1900 system, which does not exist. Only for columns that are known to hold serial numbers:
 * a bare number is no date. Source: ECMA-376 part 1, 18.17.4.1; `date1904` is the other of the two systems.
 */
export function excelSerialDate(text: string, { date1904 = false }: { readonly date1904?: boolean } = {}): string | null {
  const match = text.length > 60 ? null : SERIAL.exec(normalizeText(halfWidth(text)));
  if (match === null) return null;
  const serial = Number(match[1]);
  if (!date1904 && (serial === 0 || serial === NO_LEAP_DAY)) return null;
  // Before the day that never was, the count is one day ahead.
  const days = !date1904 && serial < NO_LEAP_DAY ? serial + 1 : serial;
  const instant = (date1904 ? EPOCH_1904 : EPOCH_1900) + days * DAY_MS;
  return instant > LAST_DAY ? null : new Date(instant).toISOString().slice(0, 10);
}
