import { isHanSurname } from '../../normalize/chinese-surnames.ts';
import { isPinyinSyllable } from '../../normalize/name-syllables.ts';
import { formalNames } from '../../normalize/nicknames.ts';
import { pinyinSurname, pinyinSyllables } from '../../normalize/pinyin.ts';
import type { Population } from '../population.ts';
import { editDistance } from '../text/edit-distance.ts';
import { jaroWinkler } from '../text/jaro-winkler.ts';
import { sharedBytes, sharedInts, sharedUints } from '../text/shared-array.ts';
import { hashText, mayBeWithin, type PooledTexts, pooledText } from '../text/text-pool.ts';

/** How like two parts of names are. */
export const ALIAS = 1;
/** One typing error, or the like. */
export const NEAR = 2;
/** One of them is a part of the other: `maria` of `anna maria`. */
export const PART = 3;
/** One is the initial of the other. */
export const INITIAL = 4;
/** Alike, no more. */
export const SIMILAR = 5;
/** Different. */
export const UNLIKE = 6;

const SPACE = 32;
const HAN = /^\p{Script=Han}/u;
const NEAR_SIMILARITY = 0.92;
const SIMILAR_SIMILARITY = 0.8;
const MIN_ERROR_LENGTH = 3;
const TWO_ERRORS_LENGTH = 7;
/** Similar names of ordinary length have so many letters in common. */
const LIKE_EDITS = 3;
const LONG_NAMES = 20;

/** Works out of each distinct name: whether it is in Han, how it sounds, and the formal names that it may stand for. */
export function prepareNames(population: Population): void {
  if (population.derived['names.han'] !== undefined) return;
  const texts = population.columns.given?.texts as PooledTexts;
  const han = sharedBytes(texts.size);
  const sounds = sharedUints(texts.size);
  const starts = sharedInts(texts.size + 1);
  const formals: number[] = [];
  for (let number = 1; number < texts.size; number++) {
    const text = pooledText(texts, number);
    han[number] = HAN.test(text) ? 1 : 0;
    sounds[number] = hashText(soundOf(text));
    starts[number] = formals.length;
    if (han[number] === 0) for (const formal of formalNames(text)) formals.push(hashText(formal));
  }
  starts[texts.size] = formals.length;
  const list = sharedUints(formals.length);
  list.set(formals);
  Object.assign(population.derived, { 'names.han': han, 'names.sounds': sounds, 'names.formalStarts': starts, 'names.formals': list });
}

/** A name as it sounds: Han as toneless Pinyin in one word, Pinyin written in syllables as one word. */
function soundOf(text: string): string {
  if (HAN.test(text)) {
    if (text.length > 4) return text;
    return isHanSurname(text) ? pinyinSurname(text) : pinyinSyllables(text).join('');
  }
  const parts = text.split(' ');
  return parts.length === 2 && parts.every(isPinyinSyllable) ? parts.join('') : text;
}

/** How like two different parts of names are, by their numbers in the pool of names. Symmetric. */
export function nameLikeness(population: Population): (a: number, b: number) => number {
  const texts = population.columns.given?.texts as PooledTexts;
  const { codes, offsets } = texts;
  const han = population.derived['names.han'] as Uint8Array;
  const sounds = population.derived['names.sounds'] as Uint32Array;
  const formalStarts = population.derived['names.formalStarts'] as Int32Array;
  const formals = population.derived['names.formals'] as Uint32Array;
  const isAlias = (a: number, b: number): boolean => {
    const [hashA, hashB] = [texts.hashes[a], texts.hashes[b]];
    for (let i = formalStarts[a] as number; i < (formalStarts[a + 1] as number); i++) {
      if (formals[i] === hashB) return true;
      for (let j = formalStarts[b] as number; j < (formalStarts[b + 1] as number); j++) if (formals[i] === formals[j]) return true;
    }
    for (let j = formalStarts[b] as number; j < (formalStarts[b + 1] as number); j++) if (formals[j] === hashA) return true;
    return false;
  };
  return (a, b) => {
    const sameSound = sounds[a] === sounds[b];
    if (sameSound && !(han[a] === 1 && han[b] === 1)) return ALIAS;
    const [aStart, aEnd, bStart, bEnd] = [offsets[a], offsets[a + 1], offsets[b], offsets[b + 1]] as [number, number, number, number];
    if (han[a] !== han[b]) return UNLIKE;
    // 伟 and 玮 sound the same and are two names; one may be typed for the other.
    if (han[a] === 1) return sameSound ? SIMILAR : hanLikeness(codes, aStart, aEnd, bStart, bEnd);
    if (isAlias(a, b)) return ALIAS;
    const shorter = Math.min(aEnd - aStart, bEnd - bStart);
    // A part of a long name, or an initial, has few letters in common with the whole.
    if (shorter >= MIN_ERROR_LENGTH && aEnd - aStart + bEnd - bStart < LONG_NAMES && !mayBeWithin(texts, a, b, LIKE_EDITS)) return UNLIKE;
    return latinLikeness(codes, aStart, aEnd, bStart, bEnd);
  };
}

/** One different character of a short name in Han is another name; of three or more it is weak evidence. */
function hanLikeness(codes: Uint16Array, aStart: number, aEnd: number, bStart: number, bEnd: number): number {
  const [a, b] = [aEnd - aStart, bEnd - bStart];
  if (a !== b) return UNLIKE;
  let different = 0;
  for (let i = 0; i < a; i++) if (codes[aStart + i] !== codes[bStart + i]) different++;
  return a >= 2 && different === 1 ? SIMILAR : UNLIKE;
}

function latinLikeness(codes: Uint16Array, aStart: number, aEnd: number, bStart: number, bEnd: number): number {
  const shorter = Math.min(aEnd - aStart, bEnd - bStart);
  if (shorter === 1) return codes[aStart] === codes[bStart] ? INITIAL : UNLIKE;
  if (isWordOf(codes, aStart, aEnd, bStart, bEnd) || isWordOf(codes, bStart, bEnd, aStart, aEnd)) return PART;
  const bound = shorter >= TWO_ERRORS_LENGTH ? 2 : 1;
  if (shorter >= MIN_ERROR_LENGTH && editDistance(codes, aStart, aEnd, codes, bStart, bEnd, bound) <= bound) return NEAR;
  const similarity = jaroWinkler(codes, aStart, aEnd, codes, bStart, bEnd);
  return similarity >= NEAR_SIMILARITY ? NEAR : similarity >= SIMILAR_SIMILARITY ? SIMILAR : UNLIKE;
}

/** Whether the first text is the beginning or the end of the second, up to a blank. */
function isWordOf(codes: Uint16Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  const length = aEnd - aStart;
  if (length + 1 >= bEnd - bStart) return false;
  const begins = codes[bStart + length] === SPACE && sameCodes(codes, aStart, bStart, length);
  return begins || (codes[bEnd - length - 1] === SPACE && sameCodes(codes, aStart, bEnd - length, length));
}

function sameCodes(codes: Uint16Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (codes[a + i] !== codes[b + i]) return false;
  return true;
}
