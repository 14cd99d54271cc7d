import type { Population } from '../population.ts';
import { editDistance } from '../text/edit-distance.ts';
import { sharedUints } from '../text/shared-array.ts';
import { hashText, mayBeWithin, type PooledTexts, pooledText } from '../text/text-pool.ts';
import { bestOf, type Comparison } from './comparison.ts';

const TAIL = 8;
const SHORT_TAIL = 7;

/** The hash of the last digits of each distinct number. */
export function preparePhones(population: Population): void {
  if (population.derived['phone.tail'] !== undefined) return;
  const texts = population.columns.phone?.texts as PooledTexts;
  const tails = sharedUints(texts.size);
  for (let number = 1; number < texts.size; number++) tails[number] = hashText(pooledText(texts, number).slice(-TAIL));
  population.derived['phone.tail'] = tails;
}

/** Phone numbers by their national number: the same, the same end, one digit wrong. */
export const phone: Comparison = {
  name: 'phone',
  columns: ['phone'],
  levels: [
    { name: 'exact', m: 0.68, u: 0.000005, term: 'phone' },
    { name: 'same end', m: 0.02, u: 0.000003, ordered: false },
    { name: 'one digit', m: 0.04, u: 0.000005 },
    { name: 'else', m: 0.26, u: 0.999987 },
  ],
  prepare: preparePhones,
  bind(population) {
    const texts = population.columns.phone?.texts as PooledTexts;
    const { codes, offsets } = texts;
    return bestOf(population, 'phone', (a, b) => {
      if (a === b) return 1;
      const [endA, endB] = [offsets[a + 1], offsets[b + 1]] as [number, number];
      if (sameEnd(codes, endA, endB)) return 2;
      return mayBeWithin(texts, a, b, 1) && editDistance(codes, offsets[a] as number, endA, codes, offsets[b] as number, endB, 1) <= 1
        ? 3
        : 4;
    });
  },
};

/** Every key has seven digits at least. */
function sameEnd(codes: Uint16Array, endA: number, endB: number): boolean {
  for (let i = 1; i <= SHORT_TAIL; i++) if (codes[endA - i] !== codes[endB - i]) return false;
  return true;
}
