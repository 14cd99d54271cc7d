import { isCalendarDay } from './date-calendar.ts';

/** Characters of a social credit code by value: digits and letters without I, O, S, V and Z. */
const CREDIT_CODE_CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;
/** Powers of 3 modulo 31. */
const CREDIT_CODE_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const OLD_TAX_NUMBER = /^\d{6}[0-9A-Z]{8}[0-9X]$/;
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const RESIDENT_ID = /^\d{17}[\dX]$/;
const OLD_RESIDENT_ID = /^\d{15}$/;
/** Powers of 2 modulo 11. */
const RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** Check characters by the remainder modulo 11. */
const RESIDENT_CHECKS = '10X98765432';
/** First two digits of the administrative divisions (GB/T 2260); 83 stands for residents from Taiwan. */
const PROVINCES: ReadonlySet<string> = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
);

/** What a resident identity number says of its holder. */
export interface ResidentIdFacts {
  /** `yyyy-mm-dd`. */
  readonly birthday: string;
  readonly gender: 'male' | 'female';
}

/**
 * Whether a compact upper-case text is a unified social credit code (统一社会信用代码) with the right check character.
 * Source: GB 32100-2015.
 */
export function uscCheck(text: string): boolean {
  if (text.length !== 18 || !CREDIT_CODE.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += CREDIT_CODE_CHARACTERS.indexOf(text.charAt(i)) * (CREDIT_CODE_WEIGHTS[i] as number);
  return CREDIT_CODE_CHARACTERS[(31 - (sum % 31)) % 31] === text[17];
}

/**
 * Whether a compact upper-case text is a tax number of 15 characters (税号, until 2015): an administrative division and an
 * organisation code with the right check character. Source: GB 11714-1997.
 */
export function oldTaxNumberCheck(text: string): boolean {
  if (text.length !== 15 || !OLD_TAX_NUMBER.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < 8; i++) sum += Number.parseInt(text.charAt(6 + i), 36) * (ORGANISATION_WEIGHTS[i] as number);
  return '0X987654321'[sum % 11] === text[14];
}

/**
 * Whether a compact upper-case text is a resident identity number (身份证号): 18 characters with the right check character,
 * or 15 digits as issued until 1999, with a province and a day of birth that exist. Source: GB 11643-1999.
 */
export function residentIdCheck(text: string): boolean {
  return residentIdFacts(text) !== null;
}

/** Day of birth and gender by a compact upper-case resident identity number; null where `residentIdCheck` is false. */
export function residentIdFacts(text: string): ResidentIdFacts | null {
  const isOld = text.length === 15;
  if (isOld ? !OLD_RESIDENT_ID.test(text) : text.length !== 18 || !RESIDENT_ID.test(text)) return null;
  // Foreigners with permanent residence have a 9 before the province, since 2023.
  const province = !isOld && text.startsWith('9') ? text.slice(1, 3) : text.slice(0, 2);
  if (!PROVINCES.has(province) || (!isOld && checkCharacter(text) !== text[17])) return null;
  const date = isOld ? `19${text.slice(6, 12)}` : text.slice(6, 14);
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)];
  if (Number(year) < 1800 || !isCalendarDay(Number(year), Number(month), Number(day))) return null;
  // The last digit of the sequence number is odd for men; in the old form it is the last digit of all.
  const isMale = text.charCodeAt(isOld ? 14 : 16) % 2 === 1;
  return { birthday: `${year}-${month}-${day}`, gender: isMale ? 'male' : 'female' };
}

function checkCharacter(text: string): string | undefined {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (text.charCodeAt(i) - 48) * (RESIDENT_WEIGHTS[i] as number);
  return RESIDENT_CHECKS[sum % 11];
}
