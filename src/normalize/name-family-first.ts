import { fold } from '../model/fold.ts';
import { isPinyinSurname, isStrongPinyinSurname } from './chinese-surnames.ts';
import { joinWords, nameParts } from './name-culture.ts';
import type { NameParts } from './name-culture.ts';
import { isKoreanSurname } from './name-east-asian.ts';
import { isVietnameseSurname } from './name-particles.ts';
import { countPinyinSyllables } from './name-syllables.ts';
import { isGivenName } from './nicknames.ts';

const UPPER = /\p{Lu}/u;
const LOWER = /\p{Ll}/u;
const VIETNAMESE_MARKS = /[ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ]/i;
const VOWEL = /[aeiouyà-öø-ÿ]/i;
/** Vietnamese family names that are names elsewhere too: they count beside Vietnamese marks or in Vietnam. */
const OTHER_VIETNAMESE = new Set(
  'le|do|ho|ly|lam|mai|ha|ta|to|chu|kieu|quach|la|phung|tang|vuong|lu|quan|nghiem|van|au|an|bach'.split('|'),
);
const CHINESE = new Set('CN|TW|HK|MO|SG|MY'.split('|'));
/** Common Hungarian given names, folded. */
const HUNGARIAN = new Set(
  (
    'adam|agnes|akos|andras|andrea|aniko|anna|antal|aron|attila|balazs|balint|barbara|beata|bela|bence|csaba|csilla|daniel|david|denes|dora|edit|emese|endre|eniko|' +
    'erika|erzsebet|eszter|eva|ferenc|fruzsina|gabor|gabriella|geza|gergely|gergo|gizella|gyorgy|gyula|hajnalka|henrik|ildiko|ilona|imre|istvan|janos|jeno|jozsef|judit|' +
    'julia|kalman|karoly|katalin|kinga|kitti|klara|kornel|krisztian|krisztina|lajos|laszlo|levente|lorant|magdolna|margit|maria|marianna|mark|marta|mate|matyas|melinda|mihaly|' +
    'miklos|monika|nikolett|nora|norbert|oliver|orsolya|pal|peter|piroska|reka|rita|robert|roland|rozalia|sandor|sarolta|szabolcs|szilvia|tamas|tibor|timea|tunde|veronika|' +
    'viktor|viktoria|vilmos|vince|zita|zoltan|zsofia|zsolt|zsuzsanna'
  ).split('|'),
);

/**
 * Reads a name by the customs that put the family name first, or mark it by capitals (`ZHANG Wei`, `Jean DUPONT`); null
 * when none applies. Units are words with their particles.
 */
export function familyFirst(units: readonly string[], country: string | null): NameParts | null {
  const words = units.map((unit) => fold(unit));
  return byCapitals(units, words) ?? vietnamese(units, words, country) ?? chinese(units, words, country) ?? others(units, words, country);
}

/** Capitals mark the family name where other words have small letters: one run at either end of the name. */
function byCapitals(units: readonly string[], words: readonly string[]): NameParts | null {
  const capitals = units.map((unit) => UPPER.test(unit) && !LOWER.test(unit.replace(/^(?:[Mm]c|[Mm]ac)(?=\p{Lu})/u, '')));
  const first = capitals.indexOf(true);
  const last = capitals.lastIndexOf(true);
  if (first < 0 || (first > 0 && last < units.length - 1) || capitals.slice(first, last + 1).includes(false)) return null;
  const count = last - first + 1;
  if (count === units.length) return null;
  const family = units.slice(first, last + 1);
  // JP and TJ are initials; two letters are a family name in Pinyin only.
  if (
    !family.every((unit) => unit.length > 2 && !unit.includes('.') && VOWEL.test(unit)) &&
    !(count === 1 && isPinyinSurname(words[first] as string))
  )
    return null;
  const given = [...units.slice(0, first), ...units.slice(last + 1)];
  const isChinese = words.every((word) => countPinyinSyllables(word.replaceAll('-', '')) > 0);
  // Three capitals after a whole name may be an abbreviation.
  const isClear = isChinese || units.length === 2 || family.some((unit) => unit.length > 3);
  return nameParts(isChinese ? 'chinese' : 'western', count < 3 && isClear, { family: family.join(' '), given: given.join(' ') });
}

function vietnamese(units: readonly string[], words: readonly string[], country: string | null): NameParts | null {
  const isMarked = VIETNAMESE_MARKS.test(units.join('')) && units.length > 1;
  const isLocal = country === 'VN' || isMarked;
  const isFamily = (word: string) => isVietnameseSurname(word) || (isLocal && OTHER_VIETNAMESE.has(word));
  const first = isFamily(words[0] as string);
  const last = isFamily(words.at(-1) as string);
  // Particles are no part of Vietnamese names: Văn is a middle name.
  const names = units.flatMap((unit) => unit.split(' '));
  const isTyped = isVietnameseSurname(words[0] as string) && names.length > 2 && /^(?:van|thi)$/i.test(names[1] as string);
  if (!isLocal && !isTyped) return null;
  if (!first) {
    if (!last) return country === 'VN' ? nameParts('vietnamese', false) : null;
    return nameParts('vietnamese', false, { given: names.slice(0, -1).join(' '), family: names.at(-1) as string });
  }
  const certain = names.length <= 5 && (!last || isMarked);
  return nameParts('vietnamese', certain, {
    family: names[0] as string,
    middle: joinWords(names.slice(1, -1)),
    given: names.at(-1) as string,
  });
}

/** Names in Pinyin come in both orders: certain when one end is a family name and what is left cannot be one. */
function chinese(units: readonly string[], words: readonly string[], country: string | null): NameParts | null {
  const isChinese = country !== null && CHINESE.has(country);
  if (units.length > 4 || !words.every((word) => countPinyinSyllables(word.replaceAll('-', '')) > 0)) return null;
  const first = words[0] as string;
  const last = words.at(-1) as string;
  const isFirst = isPinyinSurname(first);
  const isLast = isPinyinSurname(last);
  if (!isFirst && !isLast) return isChinese ? nameParts('chinese', false) : null;
  // Dan and Ben are English names too; with a family name in Pinyin behind them, both customs agree.
  if (isLast && !isFirst) return pinyinParts(units, false, true);
  if (isFirst && !isLast) return pinyinParts(units, true, !isGivenName(first) || isChinese);
  const isTurned = isStrongPinyinSurname(last) && !isStrongPinyinSurname(first);
  return pinyinParts(units, !isTurned, false);
}

function pinyinParts(units: readonly string[], isFirst: boolean, certain: boolean): NameParts {
  const given = isFirst ? units.slice(1) : units.slice(0, -1);
  const family = (isFirst ? units[0] : units.at(-1)) as string;
  // A given name has two syllables at most; more words are another name beside it.
  const syllables = given.reduce((sum, word) => sum + countPinyinSyllables(fold(word).replaceAll('-', '')), 0);
  return nameParts('chinese', certain && syllables <= 2, { family, given: given.join(' ') });
}

function others(units: readonly string[], words: readonly string[], country: string | null): NameParts | null {
  const first = words[0] as string;
  const last = words.at(-1) as string;
  if (country === 'HU') {
    const isGivenLast = HUNGARIAN.has(last);
    if (HUNGARIAN.has(first) && !isGivenLast)
      return nameParts('hungarian', false, { given: units.slice(0, -1).join(' '), family: units.at(-1) as string });
    return nameParts('hungarian', isGivenLast && units.length < 4 && !HUNGARIAN.has(first), {
      family: units[0] as string,
      given: units.slice(1).join(' '),
    });
  }
  const isKorean = isKoreanSurname(first) && !isKoreanSurname(last);
  if (isKorean && (country === 'KR' || (country === null && /^\p{L}{2,6}-\p{Ll}{2,6}$/u.test(units[1] ?? '') && units.length === 2))) {
    return nameParts('korean', country === 'KR', { family: units[0] as string, given: units.slice(1).join(' ') });
  }
  return null;
}
