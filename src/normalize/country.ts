import { countryAliases } from './country-aliases.ts';
import { countryKey, countryNames } from './country-names.ts';
import type { Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';

/** Every alpha-2 code of ISO 3166-1, and XK (Kosovo), which ISO leaves to its users. */
const CODES =
  'ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZ' +
  'ECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZ' +
  'LALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQA' +
  'RERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW';

/** The longest name of a country has some 60 letters. */
const MAX_NAME_LENGTH = 120;
const MEMO_LIMIT = 4096;

/** The ready result of each code, by its two letters: row × 26 + column. */
const byLetters: (Normalized | undefined)[] = new Array(26 * 26).fill(undefined);
for (let i = 0; i < CODES.length; i += 2) {
  const value = CODES.slice(i, i + 2);
  byLetters[letterIndex(value)] = Object.freeze({ value, understood: true });
}
const memo = new Map<string, Normalized>();

/**
 * ISO 3166-1 alpha-2 code from alpha-2, alpha-3, three-digit numeric code, or a name in one of many languages. Parts of the
 * United Kingdom are GB. A name that means two countries (Congo) is not understood.
 */
export function normalizeCountry(raw: string): Normalized {
  if (raw.length === 2) {
    const known = byLetters[letterIndex(raw)];
    if (known !== undefined && known.value === raw) return known;
  }
  const remembered = memo.get(raw);
  if (remembered !== undefined) return remembered;
  const code = raw.length > MAX_NAME_LENGTH ? undefined : find(raw);
  const result = code === undefined ? { value: normalizeText(raw), understood: false } : (byLetters[letterIndex(code)] as Normalized);
  if (raw.length <= MAX_NAME_LENGTH) {
    if (memo.size >= MEMO_LIMIT) memo.clear();
    memo.set(raw, result);
  }
  return result;
}

/** Whether the text is an alpha-2 code as it is stored: two capital letters that mean a country. */
export function isRegionCode(text: string): boolean {
  return text.length === 2 && byLetters[letterIndex(text)]?.value === text;
}

function find(raw: string): string | undefined {
  const key = countryKey(raw);
  if (key === '') return undefined;
  const alias = countryAliases().get(key);
  if (alias !== undefined) return alias;
  const upper = key.toUpperCase();
  return isRegionCode(upper) ? upper : countryNames().get(key);
}

/** Index of two capital letters; anything else gives an index without an entry or one whose value differs. */
function letterIndex(text: string): number {
  return (text.charCodeAt(0) - 65) * 26 + (text.charCodeAt(1) - 65);
}
