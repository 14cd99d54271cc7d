import type { Column, Population } from '../population.ts';
import { editDistance } from '../text/edit-distance.ts';
import { jaroWinkler } from '../text/jaro-winkler.ts';
import { sharedInts } from '../text/shared-array.ts';
import { mayBeWithin } from '../text/text-pool.ts';
import { type Comparison, rememberingLevels } from './comparison.ts';

const SPACE = 32;
const [ZERO, NINE] = [48, 57];
const NEAR = 0.9;
/** Beside the errors of the street, the house number may be another. */
const LIKE_EDITS = 2;

/** How many code units at the head of each street are its house number. */
function prepareStreets(population: Population): void {
  if (population.derived['street.number'] !== undefined) return;
  const { codes, offsets, size } = (population.columns.street as Column).texts;
  const ends = sharedInts(size);
  for (let number = 1; number < size; number++) {
    const [start, end] = [offsets[number] as number, offsets[number + 1] as number];
    const first = codes[start] as number;
    if (first < ZERO || first > NINE) continue;
    let at = start;
    while (at < end && codes[at] !== SPACE) at++;
    ends[number] = at - start;
  }
  population.derived['street.number'] = ends;
}

/** Streets, the house number apart from the rest. */
export const street: Comparison = {
  name: 'street',
  columns: ['street'],
  levels: [
    { name: 'exact', m: 0.68, u: 0.0002, term: 'street' },
    { name: 'near, same number', m: 0.1, u: 0.0001 },
    { name: 'same street, other number', m: 0.04, u: 0.002 },
    { name: 'same number', m: 0.02, u: 0.01, ordered: false },
    { name: 'else', m: 0.16, u: 0.9877 },
  ],
  prepare: prepareStreets,
  bind(population) {
    const { ids, texts } = population.columns.street as Population['columns'][string];
    const { codes, offsets } = texts;
    const numbers = population.derived['street.number'] as Int32Array;
    const level = rememberingLevels((a, b) => {
      const [atA, endA, atB, endB] = [offsets[a], offsets[a + 1], offsets[b], offsets[b + 1]] as [number, number, number, number];
      const [numberA, numberB] = [numbers[a], numbers[b]] as [number, number];
      const known = numberA > 0 && numberB > 0;
      const sameNumber = known && numberA === numberB && sameCodes(codes, atA, atB, numberA);
      const [restA, restB] = [atA + (numberA === 0 ? 0 : numberA + 1), atB + (numberB === 0 ? 0 : numberB + 1)];
      const [lengthA, lengthB] = [endA - restA, endB - restB];
      if (lengthA <= 0 || lengthB <= 0) return sameNumber ? 4 : 5;
      const errors = Math.min(lengthA, lengthB) >= 8 ? 2 : 1;
      if (!mayBeWithin(texts, a, b, errors + LIKE_EDITS)) return sameNumber ? 4 : 5;
      const isNear =
        editDistance(codes, restA, endA, codes, restB, endB, errors) <= errors ||
        jaroWinkler(codes, restA, endA, codes, restB, endB) >= NEAR;
      const likeNumbers = (): boolean =>
        Math.min(numberA, numberB) > 2 && editDistance(codes, atA, atA + numberA, codes, atB, atB + numberB, 1) <= 1;
      if (isNear) return sameNumber || !known || likeNumbers() ? 2 : 3;
      return sameNumber ? 4 : 5;
    });
    return (a, b) => {
      const [one, other] = [ids[a] as number, ids[b] as number];
      return one === 0 || other === 0 ? 0 : one === other ? 1 : level(one, other);
    };
  },
};

function sameCodes(codes: Uint16Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (codes[a + i] !== codes[b + i]) return false;
  return true;
}
