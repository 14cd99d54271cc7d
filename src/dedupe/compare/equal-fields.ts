import { editDistance } from '../text/edit-distance.ts';
import type { PooledTexts } from '../text/text-pool.ts';
import type { Comparison, Level } from './comparison.ts';
import { equalOrElse } from './person-names.ts';

const equal = (name: string, column: string, m: number, u: number, term?: string): Comparison => {
  const exact: Level = { name: 'exact', m, u, ...(term === undefined ? {} : { term }) };
  return {
    name,
    columns: [column],
    levels: [exact, { name: 'else', m: 1 - m, u: 1 - u }],
    bind: (population) => equalOrElse(population, column),
  };
};

/** Gender, where both say one. */
export const gender = equal('gender', 'gender', 0.97, 0.45);
/** The domain of a website. */
export const website = equal('website', 'website', 0.85, 0.0005, 'website');
/** Job titles change often. */
export const jobTitle = equal('job_title', 'job', 0.6, 0.02, 'job');

/** Tax and identity numbers. */
export const taxId: Comparison = {
  name: 'tax_id',
  columns: ['tax'],
  levels: [
    { name: 'exact', m: 0.93, u: 0.000001, term: 'tax' },
    { name: 'one character', m: 0.04, u: 0.000002 },
    { name: 'else', m: 0.03, u: 0.999997 },
  ],
  bind(population) {
    const { ids, texts } = population.columns.tax as { ids: Int32Array; texts: PooledTexts };
    const { codes, offsets } = texts;
    return (a, b) => {
      const [one, other] = [ids[a] as number, ids[b] as number];
      if (one === 0 || other === 0) return 0;
      if (one === other) return 1;
      const [atA, endA, atB, endB] = [offsets[one], offsets[one + 1], offsets[other], offsets[other + 1]] as [
        number,
        number,
        number,
        number,
      ];
      return editDistance(codes, atA, endA, codes, atB, endB, 1) <= 1 ? 2 : 3;
    };
  },
};
