import { filterError } from './filter-error.ts';
import type { FilterOperator } from './filter.ts';

/** One word, value, sign or the end of a filter. `at` and `end` are offsets in UTF-16 units. */
export type Token = { readonly at: number; readonly end: number } & (
  | { readonly kind: 'word' | 'quoted'; readonly text: string }
  | { readonly kind: 'operator'; readonly text: FilterOperator }
  | { readonly kind: 'open' | 'close' | 'comma' | 'end'; readonly text: string }
);

/** Signs, longest first, and what they mean. */
const SIGNS: readonly (readonly [sign: string, operator: FilterOperator])[] = [
  ['!=', '!='],
  ['<>', '!='],
  ['==', '='],
  ['<=', '<='],
  ['>=', '>='],
  ['!~', '!~'],
  ['=', '='],
  ['<', '<'],
  ['>', '>'],
  ['~', '~'],
];
/** Characters as a Chinese keyboard writes them. */
const PLAIN: Readonly<Record<string, string>> = {
  '（': '(',
  '）': ')',
  '，': ',',
  '、': ',',
  '＝': '=',
  '＜': '<',
  '＞': '>',
  '！': '!',
  '～': '~',
  '≠': '!=',
  '≤': '<=',
  '≥': '>=',
};
const CLOSING: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '“': '”', '‘': '’', '＂': '＂', '＇': '＇' };
/** A word goes on until a blank, a bracket, a comma, a sign or a quote; an apostrophe inside of a word belongs to it. */
const WORD = /(?:[^\s()（）,，、=＝<＜>＞!！~～≠≤≥'"`“”‘’＂＇]|(?<=[\p{L}\p{M}])['’](?=\p{L}))+/uy;
const BLANKS = /\s*/y;

/**
 * Cuts a filter into tokens; the last one is `end`.
 * @throws {CrmError} FILTER_SYNTAX at a quote that is not closed, a sign that means nothing, or a NUL character.
 */
export function tokenize(filter: string): Token[] {
  const nul = filter.indexOf('\0');
  if (nul >= 0) throw filterError('FILTER_SYNTAX', filter, nul, 'a NUL character is not allowed');
  const tokens: Token[] = [];
  for (let at = skipBlanks(filter, 0); ; at = skipBlanks(filter, (tokens.at(-1) as Token).end)) {
    if (at >= filter.length) return [...tokens, { kind: 'end', text: '', at, end: at }];
    tokens.push(sign(filter, at) ?? quoted(filter, at) ?? word(filter, at));
  }
}

function skipBlanks(filter: string, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.exec(filter);
  return BLANKS.lastIndex;
}

function sign(filter: string, at: number): Token | undefined {
  const first = plain(filter, at);
  if (first === '(') return { kind: 'open', text: first, at, end: at + 1 };
  if (first === ')') return { kind: 'close', text: first, at, end: at + 1 };
  if (first === ',') return { kind: 'comma', text: first, at, end: at + 1 };
  const both = first.length === 1 ? first + plain(filter, at + 1).slice(0, 1) : first;
  const found = SIGNS.find(([written]) => both.startsWith(written));
  if (found === undefined) return undefined;
  return { kind: 'operator', text: found[1], at, end: at + (first.length === 1 ? found[0].length : 1) };
}

function plain(filter: string, at: number): string {
  const character = filter[at] ?? '';
  return PLAIN[character] ?? character;
}

function quoted(filter: string, at: number): Token | undefined {
  const closing = CLOSING[filter[at] as string];
  if (closing === undefined) return undefined;
  let text = '';
  for (let i = at + 1; i < filter.length; i++) {
    const character = filter[i] as string;
    const next = filter[i + 1];
    if (character === '\\' && (next === '\\' || next === closing)) {
      text += next;
      i++;
    } else if (character !== closing) text += character;
    else if (next === closing) {
      text += closing;
      i++;
    } else return { kind: 'quoted', text, at, end: i + 1 };
  }
  throw filterError('FILTER_SYNTAX', filter, at, 'this quote is not closed', { hint: `end the value with ${closing}` });
}

function word(filter: string, at: number): Token {
  WORD.lastIndex = at;
  const match = WORD.exec(filter);
  if (match !== null) return { kind: 'word', text: match[0], at, end: WORD.lastIndex };
  throw filterError('FILTER_SYNTAX', filter, at, 'this character means nothing here', { hint: "put quotes around a value: '…'" });
}
