import { createRequire } from 'node:module';
import { fold } from '../model/fold.ts';

/** Languages whose country names are understood. */
const LANGUAGES = ['en', 'zh', 'de', 'fr', 'es', 'it', 'pt', 'ja', 'nl', 'ru', 'ko', 'pl', 'sv', 'tr'] as const;

const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
const require = createRequire(import.meta.url);
let names: ReadonlyMap<string, string> | undefined;

/** Folds a country's name for comparison: case, accents, width, dots, punctuation and a leading `the` do not matter. */
export function countryKey(name: string): string {
  const key = fold(name).replaceAll('.', '').replace(SIGNS, ' ').trim();
  return key.startsWith('the ') ? key.slice(4) : key;
}

/**
 * Alpha-2 code by `countryKey` of every name in the languages above, and by alpha-3 and numeric code (ISO 3166-1, from
 * i18n-iso-countries). A name that means two countries is left out. Read on first use: some ten files.
 */
export function countryNames(): ReadonlyMap<string, string> {
  names ??= load();
  return names;
}

function load(): ReadonlyMap<string, string> {
  const found = new Map<string, string | null>();
  for (const language of LANGUAGES) {
    const { countries } = require(`i18n-iso-countries/langs/${language}.json`) as { countries: Record<string, string | string[]> };
    for (const [code, texts] of Object.entries(countries)) {
      for (const text of typeof texts === 'string' ? [texts] : texts) {
        const key = countryKey(text);
        found.set(key, (found.get(key) ?? code) === code && found.get(key) !== null ? code : null);
      }
    }
  }
  for (const [alpha2, alpha3, numeric] of require('i18n-iso-countries/codes.json') as [string, string, string][]) {
    found.set(alpha3.toLowerCase(), alpha2).set(numeric, alpha2);
  }
  return new Map([...found].filter((entry): entry is [string, string] => entry[1] !== null));
}
