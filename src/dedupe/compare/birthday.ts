import type { Population } from '../population.ts';
import { editDistance } from '../text/edit-distance.ts';
import { mayBeWithin } from '../text/text-pool.ts';
import { bestOf, type Comparison } from './comparison.ts';

/** A date as digits: yyyymmdd. */
const DIGITS = 8;
/** A date that is about right: little more than a year away. */
const CLOSE_DAYS = 400;
/** Parents and children are farther apart than this. */
const GENERATION_DAYS = 12 * 365;

/** Birth dates: one digit or two neighbours wrong, day and month in each other's place, about the same, a generation apart. */
export const birthday: Comparison = dateComparison('birthday', 'birthday');

/** Compares dates written as yyyymmdd in a column. */
export function dateComparison(name: string, column: string): Comparison {
  return {
    name,
    columns: [column],
    levels: [
      { name: 'exact', m: 0.85, u: 0.00005, term: column },
      { name: 'day and month swapped', m: 0.03, u: 0.00004, ordered: false },
      { name: 'one digit', m: 0.07, u: 0.001 },
      { name: 'two digits', m: 0.02, u: 0.02 },
      { name: 'close', m: 0.01, u: 0.025 },
      { name: 'else', m: 0.013, u: 0.28 },
      { name: 'a generation apart', m: 0.007, u: 0.67391 },
    ],
    bind(population: Population) {
      const texts = population.columns[column]?.texts as Population['columns'][string]['texts'];
      const { codes, offsets } = texts;
      return bestOf(population, column, (a, b) => {
        if (a === b) return 1;
        const [atA, atB, endA, endB] = [offsets[a], offsets[b], offsets[a + 1], offsets[b + 1]] as [number, number, number, number];
        const errors = mayBeWithin(texts, a, b, 2) ? editDistance(codes, atA, endA, codes, atB, endB, 2) : 3;
        if (endA - atA !== DIGITS || endB - atB !== DIGITS) return errors <= 1 ? 3 : errors === 2 ? 4 : 6;
        if (isSame(codes, atA, atB, 4) && isSame(codes, atA + 4, atB + 6, 2) && isSame(codes, atA + 6, atB + 4, 2)) return 2;
        if (errors <= 2) return errors <= 1 ? 3 : 4;
        const days = Math.abs(dayOf(codes, atA) - dayOf(codes, atB));
        return days <= CLOSE_DAYS ? 5 : days < GENERATION_DAYS ? 6 : 7;
      });
    },
  };
}

/** Days since year 0, about: a month has 30.4 of them. */
function dayOf(codes: Uint16Array, at: number): number {
  const digits = (from: number, to: number): number => {
    let number = 0;
    for (let i = at + from; i < at + to; i++) number = number * 10 + (codes[i] as number) - 48;
    return number;
  };
  return digits(0, 4) * 365.25 + digits(4, 6) * 30.4 + digits(6, 8);
}

function isSame(codes: Uint16Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (codes[a + i] !== codes[b + i]) return false;
  return true;
}
