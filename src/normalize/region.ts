import { fold } from '../model/fold.ts';
import { chineseProvince } from './chinese-divisions.ts';
import { foldHan } from './han-fold.ts';
import { normalizeLine } from './line.ts';
import type { Normalized } from './normalizer.ts';
import { normalizePlace, onlySigns } from './place.ts';
import { AUSTRALIAN_STATES, CANADIAN_PROVINCES } from './region-commonwealth.ts';
import { AMERICAN_STATES } from './region-us.ts';
import { normalizeText } from './text.ts';

/** No name of a region in the tables is longer. */
const MAX_NAME_LENGTH = 80;
const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
const HAN_WORD = /^[\u3400-\u9fff]{2,8}$/;
/** 省 and the like in Latin letters: `Guangdong Sheng`, `Shanghai City`, `Guangxi Zhuang Autonomous Region`. */
const LATIN_KIND = / (?:province|sheng|shi|city|municipality|zizhiqu|autonomous region|sar|special administrative region)$/;
/** They have codes of their own in ISO 3166-1: without the country nothing says that a region of China is meant. */
const COUNTRIES_TOO: ReadonlySet<string> = new Set(['台湾省', '香港特别行政区', '澳门特别行政区']);
/** Countries whose regions are a closed list. */
const CLOSED: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ['US', AMERICAN_STATES],
  ['CA', CANADIAN_PROVINCES],
  ['AU', AUSTRALIAN_STATES],
]);
const tables = new Map<Readonly<Record<string, string>>, ReadonlyMap<string, string>>();

/**
 * Canonical state or province. US, CA, AU: the postal code of the state (`California` → `CA`). CN: the official Chinese name
 * of GB/T 2260 (`广东`, `Guangdong` → `广东省`), which a search for the short name finds too; the same for a Han name of the
 * mainland where no country is known. Elsewhere a clean line in title case. Not understood: a name that is not on the list
 * of a country that has one.
 * @param context.country ISO 3166-1 alpha-2 code; null when unknown
 */
export function normalizeRegion(raw: string, context: { readonly country: string | null }): Normalized {
  const { country } = context;
  const states = country === null ? undefined : CLOSED.get(country);
  if (states !== undefined) return listed(raw, stateCode(raw, states));
  if (country === 'CN') return listed(raw, provinceName(raw));
  const line = normalizeLine(raw);
  if (line === '') return onlySigns(raw);
  if (country !== null) return isAbbreviation(line) ? { value: line, understood: true } : normalizePlace(raw);
  const province = HAN_WORD.test(line) ? chineseProvince(foldHan(line))?.name : undefined;
  return { value: province === undefined || COUNTRIES_TOO.has(province) ? line : province, understood: true };
}

function listed(raw: string, value: string | undefined): Normalized {
  if (value !== undefined) return { value, understood: true };
  const text = normalizeText(raw);
  return { value: text, understood: text === '' };
}

/** `NRW`, `by`, `SP`: codes are left as they come, in either case. */
function isAbbreviation(line: string): boolean {
  return line.length <= 3 && /^[A-Za-z]+$/.test(line);
}

function stateCode(raw: string, states: Readonly<Record<string, string>>): string | undefined {
  if (raw.length > MAX_NAME_LENGTH) return undefined;
  let table = tables.get(states);
  if (table === undefined) {
    table = tableOf(states);
    tables.set(states, table);
  }
  return table.get(raw) ?? table.get(key(raw)) ?? table.get(key(raw).replaceAll(' ', ''));
}

function tableOf(words: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const [code, names] of Object.entries(words)) {
    for (const name of [code, code.toLowerCase(), ...names.split('|')]) table.set(name, code);
  }
  return table;
}

function provinceName(raw: string): string | undefined {
  const known = chineseProvince(raw);
  if (known !== undefined && raw.charCodeAt(0) > 0x7f) return known.name;
  if (raw.length > MAX_NAME_LENGTH) return undefined;
  const name = key(raw).replace(LATIN_KIND, '').replaceAll(' ', '');
  const bare = name.replace(/^(?:中华人民共和国|中国)/, '');
  const found = chineseProvince(bare);
  if (found !== undefined) return found.name;
  // 广西省, 新疆省: many write the kind that most provinces have.
  const region = bare.endsWith('省') ? chineseProvince(bare.slice(0, -1))?.name : undefined;
  return region?.endsWith('自治区') ? region : undefined;
}

function key(raw: string): string {
  return foldHan(fold(normalizeLine(raw)))
    .replace(/['’]/g, '')
    .replace(SIGNS, ' ')
    .trim();
}
