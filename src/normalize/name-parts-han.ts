import { hanSurname, isHanSurname } from './chinese-surnames.ts';
import { joinWords, nameParts } from './name-culture.ts';
import type { NameParts } from './name-culture.ts';
import { japaneseSurname, koreanSurnameLength } from './name-east-asian.ts';
import { HAN_TITLES } from './name-titles.ts';

/** Ends of the names of companies, places and departments. */
const NO_PERSON =
  /(?:公司|银行|銀行|大学|大學|集团|集團|学校|學校|医院|醫院|中心|工厂|超市|酒店|商店|门店|部门|财务|客服|销售部|协会|政府|事务所|..部|..店|..厂|..室|..局)$/;
/** Forms of address that come before a family name or a syllable of a given name: who is meant is not said. */
const FAMILIAR = /^[老小阿大]/;
/** Titles of one character that are also given names. */
const ALSO_NAMES = new Set(['董', '工']);
const JAPANESE_TITLE = /(?:先生様|さん|様|さま|殿|氏|先生|くん|君|ちゃん)$/;
const KOREAN_TITLE = / ?(?:선생님|씨|님)$/;
const HAN = /\p{Script=Han}/u;
const DOTS = /[·・]/;

/** Divides a name in Han characters by the Chinese custom, titles at its end taken apart. Blanks are not looked at. */
export function parseChinese(name: string, country: string | null): NameParts {
  const whole = name.replaceAll(' ', '');
  if (whole.includes('·')) return parseTranscribed(whole);
  const { core, titles } = takeTitles(whole);
  const suffix = joinWords(titles);
  // 李先生张女士 are two.
  if (NO_PERSON.test(whole) || HAN_TITLES.some((title) => title.length > 1 && core.includes(title))) return nameParts('unknown', false);
  if (suffix !== null && isHanSurname(core)) {
    // 夏侯先生 is no one's 夏, but 王董 may be a whole name.
    return nameParts('chinese', !ALSO_NAMES.has(suffix), { family: core, suffix });
  }
  const parts = parseCore(core);
  // 林田健 without a country may be Japanese, and 林 then half of a family name.
  const isForeign = country === null && core.length > 2 && japaneseSurname(core) !== null;
  return { ...parts, certain: parts.certain && !isForeign, suffix };
}

function parseCore(core: string): NameParts {
  const surname = hanSurname(core);
  if (surname === null || core.length > 4) return nameParts(core.length > 4 ? 'unknown' : 'chinese', false, splitUnknown(core));
  if (core.length === surname.length) return nameParts('chinese', false, { family: core });
  const family = core.slice(0, surname.length);
  // Four characters without a compound name: two family names (陈方安生), a company or a place.
  if (core.length === 4 && surname.length === 1) {
    const double = hanSurname(core.slice(1));
    const at = double === null ? 1 : 2;
    return nameParts('chinese', false, { family: core.slice(0, at), given: core.slice(at) });
  }
  return nameParts('chinese', surname.certain && !FAMILIAR.test(core), { family, given: core.slice(surname.length) });
}

/** A family name that is not in the table: one character is likely, nothing is sure. */
function splitUnknown(core: string): Pick<NameParts, 'family' | 'given'> {
  const isLikely = core.length > 1 && core.length < 4 && !FAMILIAR.test(core);
  return isLikely ? { family: core.charAt(0), given: core.slice(1) } : { family: null, given: null };
}

/** A foreign name in Han: its order is that of its language, mostly given name first. */
function parseTranscribed(name: string): NameParts {
  const { core, titles } = takeTitles(name);
  const words = core.split('·').filter((word) => word !== '');
  const [given = null, ...rest] = words;
  if (rest.length === 0) return nameParts('unknown', false, { given, suffix: joinWords(titles) });
  const middle = rest.slice(0, -1).join('·');
  return nameParts('western', false, {
    given,
    middle: middle === '' ? null : middle,
    family: rest.at(-1) as string,
    suffix: joinWords(titles),
  });
}

/** Titles at the end, in their order. One of one character counts after a family name only. */
function takeTitles(name: string): { readonly core: string; readonly titles: readonly string[] } {
  const titles: string[] = [];
  let core = name;
  for (;;) {
    const title = HAN_TITLES.find((word) => core.length > word.length && core.endsWith(word));
    if (title === undefined) break;
    const rest = core.slice(0, -title.length);
    if (title.length === 1 ? !isHanSurname(rest) : rest.length < 1) break;
    // 李博士 and 王老师 have a title, but 张小姐姐 has not.
    titles.unshift(title);
    core = rest;
  }
  return { core, titles };
}

/** Divides a name in kanji or kana by the Japanese custom: at its blank or after a common family name. */
export function parseJapanese(name: string): NameParts {
  const title = JAPANESE_TITLE.exec(name);
  const isTitle = title !== null && title.index > 1;
  const core = (isTitle ? name.slice(0, title.index) : name).trim();
  const suffix = isTitle ? title[0] : null;
  const words = core.split(DOTS.test(core) ? DOTS : ' ').filter((word) => word !== '');
  if (words.length === 2) {
    // A middle dot parts a foreign name in katakana, given name first as a rule.
    if (DOTS.test(core)) return nameParts('western', false, { given: words[0] as string, family: words[1] as string, suffix });
    // Given names are written in kana, family names hardly ever: さくら 田中 is turned around.
    return nameParts('japanese', HAN.test(words[0] as string), { family: words[0] as string, given: words[1] as string, suffix });
  }
  if (words.length !== 1) return nameParts('unknown', false, { suffix });
  const family = japaneseSurname(core);
  if (family === null) return nameParts('japanese', false, { suffix });
  const given = core.slice(family.length);
  if (given === '') return nameParts('japanese', suffix !== null, { family, suffix });
  return nameParts('japanese', given.length < 4, { family, given, suffix });
}

/** Divides a name in Hangul by the Korean custom: family name first, of one syllable or of two known ones. */
export function parseKorean(name: string): NameParts {
  const title = KOREAN_TITLE.exec(name);
  const isTitle = title !== null && title.index > 0;
  const core = isTitle ? name.slice(0, title.index) : name;
  const suffix = isTitle ? title[0].trim() : null;
  const whole = core.replaceAll(' ', '');
  const length = koreanSurnameLength(whole);
  if (length === 0 || whole.length > 5) return nameParts(length === 0 ? 'unknown' : 'korean', false, { suffix });
  const given = whole.slice(length);
  if (given === '') return nameParts('korean', suffix !== null, { family: whole, suffix });
  // 선우 is a family name, and 우 the first syllable of given names after 선.
  const certain = length === 2 ? !whole.startsWith('선우') : whole.length < 4;
  return nameParts('korean', certain, { family: whole.slice(0, length), given, suffix });
}
