import { fold } from '../model/fold.ts';
import { LANGUAGE_NAMES } from './language-names.ts';
import { normalizeLine } from './line.ts';
import type { Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';

const MAX_LENGTH = 80;
const MEMO_LIMIT = 4096;
const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
/** A language of two or three letters and at most four subtags; `_` and a character set as POSIX locales have them. */
const TAG = /^([a-z]{2,3})((?:[-_][a-z0-9]{1,8}){0,6})(?:\.[a-z0-9-]{1,20})?(?:@[a-z]{1,12})?$/i;
/** Codes of ISO 639-2 that say that there is no language, or not which. */
const NO_LANGUAGE: ReadonlySet<string> = new Set(['und', 'mis', 'mul', 'zxx', 'root']);
/** Languages of ISO 639-1, and some more that have names in many languages. */
const CODES =
  'aa ab af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cs cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi hr ht hu hy hz id ig ii is it iu ja jv ka ki kk kl km kn ko ks ku kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne nl nn no nv ny oc om or os pa pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tn to tr ts tt tw ty ug uk ur uz ve vi wo xh yi yo za zh zu fil yue ckb haw ceb gsw zh-Hans zh-Hant pt-BR pt-PT en-US en-GB en-AU en-CA fr-CA fr-CH de-AT de-CH es-MX es-ES es-419 nl-BE sr-Latn sr-Cyrl';
/** Languages in which customer files name languages. */
const READERS = 'en zh zh-Hant de fr es pt it nl ja ko ru pl sv da nb fi cs hu tr ar vi id th el he uk ro';

const memo = new Map<string, Normalized>();
let aliases: ReadonlyMap<string, string> | undefined;
let names: ReadonlyMap<string, string> | undefined;
let english: Intl.DisplayNames | undefined;
let englishRegions: Intl.DisplayNames | undefined;

/**
 * Canonical language tag (BCP 47, RFC 5646; case of CLDR): `en_US` → `en-US`, codes of ISO 639-2 (`ger`, `deu` → `de`), and
 * names of languages in many languages (`简体中文` → `zh-Hans`). A tag whose language or region is not assigned is not
 * understood.
 */
export function normalizeLanguage(raw: string): Normalized {
  const remembered = memo.get(raw);
  if (remembered !== undefined) return remembered;
  const value = raw.length > MAX_LENGTH ? undefined : find(normalizeLine(raw));
  const text = value ?? normalizeText(raw);
  const result = Object.freeze({ value: text, understood: value !== undefined || text === '' });
  if (raw.length <= MAX_LENGTH) {
    if (memo.size >= MEMO_LIMIT) memo.clear();
    memo.set(raw, result);
  }
  return result;
}

function find(line: string): string | undefined {
  if (line === '') return undefined;
  const key = fold(line).replace(SIGNS, ' ').trim();
  aliases ??= loadAliases();
  return (
    aliases.get(key) ??
    aliases.get(key.replaceAll(' ', '')) ??
    tagOf(line) ??
    (/^[\p{L}\p{M}\p{N} ]+$/u.test(key) ? nameOf(key) : undefined)
  );
}

function tagOf(line: string): string | undefined {
  const match = TAG.exec(line);
  if (match === null || NO_LANGUAGE.has((match[1] as string).toLowerCase())) return undefined;
  const tag = canonicalTag(`${match[1]}${(match[2] as string).replaceAll('_', '-')}`);
  if (tag === undefined) return undefined;
  english ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  englishRegions ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const { language, region } = new Intl.Locale(tag);
  if (NO_LANGUAGE.has(language) || english.of(language) === undefined) return undefined;
  if (region !== undefined && (region === 'ZZ' || englishRegions.of(region) === undefined)) return undefined;
  // Some old codes take two steps to the one in use.
  return canonicalTag(tag) === tag ? tag : undefined;
}

function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    // A RangeError: not a well-formed tag.
    return undefined;
  }
}

function nameOf(key: string): string | undefined {
  names ??= loadNames();
  return names.get(key);
}

function loadAliases(): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const [tag, list] of Object.entries(LANGUAGE_NAMES)) {
    for (const name of list.split('|')) table.set(name, tag);
  }
  return table;
}

/** Names of the languages in the languages above, and in themselves (CLDR, as ICU has it; some 30 ms, once). */
function loadNames(): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  const codes = CODES.split(' ');
  const add = (reader: string, list: readonly string[]) => {
    const display = new Intl.DisplayNames([reader], { type: 'language', fallback: 'none' });
    for (const code of list) {
      const name = display.of(code);
      const key = name === undefined ? '' : fold(name).replace(SIGNS, ' ').trim();
      if (key !== '' && !table.has(key)) table.set(key, code);
    }
  };
  for (const reader of READERS.split(' ')) add(reader, codes);
  for (const code of codes) add(code, [code]);
  return table;
}
