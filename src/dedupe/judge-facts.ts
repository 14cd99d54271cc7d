import type { Comparison } from './compare/comparison.ts';
import { exactShare } from './compare/index.ts';
import { commonText } from './model/scorer.ts';
import type { Column, Population } from './population.ts';

/** Reads the level of a comparison by its name; 0, no evidence, where it is not made. */
export function levelOf(comparisons: readonly Comparison[], name: string): (levels: Uint8Array) => number {
  const place = comparisons.findIndex((comparison) => comparison.name === name);
  return place < 0 ? () => 0 : (levels) => levels[place] as number;
}

/** Whether what two records have in common in a column is shared by many names, or belongs to a task (`info@`). */
export function sharedBy(population: Population, name: string): (a: number, b: number) => boolean {
  const hubs = population.derived[`${name}.hub`] as Uint8Array | undefined;
  const roles = population.derived[`${name}.role`] as Uint8Array | undefined;
  const column = population.columns[name] as Column;
  if (hubs === undefined) return () => false;
  return (a, b) => {
    const text = commonText(column, a, b);
    return hubs[text] === 1 || roles?.[text] === 1;
  };
}

/** Headers of custom fields that hold a number by which an authority knows a person. */
const IDENTITY_NUMBER =
  /ssn|soc(?:ial)?[\s_.-]*sec|national[\s_.-]*(?:id|number)|passport[\s_.-]*(?:n|$)|identity|nhs|insurance[\s_.-]*n|licen[cs]e[\s_.-]*n|\bnino\b|\bcpf\b|\bcurp\b|\bdni\b|身份证|身份證|护照|護照|证件|證件|社保|社会保障/i;
/** Numbers that many share are no identity numbers: pairs that agree, for each record that has one. */
const MAX_SHARED = 2;

/** What identity numbers in custom fields say of a pair: 1 one is the same but for an error, -1 none is and one is another one, 0 nothing. */
export function identityNumbers(population: Population, comparisons: readonly Comparison[]): (levels: Uint8Array) => number {
  const places = comparisons.flatMap(({ name }, place) => {
    const column = population.columns[name];
    if (!IDENTITY_NUMBER.test(name) || column === undefined) return [];
    return population.known !== null || exactShare(column) * column.filled <= MAX_SHARED ? [place] : [];
  });
  const others = places.map((place) => comparisons[place]?.levels.length);
  return (levels) => {
    if (places.some((place) => levels[place] === 1 || levels[place] === 2)) return 1;
    return places.some((place, i) => levels[place] === others[i]) ? -1 : 0;
  };
}
