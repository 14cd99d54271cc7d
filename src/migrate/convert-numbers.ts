import type { ValueLimits } from '../connectors/connector.ts';
import type { Cell, ColumnType } from '../model/table-schema.ts';
import { Converted, type Converter, Unfit } from './conversion-rules.ts';
import { decimalDigits, isDecimalSpecial, numberForm, plainDecimal, roundDecimal } from './decimal-text.ts';

type Of<Kind extends ColumnType['kind']> = Extract<ColumnType, { readonly kind: Kind }>;

const TRUE = new Set(['true', 't', '1', 'yes', 'on']);
const FALSE = new Set(['false', 'f', '0', 'no', 'off']);
const BITS = /^[01]+$/;

/** To true and false: 1 and 0, and the words for them. */
export function toBoolean(): Converter {
  return (cell) => {
    if (typeof cell === 'boolean') return cell;
    const word = String(cell).toLowerCase();
    if (TRUE.has(word)) return true;
    return FALSE.has(word) ? false : new Unfit('NOT_A_BOOLEAN');
  };
}

/** To whole numbers of so many bits; what is no whole number does not fit. */
export function toInteger(source: ColumnType, { bits, unsigned }: Of<'integer'>): Converter {
  const least = unsigned ? 0n : -(1n << BigInt(bits - 1));
  const most = (1n << BigInt(unsigned ? bits : bits - 1)) - 1n;
  const low = Number(least);
  const high = Number(most);
  const big = (value: bigint): Cell | Unfit => {
    if (value < least || value > most) return new Unfit('OUT_OF_RANGE');
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  };
  return (cell) => {
    if (typeof cell === 'number') {
      if (Number.isSafeInteger(cell)) return cell >= low && cell <= high ? cell : new Unfit('OUT_OF_RANGE');
      return Number.isInteger(cell) ? big(BigInt(cell)) : new Unfit('NOT_AN_INTEGER');
    }
    if (typeof cell === 'bigint') return big(cell);
    if (typeof cell === 'boolean') return cell ? 1 : 0;
    if (typeof cell !== 'string') return new Unfit('NOT_AN_INTEGER');
    if (source.kind === 'bits') return BITS.test(cell) ? big(BigInt(`0b${cell}`)) : new Unfit('NOT_AN_INTEGER');
    const plain = plainDecimal(cell.trim());
    if (plain === null) return new Unfit('NOT_AN_INTEGER');
    const [whole = '0', fraction = ''] = plain.split('.');
    return /[1-9]/.test(fraction) ? new Unfit('NOT_AN_INTEGER') : big(BigInt(whole));
  };
}

/** The text of a number as it counts by value; null: no number. */
function numberText(cell: Cell): string | null {
  if (typeof cell === 'number') return Number.isFinite(cell) ? plainDecimal(String(cell)) : String(cell);
  if (typeof cell === 'bigint') return String(cell);
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  if (typeof cell !== 'string') return null;
  return isDecimalSpecial(cell) ? cell : plainDecimal(cell.trim());
}

/** To exact decimals: rounded behind the last place; too many digits before the point do not fit. */
export function toDecimal(target: Of<'decimal'>, limits: ValueLimits): Converter {
  const precision = lesser(target.precision, limits.decimalPrecision);
  const scale = lesser(target.precision === null ? null : (target.scale ?? 0), limits.decimalScale);
  const whole = precision === null ? null : precision - (target.precision === null ? 0 : (scale ?? 0));
  return (cell) => {
    const text = numberText(cell);
    if (text === null) return new Unfit('NOT_A_NUMBER');
    if (isDecimalSpecial(text)) return limits.decimalSpecials ? text : special(text === 'NaN');
    if (scale === null && whole === null) return text;
    const rounded = scale === null ? text : roundDecimal(text, scale);
    if (whole !== null && rounded.length > whole && decimalDigits(rounded).whole > whole) return new Unfit('OUT_OF_RANGE');
    if (rounded === text) return fitted(text, precision);
    return decimalDigits(text).fraction > (scale as number) ? new Converted(rounded, 'DECIMAL_ROUNDED') : rounded;
  };
}

/** Where all digits count together, those behind the point make room for those before it. */
function fitted(text: string, precision: number | null): Cell | Converted {
  if (precision === null || text.length <= precision) return text;
  const { whole, fraction } = decimalDigits(text);
  return whole + fraction > precision ? new Converted(roundDecimal(text, precision - whole), 'DECIMAL_ROUNDED') : text;
}

function special(isNoNumber: boolean): Converted {
  return new Converted(null, isNoNumber ? 'NOT_A_NUMBER_TO_NULL' : 'INFINITY_TO_NULL');
}

function lesser(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

/** To floating point: the nearest number, reported where it is another one. */
export function toFloat(source: ColumnType, target: Of<'float'>, limits: ValueLimits): Converter {
  const isShort = target.bits === 32 && !(source.kind === 'float' && source.bits === 32);
  const checked = (value: number, exact: boolean): Cell | Converted | Unfit => {
    if (!Number.isFinite(value)) return limits.floatSpecials ? value : special(Number.isNaN(value));
    if (!isShort) return exact ? value : new Converted(value, 'FLOAT_ROUNDED');
    const short = Math.fround(value);
    if (!Number.isFinite(short)) return new Unfit('OUT_OF_RANGE');
    return short === value && exact ? value : new Converted(short, 'FLOAT_ROUNDED');
  };
  return (cell) => {
    if (typeof cell === 'number') return checked(cell, true);
    const text = numberText(cell);
    if (text === null) return new Unfit('NOT_A_NUMBER');
    const value = Number(text);
    if (isDecimalSpecial(text)) return checked(value, true);
    if (!Number.isFinite(value)) return new Unfit('OUT_OF_RANGE');
    if (isShort && shortForm(value) === numberForm(text)) return Math.fround(value);
    return checked(value, numberForm(String(value)) === numberForm(text));
  };
}

/** The shortest decimal that a 32-bit float is read from. */
function shortForm(value: number): string | null {
  const short = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = short.toPrecision(digits);
    if (Math.fround(Number(text)) === short) return numberForm(text);
  }
  return numberForm(String(short));
}

/** To strings of 0 and 1; whole numbers are written in binary. */
export function toBits({ length, fixed }: Of<'bits'>): Converter {
  return (cell) => {
    const isNumber = typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean';
    if (isNumber && (Number(cell) < 0 || !Number.isInteger(Number(cell)))) return new Unfit('NOT_BITS');
    const text = isNumber ? BigInt(cell).toString(2) : cell;
    if (typeof text !== 'string' || !/^[01]*$/.test(text)) return new Unfit('NOT_BITS');
    if (length === null || text.length === length) return text;
    if (text.length > length) return new Unfit('TOO_LONG');
    return fixed && isNumber ? text.padStart(length, '0') : fixed ? new Unfit('NOT_BITS') : text;
  };
}
