import { callingCodeLength } from './calling-codes.ts';
import { halfWidth } from './half-width.ts';

const MIN_DIGITS = 7;
/** ITU-T E.164 knows no longer number. */
const MAX_DIGITS = 15;
/** No text that holds one number of 15 digits and signs between them is longer. */
const MAX_LENGTH = 60;
const SIGNS = /[\s().\-/\u2010-\u2015\u2212\u200e\u202a-\u202c]/g;
const DIGITS = /^(\+?)(\d{7,20})$/;

/**
 * What a number has in common however it is dialled: the national (significant) number, without calling code and leading
 * zeros; so `+8613800138000` and `13800138000` share one. Of a text that was not understood: its digits without leading
 * zeros. Null unless 7 to 15 digits are left and there is nothing but digits and ordinary signs. A national number of less
 * than 7 digits keeps its calling code. Idempotent. Numbers of different countries may share a key: compare further.
 */
export function phoneKey(phone: string): string | null {
  if (phone.length > MAX_LENGTH) return null;
  const plain = isPlain(phone) ? phone : halfWidth(phone).replace(SIGNS, '');
  const match = DIGITS.exec(plain);
  if (match === null) return null;
  const digits = match[2] as string;
  const national = match[1] === '+' ? significant(digits) : digits;
  const start = zeros(national);
  const length = national.length - start;
  return length < MIN_DIGITS || length > MAX_DIGITS ? null : national.slice(start);
}

/** The national number behind a calling code, where it is long enough to stand for itself. */
function significant(digits: string): string {
  const national = digits.slice(callingCodeLength(digits));
  return national.length - zeros(national) < MIN_DIGITS ? digits : national;
}

function zeros(digits: string): number {
  let count = 0;
  while (digits.charCodeAt(count) === 0x30) count++;
  return count;
}

function isPlain(text: string): boolean {
  for (let i = text.charCodeAt(0) === 0x2b ? 1 : 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
