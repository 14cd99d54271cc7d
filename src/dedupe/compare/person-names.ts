import type { Column, Population } from '../population.ts';
import { type Compare, type Comparison, rememberingLevels } from './comparison.ts';
import { ALIAS, INITIAL, NEAR, nameLikeness, PART, prepareNames, SIMILAR } from './name-texts.ts';

const EXACT = 1;
const SWAPPED = 2;

/** Levels of given names by how like two different ones are (`name-texts.ts`). */
const GIVEN_LEVELS: Readonly<Record<number, number>> = { [ALIAS]: 3, [NEAR]: 4, [PART]: 5, [INITIAL]: 6, [SIMILAR]: 7 };
const FAMILY_LEVELS: Readonly<Record<number, number>> = { [ALIAS]: 2, [NEAR]: 3, [PART]: 4, [INITIAL]: 4, [SIMILAR]: 5 };

/** Given names; also says whether given and family name are swapped, which then is all that the two say. */
export const givenName: Comparison = {
  name: 'given_name',
  columns: ['given'],
  levels: [
    { name: 'exact', m: 0.72, u: 0.006, term: 'given' },
    { name: 'swapped', m: 0.03, u: 0.0002, ordered: false },
    { name: 'nickname', m: 0.04, u: 0.003, ordered: false },
    { name: 'near', m: 0.12, u: 0.009 },
    { name: 'part', m: 0.01, u: 0.004, ordered: false },
    { name: 'initial', m: 0.02, u: 0.01, ordered: false },
    { name: 'similar', m: 0.02, u: 0.04 },
    { name: 'else', m: 0.04, u: 0.9278 },
  ],
  prepare: prepareNames,
  bind(population) {
    const given = population.columns.given?.ids as Int32Array;
    const isSwapped = swappedNames(population);
    const likeness = nameLikeness(population);
    const level = rememberingLevels((a, b) => GIVEN_LEVELS[likeness(a, b)] ?? 8);
    return (a, b) => {
      const [one, other] = [given[a] as number, given[b] as number];
      if (one === other) return one === 0 ? (isSwapped(a, b) ? SWAPPED : 0) : EXACT;
      if (isSwapped(a, b)) return SWAPPED;
      return one === 0 || other === 0 ? 0 : level(one, other);
    };
  },
};

/** Family names; no evidence where the comparison of given names has found them swapped. */
export const familyName: Comparison = {
  name: 'family_name',
  columns: ['family'],
  levels: [
    { name: 'exact', m: 0.79, u: 0.003, term: 'family' },
    { name: 'same sound', m: 0.01, u: 0.001, ordered: false },
    { name: 'near', m: 0.12, u: 0.006 },
    { name: 'part', m: 0.02, u: 0.003, ordered: false },
    { name: 'similar', m: 0.02, u: 0.04 },
    { name: 'else', m: 0.04, u: 0.947 },
  ],
  prepare: prepareNames,
  bind(population) {
    const family = population.columns.family?.ids as Int32Array;
    const isSwapped = swappedNames(population);
    const likeness = nameLikeness(population);
    const level = rememberingLevels((a, b) => FAMILY_LEVELS[likeness(a, b)] ?? 6);
    return (a, b) => {
      const [one, other] = [family[a] as number, family[b] as number];
      if (one === 0 || other === 0) return 0;
      if (one === other) return EXACT;
      return isSwapped(a, b) ? 0 : level(one, other);
    };
  },
};

/**
 * Whether two names are the same with given and family name in each other's place: both equal, or one equal and the other
 * near; or one of them is in Han and the other is how it sounds; or the same words divided otherwise.
 */
function swappedNames(population: Population): (a: number, b: number) => boolean {
  const given = population.columns.given?.ids as Int32Array;
  const family = population.columns.family?.ids as Int32Array;
  const words = population.hashes.name;
  const likeness = nameLikeness(population);
  const { codes, offsets } = (population.columns.given as Column).texts;
  const firstOf = (text: number): number => codes[offsets[text] as number] as number;
  const sounds = population.derived['names.sounds'] as Uint32Array;
  const han = population.derived['names.han'] as Uint8Array;
  const isNear = (a: number, b: number): boolean => a === b || likeness(a, b) <= NEAR;
  return (a, b) => {
    const [givenA, givenB, familyA, familyB] = [given[a], given[b], family[a], family[b]] as [number, number, number, number];
    if (givenA === givenB && familyA === familyB) return false;
    if (words[a] === words[b] && words[a] !== 0 && givenA !== givenB && familyA !== familyB) return true;
    if (givenA === 0 || givenB === 0 || familyA === 0 || familyB === 0) return false;
    if (han[givenA] !== han[givenB] && sounds[givenA] === sounds[familyB] && sounds[familyA] === sounds[givenB]) return true;
    if (givenA === familyB) return isNear(familyA, givenB);
    if (familyA === givenB) return isNear(givenA, familyB);
    // With errors in both: hardly ever in the first letter.
    if (firstOf(givenA) !== firstOf(familyB) || firstOf(familyA) !== firstOf(givenB)) return false;
    return givenA !== givenB && familyA !== familyB && isNear(givenA, familyB) && isNear(familyA, givenB);
  };
}

/** Jr and Sr, II and III: only where both have one. */
export const generation: Comparison = {
  name: 'generation',
  columns: ['generation'],
  levels: [
    { name: 'exact', m: 0.97, u: 0.4 },
    { name: 'else', m: 0.03, u: 0.6 },
  ],
  bind: (population): Compare => equalOrElse(population, 'generation'),
};

/** 1 where two records have the same text in a column, 2 where they have different ones. */
export function equalOrElse(population: Population, name: string): Compare {
  const ids = population.columns[name]?.ids as Int32Array;
  return (a, b) => (ids[a] === 0 || ids[b] === 0 ? 0 : ids[a] === ids[b] ? EXACT : 2);
}
