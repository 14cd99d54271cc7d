import { currencyDecimals } from '../model/currency.ts';
import { halfWidth } from './half-width.ts';
import { chineseUnitPower, shiftDecimals } from './money-chinese.ts';
import { normalizeText } from './text.ts';

/** An amount in minor units of a currency (ISO 4217). */
export interface Money {
  readonly minor: number;
  readonly currency: string;
}

/** Why a text is no amount: a stable name for machines. */
export type MoneyProblem =
  | 'NOT_AN_AMOUNT'
  | 'AMBIGUOUS_AMOUNT'
  | 'AMOUNT_TOO_PRECISE'
  | 'AMOUNT_TOO_LARGE'
  | 'NO_CURRENCY'
  | 'CURRENCY_CONFLICT';

/** What is known of an amount beside its text. */
export interface MoneyContext {
  /** ISO 4217 code that the row or the header names; a sign in the amount must agree with it. */
  readonly currency: string | null;
  /** Code where nothing else names one; it also decides signs of several currencies (`$`, `¥`, `kr`). */
  readonly fallback: string | null;
  /** The decimal sign of the column, null where it is not known. */
  readonly decimal: '.' | ',' | null;
}

/** Larger amounts, in whole units, are no amounts: totals of many orders must fit into 64 bits with four decimals. */
const MAX_UNITS = 10 ** 13;
const MAX_LENGTH = 60;
/** Signs and words for currencies, longest first where one begins another. */
const SIGNS: readonly (readonly [sign: string, currencies: string])[] = [
  ['us$', 'USD'],
  ['ca$', 'CAD'],
  ['c$', 'CAD'],
  ['au$', 'AUD'],
  ['a$', 'AUD'],
  ['nz$', 'NZD'],
  ['hk$', 'HKD'],
  ['nt$', 'TWD'],
  ['s$', 'SGD'],
  ['r$', 'BRL'],
  ['mx$', 'MXN'],
  ['$', 'USD CAD AUD NZD HKD TWD SGD MXN ARS CLP COP'],
  ['cn¥', 'CNY'],
  ['jp¥', 'JPY'],
  ['¥', 'CNY JPY'],
  ['人民币', 'CNY'],
  ['rmb', 'CNY'],
  ['元', 'CNY TWD HKD'],
  ['日元', 'JPY'],
  ['円', 'JPY'],
  ['美元', 'USD'],
  ['欧元', 'EUR'],
  ['港元', 'HKD'],
  ['港币', 'HKD'],
  ['新台币', 'TWD'],
  ['英镑', 'GBP'],
  ['€', 'EUR'],
  ['euro', 'EUR'],
  ['£', 'GBP EGP'],
  ['₹', 'INR'],
  ['₩', 'KRW'],
  ['₽', 'RUB'],
  ['₺', 'TRY'],
  ['฿', 'THB'],
  ['₫', 'VND'],
  ['₪', 'ILS'],
  ['₴', 'UAH'],
  ['zł', 'PLN'],
  ['kč', 'CZK'],
  ['ft', 'HUF'],
  ['kr', 'SEK NOK DKK ISK'],
  ['kr.', 'DKK NOK SEK ISK'],
  ['fr.', 'CHF'],
];
const CURRENCIES_BY_SIGN: ReadonlyMap<string, readonly string[]> = new Map(SIGNS.map(([sign, list]) => [sign, list.split(' ')]));
/** Sign before, currency before, sign, the number, Chinese unit, currency after, sign after. */
const PARTS =
  /^([-+]?)\s*([^\d\s.,'’()+-][^\d\s,'’()+-]*)?\s*([-+]?)\s*(\d[\d.,'’ ]*?|[.,]\d+)\s*([万萬亿億]?)\s*([^\d\s.,'’()+-][^\d\s,'’()+-]*)?\s*(-?)$/;
const BLANKS = /[\u00a0\u2007\u2009\u202f]/g;
const CODE = /^[a-z]{3}$/;
/** Three digits behind the only sign. */
const IN_DOUBT = /^[1-9]\d{0,2}[.,]\d{3}$/;

/**
 * The ISO 4217 code of a currency written as a code, a sign or a word (`EUR`, `€`, `人民币`); null where it is none, or stands
 * for several.
 */
export function normalizeCurrency(raw: string): string | null {
  const currencies = currenciesOf(plain(raw));
  return currencies?.length === 1 ? (currencies[0] as string) : null;
}

/**
 * An amount, exact: `1,234.50`, `1.234,50 €`, `¥1,234`, `(12.00)`, `-5`, `1 234,5 EUR`, `1'234.50 CHF`,
 * `1.5万元`. A comma or point
 * that can be read in two ways is not read at all. Source: minor units by ISO 4217.
 */
export function parseMoney(raw: string, { currency, fallback, decimal }: MoneyContext): Money | MoneyProblem {
  if (raw.length > MAX_LENGTH) return 'NOT_AN_AMOUNT';
  const text = plain(raw).replace(BLANKS, ' ').replaceAll('\u2212', '-');
  const bracketed = /^\((.*)\)$/.exec(text);
  const match = PARTS.exec(bracketed === null ? text : (bracketed[1] as string).trim());
  if (match === null) return 'NOT_AN_AMOUNT';
  const signs = [match[1], match[3], match[7]].filter((sign) => sign !== '' && sign !== undefined);
  if (signs.length + (bracketed === null ? 0 : 1) > 1) return 'NOT_AN_AMOUNT';
  const power = chineseUnitPower(match[5]);
  const written = [match[2], match[6]].flatMap((part) => (part === undefined ? [] : [currenciesOf(part.trim())]));
  if (written.includes(null)) return 'NOT_AN_AMOUNT';
  const code = chosen(written as string[][], currency, fallback);
  if (code === null) return 'NO_CURRENCY';
  if (code === 'CURRENCY_CONFLICT') return code;
  const minor = minorOf((match[4] as string).trim(), currencyDecimals(code), decimal, power);
  if (typeof minor === 'string') return minor;
  const isNegative = bracketed !== null || signs[0] === '-';
  return { minor: isNegative && minor !== 0 ? -minor : minor, currency: code };
}

/** Half-width, lower case. */
function plain(raw: string): string {
  return halfWidth(normalizeText(raw)).replaceAll('￥', '¥').replaceAll('￡', '£').toLowerCase();
}

function currenciesOf(text: string): readonly string[] | null {
  const known = CURRENCIES_BY_SIGN.get(text);
  if (known !== undefined) return known;
  return CODE.test(text) && isCurrencyCode(text.toUpperCase()) ? [text.toUpperCase()] : null;
}

/** Codes in use, as the runtime's copy of ISO 4217 has them. */
let codes: ReadonlySet<string> | null = null;

function isCurrencyCode(code: string): boolean {
  codes ??= new Set(Intl.supportedValuesOf('currency'));
  return codes.has(code);
}

/** The one currency that everything that was written agrees with; null where nothing names one. */
function chosen(
  written: readonly (readonly string[])[],
  given: string | null,
  fallback: string | null,
): string | 'CURRENCY_CONFLICT' | null {
  if (given !== null) return written.every((currencies) => currencies.includes(given)) ? given : 'CURRENCY_CONFLICT';
  const [first, ...others] = written;
  if (first === undefined) return fallback;
  const common = first.filter((code) => others.every((currencies) => currencies.includes(code)));
  if (common.length === 0) return 'CURRENCY_CONFLICT';
  if (common.length === 1) return common[0] as string;
  return fallback !== null && common.includes(fallback) ? fallback : null;
}

/** Minor units of an unsigned number as it is written, times ten to a power. */
function minorOf(text: string, decimals: number, decimal: '.' | ',' | null, power: number): number | MoneyProblem {
  // Behind 万 or 亿 numbers are written as in Chinese: the point begins decimals.
  const mark = decimalMark(text, decimals, power === 0 ? decimal : (decimal ?? '.'));
  if (mark === 'AMBIGUOUS_AMOUNT' || mark === 'NOT_AN_AMOUNT') return mark;
  const at = mark === null ? text.length : text.lastIndexOf(mark);
  const whole = text.slice(0, at);
  const fraction = text.slice(at + 1);
  if (!isGrouped(whole) || !/^\d*$/.test(fraction)) return 'NOT_AN_AMOUNT';
  const shifted = shiftDecimals(whole.replaceAll(/\D/g, ''), fraction, power);
  const digits = shifted.whole.replace(/^0+(?=\d)/, '');
  const significant = shifted.fraction.replace(/0+$/, '');
  if (significant.length > decimals) return 'AMOUNT_TOO_PRECISE';
  if (digits.length > 14 || Number(digits) > MAX_UNITS) return 'AMOUNT_TOO_LARGE';
  return Number(digits) * 10 ** decimals + Number(significant.padEnd(decimals, '0') || '0');
}

/** Which sign begins the decimals of a number; null: it has none. */
function decimalMark(text: string, decimals: number, decimal: '.' | ',' | null): '.' | ',' | 'AMBIGUOUS_AMOUNT' | 'NOT_AN_AMOUNT' | null {
  const points = text.split('.').length - 1;
  const commas = text.split(',').length - 1;
  if (points + commas === 0) return null;
  if (points > 0 && commas > 0) {
    const mark = text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
    const isOnce = (mark === '.' ? points : commas) === 1;
    return isOnce && (decimal === null || decimal === mark) ? mark : 'NOT_AN_AMOUNT';
  }
  const mark = points > 0 ? '.' : ',';
  if (decimal !== null) return decimal === mark ? (points + commas === 1 ? mark : 'NOT_AN_AMOUNT') : null;
  if (points + commas > 1) return null;
  return IN_DOUBT.test(text) ? mostLikely(mark, decimals) : mark;
}

/**
 * Three digits behind the only sign: a group of thousands, or decimals? Amounts of most currencies are never written with
 * three decimals behind a comma; behind a point programs write them so.
 */
function mostLikely(mark: '.' | ',', decimals: number): '.' | 'AMBIGUOUS_AMOUNT' | null {
  if (mark === ',') return decimals >= 3 ? 'AMBIGUOUS_AMOUNT' : null;
  return decimals >= 3 ? '.' : 'AMBIGUOUS_AMOUNT';
}

/** Digits alone, or in groups of three (Indian: two, the last of three) behind one and the same sign. */
function isGrouped(whole: string): boolean {
  return whole === '' || /^\d+$/.test(whole) || /^\d{1,3}([.,'’ ])\d{3}(\1\d{3})*$/.test(whole) || /^\d{1,2}(,\d{2})+,\d{3}$/.test(whole);
}

/** What a text proves about the decimal sign of its column: the sign, or null where it proves nothing. */
export function provenDecimal(raw: string): '.' | ',' | null {
  if (raw.length > MAX_LENGTH) return null;
  const match = /(\d[\d.,'’ ]*|[.,]\d+)/.exec(halfWidth(raw).replace(BLANKS, ' '));
  if (match === null) return null;
  const text = (match[0] as string).trim();
  const [points, commas] = [text.split('.').length - 1, text.split(',').length - 1];
  if (points + commas === 0) return null;
  if (points > 0 && commas > 0) {
    const mark = text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
    return (mark === '.' ? points : commas) === 1 ? mark : null;
  }
  const mark = points > 0 ? '.' : ',';
  if (points + commas > 1) return isGrouped(text) ? (mark === '.' ? ',' : '.') : null;
  return IN_DOUBT.test(text) ? null : mark;
}

/** Whether the only comma or point of an amount may stand before decimals or before thousands. */
export function isInDoubt(raw: string): boolean {
  return raw.length <= MAX_LENGTH && /^[^\d.,]*[1-9]\d{0,2}[.,]\d{3}(?!\s*[万萬亿億])[^\d.,]*$/.test(halfWidth(raw));
}
