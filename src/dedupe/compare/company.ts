import type { Population } from '../population.ts';
import { editDistance } from '../text/edit-distance.ts';
import { jaroWinkler } from '../text/jaro-winkler.ts';
import { pooledText } from '../text/text-pool.ts';
import { type Comparison, rememberingLevels } from './comparison.ts';

const NEAR = 0.93;
const SIMILAR = 0.85;
const SIMILAR_WORD = 0.88;
const HAN = /\p{Script=Han}/u;
const MIN_LENGTH = 4;

/** The company that a person works for, by its name without legal form and region. */
export const employer: Comparison = {
  name: 'company_name',
  columns: ['company'],
  levels: [
    { name: 'exact', m: 0.7, u: 0.005, term: 'company' },
    { name: 'near', m: 0.05, u: 0.001 },
    { name: 'contained', m: 0.03, u: 0.002, ordered: false },
    { name: 'similar', m: 0.02, u: 0.01 },
    { name: 'else', m: 0.2, u: 0.982 },
  ],
  bind: bindCompany,
};

/** An organisation's own name, without legal form and region. */
export const organisationName: Comparison = {
  name: 'name',
  columns: ['company'],
  levels: [
    { name: 'exact', m: 0.72, u: 0.0005, term: 'company' },
    { name: 'near', m: 0.12, u: 0.0005 },
    { name: 'contained', m: 0.08, u: 0.001, ordered: false },
    { name: 'similar', m: 0.04, u: 0.008 },
    { name: 'else', m: 0.04, u: 0.99 },
  ],
  bind: bindCompany,
};

function bindCompany(population: Population): (a: number, b: number) => number {
  const { ids, texts } = population.columns.company as Population['columns'][string];
  const { codes, offsets } = texts;
  const level = rememberingLevels((a, b) => {
    const [atA, endA, atB, endB] = [offsets[a], offsets[a + 1], offsets[b], offsets[b + 1]] as [number, number, number, number];
    const shorter = Math.min(endA - atA, endB - atB);
    const [one, other] = [pooledText(texts, a), pooledText(texts, b)];
    if (HAN.test(one) || HAN.test(other)) return one.length >= MIN_LENGTH && other.length >= MIN_LENGTH ? hanLevel(one, other) : 5;
    if (sameWords(one, other)) return 1;
    const bound = shorter >= 8 ? 2 : 1;
    if (shorter >= MIN_LENGTH && editDistance(codes, atA, endA, codes, atB, endB, bound) <= bound) return 2;
    if (isContained(one, other) || isContained(other, one)) return 3;
    const likeness = jaroWinkler(codes, atA, endA, codes, atB, endB);
    // X Holding and X Logistics have most letters in common: each word has to have its like.
    if (likeness >= NEAR && wordsAreAlike(one, other)) return 2;
    return likeness >= SIMILAR ? 4 : 5;
  });
  return (a, b) => {
    const [one, other] = [ids[a] as number, ids[b] as number];
    return one === 0 || other === 0 ? 0 : one === other ? 1 : level(one, other);
  };
}

function hanLevel(a: string, b: string): number {
  if (a.includes(b) || b.includes(a)) return 3;
  let different = Math.abs(a.length - b.length);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) different++;
  return different === 1 && Math.min(a.length, b.length) >= 5 ? 2 : 5;
}

function sameWords(a: string, b: string): boolean {
  if (a.length !== b.length) return a.replaceAll(' ', '') === b.replaceAll(' ', '');
  return a.split(' ').sort().join(' ') === b.split(' ').sort().join(' ');
}

/** Whether two names have as many words, each like the one in its place. */
function wordsAreAlike(a: string, b: string): boolean {
  const [one, other] = [a.split(' '), b.split(' ')];
  return one.length === other.length && one.every((word, i) => isLike(word, other[i] as string));
}

function isLike(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [Uint16Array.from(a, codeOf), Uint16Array.from(b, codeOf)];
  return jaroWinkler(one, 0, one.length, other, 0, other.length) >= SIMILAR_WORD;
}

const codeOf = (letter: string): number => letter.charCodeAt(0);

/** Whether all words of the first are words of the second. */
function isContained(a: string, b: string): boolean {
  const words = new Set(b.split(' '));
  return a.length >= MIN_LENGTH && a.split(' ').every((word) => words.has(word));
}
