import { fold } from '../model/fold.ts';
import { chineseCity, chineseProvince, cityAt, isOrdinaryWord, mayBeginWithDivision, provinceAt } from './chinese-divisions.ts';
import { normalizeCountry } from './country.ts';
import { halfWidth } from './half-width.ts';
import { foldHan } from './han-fold.ts';
import { formPrefix, formSuffix, isBranchWord, leadingForm, type NameWord, trailingForm } from './legal-forms.ts';
import { normalizeLine } from './line.ts';
import { withoutTrades } from './trade-words.ts';

/** The name of an organisation in its parts. */
export interface OrganisationName {
  /** The name without the parts below, as written, brackets half-width; the whole name where nothing else would be left. */
  readonly core: string;
  /** Code of the legal form: `LTD`, `GMBH`, `CN_LTD`; null when none was written. */
  readonly legalForm: string | null;
  /** Place in front of a Chinese name or in brackets: short Chinese name (`深圳`), `中国`, or ISO 3166-1 alpha-2 code. */
  readonly region: string | null;
  /** Branch as written: `上海分公司`, `London Branch`. */
  readonly branch: string | null;
}

const HAN = /\p{Script=Han}/u;
/** Writing without blanks between words, in which legal forms are found by their characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** A letter of writing with blanks between words: Latin, Greek, Cyrillic. */
const SPACED_LETTER = /[A-Za-z\u00c0-\u052f]/;
const WIDE = /[\uff01-\uff5e㈱㈜㈲]/;
const LATIN_BRANCH = /(?:branch|niederlassung|filiale?|succursale|sucursal)\)?$/i;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** Signs that are left over at the ends of a name when a part of it was taken away. */
const EDGE = /^[\s,，、;；:：·.&/\-–—|"'«»“”]+/;
const EDGE_SIGNS = ' ,，、;；:：·.&/-–—|"\'«»“”';
/** Names are not longer; a document in a cell is not taken apart. */
const MAX_NAME_LENGTH = 300;
/** What Han legal forms and words for branches end with. */
const LAST_SIGNS: ReadonlySet<string> = new Set('司团业伙户社资行店厂部院处');
const BRANCH_ENDS: ReadonlySet<string> = new Set('司行店厂部院社处');
const BRANCH_WORD = /(?:分公司|分行|支行|分店|分厂|分部|分院|分社|办事处|营业部)$/;
const INSTITUTION_ENDS: ReadonlySet<string> = new Set('学院校园行府会局厅处站馆所社');
/** One of each place: without the place the name says nothing. */
const LOCAL_INSTITUTION =
  /(?:大学|学院|学校|医院|中学|小学|幼儿园|银行|法院|检察院|政府|委员会|协会|商会|研究所|研究院|设计院|出版社|报社|[局厅处站馆])$/;

/**
 * Takes legal form, region and branch off the name of an organisation. A part is left where it is when without it no name
 * would be left (`Limited`, `上海有限公司`) or only words of a trade (`北京银行`).
 */
export function parseOrganisation(name: string): OrganisationName {
  const line = normalizeLine(name);
  const nothing = { core: line, legalForm: null, region: null, branch: null };
  if (line.length > MAX_NAME_LENGTH) return nothing;
  const text = trimSigns(halfWidthBrackets(line));
  if (!LETTER_OR_DIGIT.test(text)) return nothing;
  return UNSPACED.test(text) ? parseUnspaced(text) : parseWords(text);
}

/** `㈱` and `㈜` are one character each; they and full-width brackets as the tables have them. */
function halfWidthBrackets(line: string): string {
  if (!WIDE.test(line)) return line;
  return halfWidth(line.replaceAll('㈱', '(株)').replaceAll('㈜', '(주)').replaceAll('㈲', '(有)'));
}

function parseUnspaced(text: string): OrganisationName {
  let { rest, branch } = takeBranch(text);
  let legalForm: string | null = null;
  const found = takeForms(rest);
  rest = found.rest;
  legalForm = found.code;
  if (SPACED_LETTER.test(rest)) {
    const latin = takeWordForm(rest);
    if (latin !== null) {
      rest = latin.rest;
      legalForm ??= latin.code;
    }
  }
  const brackets = takeBracketRegion(rest);
  const prefix = takeRegionPrefix(brackets.rest);
  if (branch !== null) branch = trimSigns(branch);
  // The place in brackets is where this company is; the one in front may be where its owner is.
  const region = brackets.region !== null && brackets.region !== '中国' ? brackets.region : (prefix.region ?? brackets.region);
  return { core: prefix.rest, legalForm, region, branch };
}

/** The branch is what follows the last legal form (`…有限公司上海分公司`); without one, the place before the word and the word. */
function takeBranch(text: string): { rest: string; branch: string | null } {
  const bare = text.endsWith(')') ? text.replace(/\(([^()]*)\)$/, ' $1') : text;
  const simple = foldHan(bare);
  const word = BRANCH_ENDS.has(simple.charAt(simple.length - 1)) ? BRANCH_WORD.exec(simple)?.[0] : undefined;
  if (word === undefined) return { rest: text, branch: null };
  const head = bare.slice(0, -word.length);
  const form = Math.max(
    ...['公司', '集团', ' '].map((sign) =>
      simple.lastIndexOf(sign, head.length - sign.length) >= 0 ? simple.lastIndexOf(sign, head.length - sign.length) + sign.length : 0,
    ),
  );
  if (form > 0 && hasName(head.slice(0, form))) return { rest: trimSigns(head.slice(0, form)), branch: bare.slice(form) };
  for (let start = Math.max(2, head.length - 6); start < head.length; start++) {
    if (placeName(head.slice(start)) !== null) return { rest: trimSigns(head.slice(0, start)), branch: bare.slice(start) };
  }
  const rest = trimSigns(head);
  // 上海分公司 alone is no branch of anything.
  return hasName(rest) && placeName(rest) === null ? { rest, branch: bare.slice(head.length) } : { rest: text, branch: null };
}

function takeForms(text: string): { rest: string; code: string | null } {
  let rest = text;
  let code: string | null = null;
  for (let found = formSuffix(foldHan(rest)); found !== undefined; found = formSuffix(foldHan(rest))) {
    const shorter = trimSigns(rest.slice(0, -found.length));
    if (!hasName(shorter)) break;
    rest = shorter;
    code ??= found.code;
  }
  for (let found = formPrefix(foldHan(rest)); found !== undefined; found = formPrefix(foldHan(rest))) {
    const shorter = trimSigns(rest.slice(found.length));
    if (!hasName(shorter)) break;
    rest = shorter;
    code ??= found.code;
  }
  return { rest, code };
}

/** Takes `(深圳)`, `(中国)`, `(China)` out of the name. */
function takeBracketRegion(text: string): { rest: string; region: string | null } {
  if (!text.includes('(')) return { rest: text, region: null };
  let region: string | null = null;
  const rest = text.replace(/\(([^()]*)\)/g, (whole, inner: string) => {
    const place = placeName(inner.trim());
    if (place === null) return whole;
    region ??= place;
    return HAN.test(whole) ? '' : ' ';
  });
  const tidy = trimSigns(rest.replace(/ {2,}/g, ' '));
  return region !== null && hasName(tidy) ? { rest: tidy, region } : { rest: text, region: null };
}

/** Name of a place as regions are given: short Chinese name, `中国`, or code of a country; null when it is none. */
function placeName(text: string): string | null {
  if (text.length < 2 || text.length > 40) return null;
  if (/^[\x20-\x7e]+$/.test(text)) {
    const chinese = chineseProvince(text.toLowerCase().replaceAll(' ', ''));
    if (chinese !== undefined && text.length > 2) return chinese.short;
    if (text.length < 4 && !/^(?:UK|GB|USA?|UAE|PRC)$/i.test(text)) return null;
    const country = normalizeCountry(text);
    return country.understood ? (country.value === 'CN' ? '中国' : country.value) : null;
  }
  const simple = foldHan(text);
  if (simple === '中国') return simple;
  const province = chineseProvince(simple) ?? chineseProvince(simple.replace(/省$/, ''));
  if (province !== undefined) return province.short;
  const city = chineseCity(simple);
  if (city !== undefined) return city.short;
  if (!HAN.test(text)) return null;
  const country = normalizeCountry(text);
  return country.understood ? country.value : null;
}

/** Takes the places off the front of a Chinese name: `广东省深圳市`, `昆山市`; the last is the most exact. */
function takeRegionPrefix(text: string): { rest: string; region: string | null } {
  let rest = text;
  let region: string | null = null;
  const simple = foldHan(text);
  if (INSTITUTION_ENDS.has(simple.charAt(simple.length - 1)) && LOCAL_INSTITUTION.test(simple)) return { rest, region };
  for (let round = 0; round < 4; round++) {
    const place = leadingPlace(rest);
    if (place === null || !hasOwnName(rest.slice(place.end))) break;
    region = place.region;
    rest = trimSigns(rest.slice(place.end));
  }
  return { rest, region };
}

function leadingPlace(text: string): { region: string; end: number } | null {
  const simple = foldHan(text);
  if (simple.startsWith('中国')) return { region: '中国', end: 2 };
  const province = provinceAt(simple, 0);
  if (province !== undefined) {
    const { short } = province.province;
    return { region: short, end: province.end + (simple[province.end] === '市' ? 1 : 0) };
  }
  const city = cityAt(simple, 0, null);
  if (city !== undefined) return city.full || !isOrdinaryWord(city.city.short) ? { region: city.city.short, end: city.end } : null;
  const county = /^(\p{Script=Han}{2,3}?)(?<![超城都夜门股集])[市县]/u.exec(simple);
  return county === null ? null : { region: county[1] as string, end: county[0].length };
}

/** Whether there are two characters left when words of trades are taken away. */
function hasOwnName(text: string): boolean {
  return text.length >= 2 && [...withoutTrades(foldHan(text))].filter((c) => LETTER_OR_DIGIT.test(c)).length >= 2;
}

function parseWords(text: string): OrganisationName {
  let rest = text;
  let legalForm: string | null = null;
  const brackets = takeBracketRegion(rest);
  rest = brackets.rest;
  const { rest: head, branch } = takeWordBranch(rest);
  rest = head;
  for (let form = takeWordForm(rest); form !== null; form = takeWordForm(rest)) {
    legalForm ??= form.code;
    rest = form.rest;
  }
  return { core: rest, legalForm, region: brackets.region, branch };
}

function wordsOf(text: string): NameWord[] {
  return [...text.matchAll(WORD)].map((match) => ({ folded: fold(match[0]), start: match.index, end: match.index + match[0].length }));
}

/** Takes one legal form off the end, or else off the front; null when there is none, or nothing else. */
function takeWordForm(text: string): { rest: string; code: string } | null {
  const words = wordsOf(text);
  const last = trailingForm(words, text);
  if (last !== undefined && last.words < words.length) {
    const start = (words[words.length - last.words] as NameWord).start;
    const rest = trimSigns(text.slice(0, start).replace(/\($/, ''));
    if (hasName(rest)) return { rest, code: last.code };
  }
  const first = words[0];
  const code = first === undefined || words.length < 2 ? undefined : leadingForm(first.folded);
  if (first === undefined || code === undefined) return null;
  const rest = trimSigns(text.slice(first.end));
  return hasName(rest) ? { rest, code } : null;
}

function takeWordBranch(text: string): { rest: string; branch: string | null } {
  if (!LATIN_BRANCH.test(text)) return { rest: text, branch: null };
  const bare = text.endsWith(')') ? text.replace(/\(([^()]*)\)$/, ', $1') : text;
  const words = wordsOf(bare);
  const last = words.at(-1);
  if (last === undefined || words.length < 2 || !isBranchWord(last.folded)) return { rest: text, branch: null };
  // What stands after the legal form, or after a comma or a dash, is the name of the branch.
  const sign = /^(.*)(?:,| [-–—]) /su.exec(bare);
  let start = sign === null ? last.start : (sign[0] as string).length;
  for (let count = words.length - 1; count > 1; count--) {
    if (trailingForm(words.slice(0, count), bare) === undefined) continue;
    start = Math.max((words[count] as NameWord).start, sign === null ? 0 : start);
    break;
  }
  const rest = trimSigns(bare.slice(0, start));
  return hasName(rest) ? { rest, branch: bare.slice(start) } : { rest: text, branch: null };
}

/**
 * Whether a name of simplified Han characters may have a legal form, a region or a branch; false is certain, true is only a
 * reason to look.
 */
export function mayHaveParts(han: string): boolean {
  if (LAST_SIGNS.has(han.charAt(han.length - 1)) || formPrefix(han) !== undefined) return true;
  return han.startsWith('中国') || mayBeginWithDivision(han) || /^..{1,2}[市县]/.test(han);
}

/** Whether something is left that can be a name: a letter or digit, and not an article or the head of 分公司 alone. */
function hasName(text: string): boolean {
  return LETTER_OR_DIGIT.test(text) && !/^(?:the|and|der|die|das|la|le|[分子总總])$/i.test(text);
}

function trimSigns(text: string): string {
  const from = EDGE.exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > from && EDGE_SIGNS.includes(text.charAt(end - 1))) end--;
  return text.slice(from, end);
}
