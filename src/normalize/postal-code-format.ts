import { normalizeLine } from './line.ts';
import type { Normalized } from './normalizer.ts';
import { onlySigns } from './place.ts';
import { POSTAL_CODE_FORMATS, VEHICLE_SIGNS } from './postal-code-format-tables.ts';

/** No format is longer, with its separators and the sign of the country. */
const MAX_CODE_LENGTH = 20;
const SEPARATORS = /[ \-\u2010-\u2015\u2212\uff0d]/g;
const POSTAL_MARK = /^〒 ?/;

/** One format without its separators, and where those belong. */
interface Format {
  readonly pattern: RegExp;
  /** Position among the characters and the separator that stands before it, from the left. */
  readonly separators: readonly (readonly [position: number, sign: string])[];
}

const compiled = new Map<string, readonly Format[]>();

/**
 * Canonical postal code as its country writes it (`SW1A1AA` → `SW1A 1AA`, `1000001` → `100-0001`), upper case, zeros kept;
 * the sign of the country before it (`D-80331`) is dropped where the format has none. A code that does not fit its country is
 * not understood; without a country, or for one without a known format, a clean line. Format tables: Universal Postal Union.
 * @param context.country ISO 3166-1 alpha-2 code; null when unknown
 */
export function normalizePostalCode(raw: string, context: { readonly country: string | null }): Normalized {
  const { country } = context;
  const formats = country === null ? null : formatsOf(country);
  if (formats === null || country === null) {
    const line = normalizeLine(raw);
    return line === '' ? onlySigns(raw) : { value: line, understood: true };
  }
  const code = raw.length > MAX_CODE_LENGTH * 4 ? null : find(normalizeLine(raw), country, formats);
  return code === null ? onlySigns(raw) : { value: code, understood: true };
}

function find(line: string, country: string, formats: readonly Format[]): string | null {
  if (line.length > MAX_CODE_LENGTH) return null;
  const text = line.replace(POSTAL_MARK, '').toUpperCase();
  const found = arranged(text, formats);
  if (found !== null) return found;
  for (const sign of [country, VEHICLE_SIGNS[country]]) {
    if (sign === undefined || !text.startsWith(sign) || !/^[- ]/.test(text.slice(sign.length))) continue;
    return arranged(text.slice(sign.length + 1), formats);
  }
  return null;
}

function arranged(text: string, formats: readonly Format[]): string | null {
  const compact = text.replace(SEPARATORS, '');
  // More signs than any format has are something else: 1-2-3-4-5.
  if (text.length - compact.length > 3) return null;
  for (const { pattern, separators } of formats) {
    if (!pattern.test(compact)) continue;
    let code = compact;
    for (const [position, sign] of separators) code = code.slice(0, position) + sign + code.slice(position);
    return code;
  }
  return null;
}

function formatsOf(country: string): readonly Format[] | null {
  const known = compiled.get(country);
  if (known !== undefined) return known;
  const list = Object.hasOwn(POSTAL_CODE_FORMATS, country) ? (POSTAL_CODE_FORMATS[country] as string) : null;
  const formats = list === null ? null : list.split('|').map(compile);
  if (formats !== null) compiled.set(country, formats);
  return formats;
}

function compile(format: string): Format {
  const separators: [number, string][] = [];
  let pattern = '';
  for (let i = 0; i < format.length; i++) {
    const sign = format.charAt(i);
    if (sign === ' ' || sign === '-') separators.push([i, sign]);
    else pattern += sign === '9' ? '[0-9]' : sign === 'a' ? '[A-Z]' : sign === 'x' ? '[0-9A-Z]' : sign;
  }
  return { pattern: new RegExp(`^${pattern}$`), separators };
}
