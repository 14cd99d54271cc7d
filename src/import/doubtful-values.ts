import { slotOf } from '../model/customer.ts';
import type { Field } from '../model/fields.ts';
import { type Target, targetName } from '../model/header-target.ts';
import { dateOrderEvidence } from '../normalize/date-order.ts';
import { excelSerialDate } from '../normalize/date-excel-serial.ts';
import { excelDamage, excelDateDamage, mayBeExcelDamage } from '../normalize/excel-damage.ts';
import { findMojibake, mayBeMojibake } from '../normalize/mojibake.ts';
import type { DateOrder, Normalizer } from '../normalize/normalizer.ts';
import { withLostZeros } from '../normalize/postal-code.ts';
import { normalizeText } from '../normalize/text.ts';
import { type DateOrders, PIVOT } from './column-facts.ts';
import type { Warnings } from './warnings.ts';

const POSTAL_CODE = slotOf('postal_code');
const COUNTRY = slotOf('country');
const REGION = slotOf('region');

/** What is done about values that cannot be believed as they stand. */
export interface DoubtOptions {
  /** Dates that could be two days in a column that does not say which: read them so, keep them as text, or reject the row. */
  readonly onAmbiguousDate: DateOrder | 'keep' | 'reject';
  /** Order of day and month in files of this layout; believed where the column does not say it. */
  readonly dateOrderHint?: DateOrder;
  /** Whether rows with a value that is ambiguous, damaged or not understood are rejected. */
  readonly strict: boolean;
  /** Whether text in the wrong encoding is left as it is even where it is certain what it was. */
  readonly keepMojibake: boolean;
  /** Whether US postal codes get their lost zeros back. */
  readonly restoreZeros: boolean;
  /** Reads numbers in date columns as days of a spreadsheet, counted from 1900 or 1904; not given: they are kept as text. */
  readonly excelDates?: '1900' | '1904';
}

/** What an import does when nothing else is asked. */
export const USUAL_DOUBTS: DoubtOptions = { onAmbiguousDate: 'keep', strict: false, keepMojibake: false, restoreZeros: false };

/** A value that its normaliser did not understand, looked at again. */
export interface SecondReading {
  readonly value: string;
  /** Why it is not understood; null where it is now. */
  readonly code: 'NOT_UNDERSTOOD' | 'AMBIGUOUS_DATE' | 'EXCEL_ERROR' | 'EXCEL_NUMBER' | 'EXCEL_DATE' | null;
}

/** A first look at a cell, raw and normalised, that costs next to nothing: whether it is worth a closer one. */
export function looksDamaged(raw: string, text: string): boolean {
  return mayBeExcelDamage(text) || mayBeMojibake(raw);
}

/** Looks closely at the few values that a first look finds doubtful. Nothing is believed that is not proven. */
export class DoubtfulValues {
  readonly #options: DoubtOptions;
  readonly #orders: DateOrders;
  readonly #warnings: Pick<Warnings, 'add'>;

  constructor(options: DoubtOptions, orders: DateOrders, warnings: Pick<Warnings, 'add'>) {
    this.#options = options;
    this.#orders = orders;
    this.#warnings = warnings;
  }

  /**
   * The text of a cell that `looksDamaged`: repaired where that is proven, else as it came, and flagged. Null when it is
   * not the value of its column: an error of a spreadsheet, an id that lost its digits; it is kept as a custom field.
   */
  text(raw: string, text: string, target: Target, line: number): string | null {
    const name = targetName(target) ?? '';
    const damage = excelDamage(text);
    // A custom field may well be such a number.
    if (damage === null || (damage === 'EXCEL_NUMBER' && target.kind === 'attribute')) return this.#legible(raw, text, name, line);
    this.#warnings.add(damage, name, line);
    return damage === 'EXCEL_NUMBER' && (target.kind === 'field' || target.kind === 'tags') ? text : null;
  }

  /** What a spreadsheet has done to the text of a phone, or NOT_UNDERSTOOD. */
  phone(text: string): 'NOT_UNDERSTOOD' | 'EXCEL_ERROR' | 'EXCEL_NUMBER' {
    return excelDamage(text) ?? 'NOT_UNDERSTOOD';
  }

  /** Reads a value again that the normaliser of its field did not understand. */
  readAgain(field: Field, cell: number, text: string, normalize: Normalizer, line: number): SecondReading {
    if (field.type === 'date' || field.type === 'instant') return this.#readDate(field, cell, text, normalize, line);
    const damage = excelDamage(text);
    if (damage !== null) return { value: text, code: damage };
    const legible = mayBeMojibake(text) ? this.#legible(text, text, field.name, line) : text;
    const { value, understood } = normalize(legible, { region: null });
    return { value, code: understood ? null : 'NOT_UNDERSTOOD' };
  }

  /** Gives the postal code of a row the zeros that it lost, where that is asked for; flagged in any case. @returns whether it was flagged */
  postalCode(slots: (string | null)[], line: number): boolean {
    const code = slots[POSTAL_CODE] as string | null;
    const whole = code === null ? null : withLostZeros(code, slots[COUNTRY] as string | null, slots[REGION] as string | null);
    if (whole === null) return false;
    this.#warnings.add(this.#options.restoreZeros ? 'ZERO_RESTORED' : 'LOST_ZERO', 'postal_code', line);
    if (this.#options.restoreZeros) slots[POSTAL_CODE] = whole;
    return true;
  }

  #readDate(field: Field, cell: number, text: string, normalize: Normalizer, line: number): SecondReading {
    // What comes first is what a whole column of such dates takes.
    const dateOrder = this.#orders.decided(cell) ?? (dateOrderEvidence(text, PIVOT) === 'either' ? this.#orders.orderOf(cell) : null);
    const order = dateOrder === null ? {} : { dateOrder };
    const { value, understood } = normalize(text, { region: null, ...order });
    if (understood) return { value, code: null };
    const short = normalize(text, { region: null, ...order, twoDigitYearPivot: PIVOT });
    if (short.understood) {
      this.#warnings.add('TWO_DIGIT_YEAR', field.name, line);
      return { value: short.value, code: null };
    }
    const serial = this.#options.excelDates === undefined ? null : excelSerialDate(text, { date1904: this.#options.excelDates === '1904' });
    if (serial !== null) return { value: normalize(serial, { region: null }).value, code: null };
    const isAmbiguous = dateOrder === null && dateOrderEvidence(text, PIVOT) === 'either';
    return { value: text, code: excelDateDamage(text) ?? (isAmbiguous ? 'AMBIGUOUS_DATE' : 'NOT_UNDERSTOOD') };
  }

  #legible(raw: string, text: string, name: string, line: number): string {
    const found = findMojibake(raw);
    if (found === null) return text;
    const isRepaired = found.kind === 'proven' && !this.#options.keepMojibake;
    this.#warnings.add(isRepaired ? 'MOJIBAKE_REPAIRED' : 'MOJIBAKE', name, line);
    return isRepaired ? normalizeText(found.text) : text;
  }
}
