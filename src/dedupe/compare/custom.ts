import type { Column, Population } from '../population.ts';
import { editDistance } from '../text/edit-distance.ts';
import { jaroWinkler } from '../text/jaro-winkler.ts';
import { pooledText } from '../text/text-pool.ts';
import { type Comparison, rememberingLevels } from './comparison.ts';

const NEAR = 0.9;
const SIMILAR = 0.8;
const LOOKED_AT = 200;
const NUMBER = /^[\d ./-]+$/;

/** Compares a custom field: numbers by digits, other texts by letters. `exactU`: the share of random pairs that agree. */
export function customField(column: Column, exactU: number): Comparison {
  return isNumeric(column) ? numbers(column.name, exactU) : texts(column.name, exactU);
}

/** The comparison of a custom field that a model was fitted with, by the number of its levels. */
export function knownCustomField(name: string, levels: number): Comparison {
  return levels === NUMBER_LEVELS ? numbers(name, UNUSED) : texts(name, UNUSED);
}

const NUMBER_LEVELS = 3;
/** What is believed before data is seen does not matter where a model is fitted. */
const UNUSED = 0.001;

function isNumeric({ texts: { size }, texts: pooled }: Column): boolean {
  const step = Math.max(1, Math.floor(size / LOOKED_AT));
  let [looked, numeric] = [0, 0];
  for (let number = 1; number < size; number += step) {
    looked++;
    if (NUMBER.test(pooledText(pooled, number))) numeric++;
  }
  return numeric >= looked * 0.9;
}

function numbers(name: string, exactU: number): Comparison {
  const nearU = Math.min(0.2, exactU * 8);
  return {
    name,
    columns: [name],
    levels: [
      { name: 'exact', m: 0.8, u: exactU, term: name },
      { name: 'one digit', m: 0.08, u: nearU },
      { name: 'else', m: 0.12, u: 1 - exactU - nearU },
    ],
    bind: (population) =>
      byTexts(population, name, (codes, a, aEnd, b, bEnd) => {
        const longer = Math.max(aEnd - a, bEnd - b);
        return longer >= 3 && editDistance(codes, a, aEnd, codes, b, bEnd, 1) <= 1 ? 2 : 3;
      }),
  };
}

function texts(name: string, exactU: number): Comparison {
  const nearU = Math.min(0.05, exactU * 2);
  const similarU = Math.min(0.1, exactU * 6 + 0.01);
  return {
    name,
    columns: [name],
    levels: [
      { name: 'exact', m: 0.8, u: exactU, term: name },
      { name: 'near', m: 0.08, u: nearU },
      { name: 'similar', m: 0.02, u: similarU },
      { name: 'else', m: 0.1, u: 1 - exactU - nearU - similarU },
    ],
    bind: (population) =>
      byTexts(population, name, (codes, a, aEnd, b, bEnd) => {
        const shorter = Math.min(aEnd - a, bEnd - b);
        const bound = shorter >= 7 ? 2 : 1;
        if (shorter >= 3 && editDistance(codes, a, aEnd, codes, b, bEnd, bound) <= bound) return 2;
        const likeness = jaroWinkler(codes, a, aEnd, codes, b, bEnd);
        return likeness >= NEAR ? 2 : likeness >= SIMILAR ? 3 : 4;
      }),
  };
}

type LevelOf = (codes: Uint16Array, a: number, aEnd: number, b: number, bEnd: number) => number;

function byTexts(population: Population, name: string, levelOf: LevelOf): (a: number, b: number) => number {
  const { ids, texts: pooled } = population.columns[name] as Column;
  const { codes, offsets } = pooled;
  const level = rememberingLevels((a, b) =>
    levelOf(codes, offsets[a] as number, offsets[a + 1] as number, offsets[b] as number, offsets[b + 1] as number),
  );
  return (a, b) => {
    const [one, other] = [ids[a] as number, ids[b] as number];
    return one === 0 || other === 0 ? 0 : one === other ? 1 : level(one, other);
  };
}
