import type { Population } from '../population.ts';
import { editDistance } from '../text/edit-distance.ts';
import { jaroWinkler } from '../text/jaro-winkler.ts';
import type { Comparison } from './comparison.ts';
import { rememberingLevels } from './comparison.ts';
import { mayBeWithin } from '../text/text-pool.ts';

const NEAR_CITY = 0.92;
const SAME = 0;
const NEAR = 1;
const OTHER = 2;
const NONE = 3;

/** Levels by how the postal codes agree (rows) and how the cities do (columns): same, near, other, missing. */
const LEVELS: readonly (readonly number[])[] = [
  [1, 1, 2, 1],
  [3, 5, 6, 5],
  [4, 6, 8, 8],
  [4, 6, 8, 0],
];

/**
 * Postal code, city and region as one comparison, because each says most of what the others say. Postal codes that differ
 * in one digit are near only within one city, or where a city is missing.
 */
export const place: Comparison = {
  name: 'place',
  columns: ['postal', 'city', 'region'],
  levels: [
    { name: 'same postal code', m: 0.7, u: 0.001, term: 'postal' },
    { name: 'same postal code, other city', m: 0.01, u: 0.0003, ordered: false },
    { name: 'near postal code, same city', m: 0.04, u: 0.001, term: 'city' },
    { name: 'same city', m: 0.1, u: 0.02, term: 'city' },
    { name: 'near postal code', m: 0.02, u: 0.003, ordered: false },
    { name: 'near city', m: 0.02, u: 0.005, ordered: false },
    { name: 'same region', m: 0.03, u: 0.08, term: 'region' },
    { name: 'else', m: 0.08, u: 0.8897 },
  ],
  bind(population) {
    const postal = likenessOf(population, 'postal', (codes, a, aEnd, b, bEnd) => editDistance(codes, a, aEnd, codes, b, bEnd, 1) <= 1);
    const city = likenessOf(population, 'city', (codes, a, aEnd, b, bEnd) => {
      if (Math.min(aEnd - a, bEnd - b) < 4) return false;
      return editDistance(codes, a, aEnd, codes, b, bEnd, 1) <= 1 || jaroWinkler(codes, a, aEnd, codes, b, bEnd) >= NEAR_CITY;
    });
    const region = population.columns.region?.ids as Int32Array;
    return (a, b) => {
      const level = (LEVELS[postal(a, b)] as readonly number[])[city(a, b)] as number;
      if (level !== 0 && level !== 8) return level;
      if (region[a] === 0 || region[b] === 0) return level;
      return region[a] === region[b] ? 7 : 8;
    };
  },
};

type IsNear = (codes: Uint16Array, a: number, aEnd: number, b: number, bEnd: number) => boolean;

/** Codes and cities that are near have so many letters in common. */
const LIKE_EDITS = 2;

function likenessOf(population: Population, name: string, isNear: IsNear): (a: number, b: number) => number {
  const { ids, texts } = population.columns[name] as Population['columns'][string];
  const { codes, offsets } = texts;
  const likeness = rememberingLevels((a, b) =>
    mayBeWithin(texts, a, b, LIKE_EDITS) &&
    isNear(codes, offsets[a] as number, offsets[a + 1] as number, offsets[b] as number, offsets[b + 1] as number)
      ? NEAR
      : OTHER,
  );
  return (a, b) => {
    const [one, other] = [ids[a] as number, ids[b] as number];
    return one === 0 || other === 0 ? NONE : one === other ? SAME : likeness(one, other);
  };
}
