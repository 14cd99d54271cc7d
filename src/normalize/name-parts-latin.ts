import { joinWords, nameParts } from './name-culture.ts';
import type { NameCulture, NameParts } from './name-culture.ts';
import { isBoundParticle } from './name-particles.ts';
import { familyFirst } from './name-family-first.ts';
import { isDoubtfulPrefix, isPrefixTitle, isSpanishSir, isSuffixTitle } from './name-titles.ts';
import { isGivenName } from './nicknames.ts';
import { isNoPerson } from './name-order.ts';

const SPANISH = new Set('ES|MX|AR|CO|CL|PE|VE|EC|GT|CU|BO|DO|HN|PY|SV|NI|CR|PA|UY|PR|GQ'.split('|'));
const PORTUGUESE = new Set('BR|PT|AO|MZ|CV|GW|ST|TL'.split('|'));
/** Countries where the last word is mostly no family name: patronymics, single names, or no fixed custom. */
const WITHOUT_FAMILY_NAMES = new Set('ID|MM|ET|ER|MN|SO|AF|LK'.split('|'));
/** Countries where either order is written in Latin letters. */
const EITHER_ORDER = new Set('JP|KR|KP|CN|TW|HK|MO|SG|MY|VN|HU|KH|IN'.split('|'));
const INITIAL = /^\p{L}\.?$|^(?:\p{L}\.)+\p{L}?\.?$/u;
const NO_WORD = /[\d"“”„()[\]{}/@&+*?!:;]/;

/** Divides a name in letters other than those of East Asia. Expects a clean line without `Last, First`. */
export function parseLatin(name: string, country: string | null): NameParts {
  const words = name.split(' ');
  if (isNoPerson(words)) return nameParts('unknown', false);
  const { prefix, names, suffix } = takeTitles(words);
  const titles = { prefix: joinWords(prefix), suffix: joinWords(suffix) };
  if (names.length === 0 || names.some((word) => NO_WORD.test(word))) return nameParts('unknown', false, titles);
  if (names.length === 1) return parseSingle(names[0] as string, titles);
  const units = bindParticles(names);
  // Particles alone: `von Berg`.
  if (units.length === 1) return nameParts('western', false, { ...titles, family: units[0] as string });
  return { ...(familyFirst(units, country) ?? parseUnits(units, country)), ...titles };
}

/** One word: after a title before it a family name (`Mr Smith`); alone it may be either, a given name is likelier. */
function parseSingle(word: string, titles: Pick<NameParts, 'prefix' | 'suffix'>): NameParts {
  if (titles.prefix !== null) return nameParts('western', !INITIAL.test(word), { ...titles, family: word });
  return nameParts('single', false, { ...titles, given: word });
}

function parseUnits(units: readonly string[], country: string | null): NameParts {
  if (country !== null && SPANISH.has(country)) return parseDouble(units, 'spanish');
  if (country !== null && PORTUGUESE.has(country)) return parseDouble(units, 'portuguese');
  const [given = null, ...rest] = units;
  const family = rest.at(-1) as string;
  const middle = rest.slice(0, -1);
  const isLikely = country === null || !(EITHER_ORDER.has(country) || WITHOUT_FAMILY_NAMES.has(country));
  const isTurned = isGivenName(family) && !isGivenName(given ?? '') && !INITIAL.test(given ?? '');
  // `Smith J.` has an initial in place of the given name.
  const certain = isLikely && !isTurned && !INITIAL.test(family) && middle.length < 4 && middle.every(isMiddleName);
  return nameParts('western', certain, { given, middle: joinWords(middle), family });
}

function isMiddleName(word: string): boolean {
  return INITIAL.test(word) || isGivenName(word);
}

/** Spanish and Portuguese names: one or two given names, then one or two family names. */
function parseDouble(units: readonly string[], culture: Extract<NameCulture, 'spanish' | 'portuguese'>): NameParts {
  const second = units[1] as string;
  // Given names with a particle: María del Carmen, José de Jesús; but a family name of de la Cruz is as common.
  const hasTwo = units.length > 2 && (isGivenName(second) || INITIAL.test(second));
  const isBound = units.length > 3 && second.includes(' ');
  const at = hasTwo || isBound ? 2 : 1;
  const families = units.slice(at);
  const isTurned = isGivenName(units.at(-1) as string) && !isGivenName(units[0] as string);
  const isEnough = culture === 'spanish' ? families.length <= 2 : families.length === 1;
  // With four words and an unknown second one, one given and three family names are less likely than two and two.
  const split = families.length === 3 && culture === 'spanish' ? at + 1 : at;
  return nameParts(culture, isEnough && !isTurned && !INITIAL.test(units.at(-1) as string), {
    given: units.slice(0, split).join(' '),
    family: units.slice(split).join(' '),
  });
}

function takeTitles(words: readonly string[]): {
  readonly prefix: readonly string[];
  readonly names: readonly string[];
  readonly suffix: readonly string[];
} {
  let start = 0;
  while (start < words.length - 1 && isPrefixAt(words, start)) start++;
  let end = words.length;
  while (end > start + 1 && isSuffixTitle(words[end - 1] as string)) end--;
  const names = words.slice(start, end).map((word) => word.replace(/[,，]$/, ''));
  return { prefix: words.slice(0, start), names, suffix: words.slice(end).map((word) => word.replace(/[,，]$/, '')) };
}

/** Miss and Don are names too: titles before two words only. `MR` without full stop in `MR Patel` stays a title. */
function isPrefixAt(words: readonly string[], index: number): boolean {
  const word = words[index] as string;
  if (index === 0 && isSpanishSir(word)) return true;
  if (!isPrefixTitle(word)) return false;
  return !isDoubtfulPrefix(word) || words.slice(index + 1).filter((next) => !isSuffixTitle(next)).length > 1;
}

/** Words with each particle joined to the name after it: `Ludwig`, `van Beethoven`. A first word stays alone. */
function bindParticles(words: readonly string[]): readonly string[] {
  const units: string[] = [];
  let pending = '';
  for (const [index, word] of words.entries()) {
    const isOpening = index === 0 && word !== word.toLowerCase();
    if (!isOpening && isBoundParticle(word) && index < words.length - 1) {
      pending += `${word} `;
      continue;
    }
    // Ortega y Gasset: both names are one family name.
    const previous = units.at(-1);
    if (word === 'y' && pending === '' && previous !== undefined && units.length > 1 && index < words.length - 1) {
      units.pop();
      pending = `${previous} y `;
      continue;
    }
    units.push(pending + word);
    pending = '';
  }
  return units;
}
