import { fold } from '../model/fold.ts';
import { districtLength, parseChineseAddress } from './chinese-address.ts';
import { chineseCity, chineseProvince } from './chinese-divisions.ts';
import { foldHan } from './han-fold.ts';
import { cutKey } from './key-length.ts';
import { remembering } from './memo.ts';
import { streetToken } from './street-words.ts';

/** A longer street is a document in the wrong column. */
const MAX_STREET_LENGTH = 1000;
const HAN = /\p{Script=Han}/u;
const APOSTROPHES = /['’‘`´ʼ]/g;
/** P.O., N.W.: initials with points are one word. */
const INITIALS = /\b([a-z])\.\s?(?=[a-z]\b)/g;
const SIGNS = /[^\p{L}\p{M}\p{N}#]+/gu;
const NUMBER_SIGN = /(?<=\d)\s*[号號](?!线)|\b(?:no|nr|num)\b\.?(?=\s*\d)|[n№]°\s*(?=\d)|№/g;
/** Suite, not Saint: a number follows. */
const SUITE = /\bste\.?\s*(?=[\d#])/g;
const ORDINAL = /^\d+(?:st|nd|rd|th)$/;
/** A postal code that is its own place: no sign, no country in front, no ZIP+4. */
const PLAIN_CODE = /^(?:[A-Z0-9]{1,8}|[A-Z0-9]{10,12})$/;
const SPACE = 32;
/** Words that mean something before a number. */
const TELLING_WORDS: ReadonlySet<string> = new Set(['no', 'nr', 'num', 'ste', 'n', 'm']);
const HOUSE_NUMBER = /^\d/;
/** ZIP+4: only the first five digits are of the place. */
const ZIP_PLUS = /^(\d{5})-?\d{4}$/;

/** What an address key is made of. */
export interface AddressValues {
  readonly street: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postal_code: string | null;
  /** ISO 3166-1 alpha-2 code. */
  readonly country: string | null;
}

/**
 * Match key of a postal address: the postal code, or without one the city, and the street with the house number in front and
 * one token for all spellings of a word (`Street`, `St.`). Province, city and district are taken out of a Chinese street.
 * Null without a street, or without postal code and city. At most 200 characters.
 */
export function addressKey(values: AddressValues): string | null {
  const { street, city, postal_code: code, country } = values;
  if (street === null || street.length > MAX_STREET_LENGTH) return null;
  const chinese = HAN.test(street) ? parseChineseAddress(street) : null;
  const line = streetLine(chinese === null ? street : (chinese.street ?? ''), city);
  if (line === '') return null;
  const place = postalPlace(code, country) || cityPlace(city ?? chinese?.city ?? '');
  return place === '' ? null : cutKey(`${place} ${line}`);
}

function postalPlace(code: string | null, country: string | null): string {
  if (code === null) return '';
  if (PLAIN_CODE.test(code)) return code;
  const compact = fold(code)
    .toUpperCase()
    .replace(/[^\p{L}\p{N}-]+/gu, '');
  const zip = country === null || country === 'US' ? ZIP_PLUS.exec(compact) : null;
  // Nine digits without a hyphen and a country may be of another country.
  if (zip !== null && (country === 'US' || compact.includes('-'))) return zip[1] as string;
  const sign = /^[A-Z]{1,3}-(?=\d)/.exec(compact);
  return compact.slice(sign === null ? 0 : sign[0].length).replaceAll('-', '');
}

const cityPlace = remembering(5000, (city: string): string => {
  const folded = foldHan(fold(city))
    .replace(APOSTROPHES, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
  if (!HAN.test(folded)) return folded;
  const name = folded.replaceAll(' ', '');
  return chineseCity(name)?.short ?? chineseProvince(name)?.short ?? (name.length > 2 ? name.replace(/市$/, '') : name);
});

function streetLine(street: string, city: string | null): string {
  const plain = plainLine(street);
  if (plain !== null) return plain;
  const folded = foldHan(fold(street));
  if (HAN.test(folded)) return hanLine(folded, city === null ? '' : foldHan(fold(city)));
  return joined(
    folded
      .replace(APOSTROPHES, '')
      .replace(INITIALS, '$1')
      .replace(SUITE, ' # ')
      .replace(NUMBER_SIGN, ' ')
      .replace(/[# ]*#[# ]*/g, ' # ')
      .replace(SIGNS, ' ')
      .trim()
      .split(' '),
  );
}

/** The key of a street of ASCII letters and digits that are read as they stand, in one pass; null where signs may mean something. */
function plainLine(street: string): string | null {
  const lower = street.toLowerCase();
  let number = '';
  let line = '';
  let last = '';
  let start = -1;
  for (let i = 0; i <= lower.length; i++) {
    const code = i < lower.length ? lower.charCodeAt(i) : SPACE;
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) {
      if (start < 0) start = i;
      continue;
    }
    if (code !== SPACE && code !== 44 && code !== 45) return null;
    if (start < 0) continue;
    const word = lower.slice(start, i);
    if (TELLING_WORDS.has(word)) return null;
    const token = streetToken(word);
    const first = lower.charCodeAt(start);
    start = -1;
    if (token === '' || (token === 'unit' && last === 'unit')) continue;
    last = token;
    if (number === '' && first >= 48 && first <= 57 && !ORDINAL.test(token)) number = token;
    else line += line === '' ? token : ` ${token}`;
  }
  return number === '' || line === '' ? number + line : `${number} ${line}`;
}

/** The key of a street by its folded words: one token for each, the house number in front. */
function joined(words: readonly string[]): string {
  const tokens = words.map(streetToken).filter((token, i, all) => token !== '' && !(token === 'unit' && all[i + 1] === 'unit'));
  const number = tokens.findIndex((token) => HOUSE_NUMBER.test(token) && !ORDINAL.test(token));
  if (number > 0) tokens.unshift(...tokens.splice(number, 1));
  return tokens.join(' ');
}

/** Han streets go from the large to the small already; a city and a district before the street say nothing new. */
function hanLine(folded: string, city: string): string {
  let line = folded.replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
  if (city !== '' && HAN.test(city)) {
    const short = cityPlace(city);
    for (const name of [`${short}市`, short]) {
      if (!line.startsWith(name) || /^[东南西北中]{0,2}[一二三四五六七八九十]?(?:路|街|大道|道|巷)/.test(line.slice(name.length))) continue;
      line = line.slice(name.length);
      break;
    }
  }
  const rest = line.slice(districtLength(line, null));
  const number = (rest === '' ? line : rest).replace(/(?<=\d)号(?!线)/g, ' ').replace(/(?<!\d) | (?!\d)/g, '');
  return number.trim();
}
