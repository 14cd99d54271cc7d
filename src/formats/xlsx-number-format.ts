import { type DateKind, dateText } from './xlsx-date.ts';
import { maskOf, numberText } from './xlsx-number.ts';

/** Turns the number of a cell, as the file has it, into the text that stands for it. */
export type NumberFormat = (value: string) => string;

const BUILT_IN: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  39: '#,##0.00',
  40: '#,##0.00',
  44: '#,##0.00',
};
const TIMES: ReadonlySet<number> = new Set([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56]);
/** Dates in every language version; 27 to 36 and 50 to 58 are those of East Asia. */
const DATES: readonly (readonly [from: number, to: number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];
/** Texts in quotes, escaped and spaced characters, conditions, colours and languages: no part of the pattern itself. */
const LITERALS = /"[^"]*"?|\\.|[_*].|\[[^\]]*\]?/g;
const ELAPSED = /\[(?:h+|m+|s+)\]/i;

/**
 * The format of cells with that number format ([ECMA-376] section 18.8.30 f.).
 * @param code of formats that the file defines itself
 */
export function numberFormat(id: number, code: string | undefined, is1904: boolean): NumberFormat {
  const kind = code === undefined ? builtInKind(id) : dateKind(code);
  if (kind !== null) return (value) => dateText(Number(value), kind, is1904) ?? numberText(value, 0, false);
  const pattern = code ?? BUILT_IN[id] ?? 'General';
  const section = sections(pattern)[0] as string;
  const plain = section.replace(LITERALS, '');
  if (/general|@|[eE][+-]|\//i.test(plain) || !/[0#]/.test(plain)) return (value) => numberText(value, 0, false);
  const mask = maskOf(sections(pattern));
  const decimals = /\.(0+)/.exec(plain)?.[1]?.length ?? 0;
  const isPercent = plain.includes('%');
  return (value) => mask?.(value) ?? numberText(value, decimals, isPercent);
}

function builtInKind(id: number): DateKind | null {
  if (id === 46) return 'elapsed';
  if (TIMES.has(id)) return 'time';
  if (id === 22) return 'datetime';
  return DATES.some(([from, to]) => id >= from && id <= to) ? 'date' : null;
}

function dateKind(code: string): DateKind | null {
  const section = sections(code)[0] as string;
  const pattern = section.replace(LITERALS, '').toLowerCase();
  if (pattern.includes('general')) return null;
  if (ELAPSED.test(section)) return 'elapsed';
  const hasTime = /h|s|am\/pm|a\/p|上午|下午/.test(pattern);
  const letters = pattern.replace(/am\/pm|a\/p|上午\/下午/g, '').replace(/s\.0+/g, 's');
  if (/[0#?%@]/.test(letters) || !/[ymdhs]/.test(letters)) return null;
  if (!hasTime) return 'date';
  return /[yd]/.test(letters) || /m{3,}/.test(letters) ? 'datetime' : 'time';
}

/** The parts for positive, negative and zero values. */
function sections(code: string): string[] {
  return code.match(/(?:"[^"]*"?|\\.|\[[^\]]*\]?|[^;"\\[])+/g) ?? [code];
}
