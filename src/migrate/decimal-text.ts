const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;
const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
/** Zeros that a plain notation may have to write; beyond that no database goes. */
const MAX_SHIFT = 200_000;

/** Whether a decimal is one of those that are no number of digits. */
export function isDecimalSpecial(text: string): boolean {
  return text === 'NaN' || text === 'Infinity' || text === '-Infinity';
}

/** A number in plain notation, `1E2` as `100`; the zeros at its end stay. null: no number. */
export function plainDecimal(text: string): string | null {
  if (PLAIN.test(text)) return text;
  const parts = NUMBER.exec(text);
  if (parts === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const digits = whole + fraction;
  const shift = Number(exponent);
  if (digits === '' || Math.abs(shift) > MAX_SHIFT) return null;
  const point = whole.length + shift;
  const padded = point > digits.length ? digits.padEnd(point, '0') : point < 0 ? '0'.repeat(-point) + digits : digits;
  const at = Math.max(point, 0);
  const head = padded.slice(0, at).replace(/^0+(?=\d)/, '') || '0';
  const tail = padded.slice(at);
  return `${sign === '-' ? '-' : ''}${head}${tail === '' ? '' : `.${tail}`}`;
}

/**
 * A form in which two numbers are the same text when they are the same number: significant digits and exponent, `15e-1`.
 * null: no number.
 */
export function numberForm(text: string): string | null {
  const parts = NUMBER.exec(text);
  if (parts === null) return isDecimalSpecial(text) ? text : null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const all = whole + fraction;
  if (all === '') return null;
  let start = 0;
  while (start < all.length && all.charCodeAt(start) === 48) start++;
  if (start === all.length) return '0';
  let end = all.length;
  while (all.charCodeAt(end - 1) === 48) end--;
  const power = Number(exponent) - fraction.length + (all.length - end);
  return `${sign === '-' ? '-' : ''}${all.slice(start, end)}${power === 0 ? '' : `e${power}`}`;
}

/** Rounds a plain decimal to so many digits after the point, half away from zero. */
export function roundDecimal(plain: string, scale: number): string {
  const point = plain.indexOf('.');
  if (point < 0 || plain.length - point - 1 <= scale) return plain;
  const negative = plain.startsWith('-');
  const kept = plain.slice(negative ? 1 : 0, point) + plain.slice(point + 1, point + 1 + scale);
  const up = plain.charCodeAt(point + 1 + scale) >= 53 ? 1n : 0n;
  const digits = String(BigInt(kept) + up).padStart(scale + 1, '0');
  const at = digits.length - scale;
  const rounded = scale === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
  return negative && /[1-9]/.test(rounded) ? `-${rounded}` : rounded;
}

/** Digits before the point, without zeros at the start, and after it, without zeros at the end. */
export function decimalDigits(plain: string): { readonly whole: number; readonly fraction: number } {
  const [head = '', tail = ''] = plain.replace('-', '').split('.');
  return { whole: head.replace(/^0+/, '').length, fraction: tail.replace(/0+$/, '').length };
}
