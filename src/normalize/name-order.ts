import { isBoundParticle } from './name-particles.ts';
import { isPrefixTitle, isSuffixTitle } from './name-titles.ts';

const COMMA = /[,，]/;
const COMMAS = /[,，]/g;
/** Scripts in which a family name before a comma comes from turning the name around. */
const TURNABLE = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{M}.'’‘ʼ`\- ]+$/u;
/** Words of companies, departments, jobs and couples: a text that has one is not the name of one person. */
const NO_PERSON = new Set(
  (
    'ltd|limited|inc|incorporated|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|ohg|sarl|sas|srl|spa|bv|nv|ab|oy|pty|group|holding|holdings|' +
    'and|und|et|or|manager|director|ceo|cto|cfo|coo|president|chairman|sales|accounting|accounts|dept|department|owner|engineer|assistant|' +
    'attn|support|office|family|familie|team|reception|school|university|bank|hotel|hospital|consultant|founder|partner|sons|bros'
  ).split('|'),
);
/** Countries whose people bear two family names, so that two words before the comma are one person's. */
const TWO_FAMILY_NAMES = new Set('ES|MX|AR|CO|CL|PE|VE|EC|GT|CU|BO|DO|HN|PY|SV|NI|CR|PA|UY|PR|BR|PT|AO|MZ'.split('|'));
const MAX_GIVEN_WORDS = 4;

/** A name in the order in which it is said: `name` as given when it has no comma or its commas only part titles. */
export interface OrderedName {
  readonly name: string;
  /** False when the commas leave more than one reading: then nothing was turned. */
  readonly certain: boolean;
}

/** Turns `Last, First` around, titles and generation suffixes in any of the parts (`Smith, Jr., John`). Expects a clean line. */
export function turnName(line: string, country: string | null): OrderedName {
  if (!COMMA.test(line)) return { name: line, certain: true };
  const parts = line.split(COMMAS).map((part) => part.trim());
  if (parts.length > 4 || parts.includes('')) return { name: line, certain: false };
  const [head = '', ...rest] = parts;
  if (rest.every(isSuffixes)) return { name: isNames(head) ? parts.join(', ') : line, certain: isNames(head) };
  if (!parts.every((part) => TURNABLE.test(part))) return { name: line, certain: false };
  const turned = turnParts(head, rest, country);
  return turned === null ? { name: line, certain: false } : { name: turned, certain: true };
}

/** Whether words say that a text is not the name of one person: a company, a job, a couple. */
export function isNoPerson(words: readonly string[]): boolean {
  return words.some((word) => NO_PERSON.has(word.toLowerCase().replace(/\.$/, '')) || word === '&' || word === '+');
}

function turnParts(head: string, rest: readonly string[], country: string | null): string | null {
  const names = rest.filter((part) => !isSuffixes(part) && !isPrefixes(part));
  const family = splitSuffix(head.split(' '));
  // Without a given name (`Smith, Mr`) a title may take its place.
  if (names.length > 1 || (names.length === 0 && rest.length > 1)) return null;
  const prefixes = rest.filter(isPrefixes);
  const given = splitSuffix(names.length === 0 ? [] : (names[0] as string).split(' '));
  if (!isFamily(family.names, given.names, country) || !isGiven(given.names, prefixes.length > 0)) return null;
  return [...prefixes, ...given.names, ...family.names, ...family.suffixes, ...given.suffixes, ...rest.filter(isSuffixes)].join(' ');
}

function isFamily(words: readonly string[], given: readonly string[], country: string | null): boolean {
  if (words.length === 0 || isNoPerson(words) || isPrefixTitle(words[0] as string)) return false;
  const core = words.filter((word) => !isBoundParticle(word));
  if (core.length === 1 || (core.length === 0 && words.length === 1))
    return isBoundParticle(words.at(-1) as string) === (core.length === 0);
  // Two words before the comma are a whole name as often as a double family name (`John Smith, Mary Jones`).
  return core.length === 2 && given.length > 0 && country !== null && TWO_FAMILY_NAMES.has(country);
}

function isGiven(words: readonly string[], hasTitle: boolean): boolean {
  if (words.length === 0) return hasTitle;
  if (isNoPerson(words) || words.length > MAX_GIVEN_WORDS) return false;
  return words.some((word) => !isPrefixTitle(word));
}

/** Words without the suffixes at their end; one word always stays. */
function splitSuffix(words: readonly string[]): { readonly names: readonly string[]; readonly suffixes: readonly string[] } {
  let end = words.length;
  while (end > 1 && isSuffixTitle(words[end - 1] as string)) end--;
  return { names: words.slice(0, end), suffixes: words.slice(end) };
}

function isSuffixes(part: string): boolean {
  return part.split(' ').every(isSuffixTitle);
}

function isPrefixes(part: string): boolean {
  return part.split(' ').every(isPrefixTitle);
}

function isNames(head: string): boolean {
  const words = head.split(' ');
  return !isNoPerson(words) && words.some((word) => !isSuffixTitle(word));
}
