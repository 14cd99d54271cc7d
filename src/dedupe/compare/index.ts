import type { Column, Population } from '../population.ts';
import { CUSTOM_PREFIX } from '../population-reader.ts';
import type { Model } from '../model/model.ts';
import { birthday } from './birthday.ts';
import { employer, organisationName } from './company.ts';
import type { Comparison } from './comparison.ts';
import { customField, knownCustomField } from './custom.ts';
import { email } from './email.ts';
import { gender, jobTitle, taxId, website } from './equal-fields.ts';
import { familyName, generation, givenName } from './person-names.ts';
import { phone } from './phone.ts';
import { place } from './place.ts';
import { street } from './street.ts';

/** Comparisons of each kind, in the order in which they are told. A new one is one file and one word here. */
export const COMPARISONS: Readonly<Record<Population['kind'], readonly Comparison[]>> = {
  person: [givenName, familyName, generation, birthday, email, phone, street, place, employer, jobTitle, gender, website, taxId],
  organisation: [organisationName, email, phone, street, place, website, taxId],
};

/** Words in the name of a custom field that say that it describes the record, its source or its state, and not whom it is about. */
const NO_IDENTITY =
  /(?:^|[\s_.-])(?:cluster|entity|ent|group|truth|label|match|source|batch|file|row|index|line|rank|score|status|state of|stage|type|category|tag|tags|created|updated|modified|last|date|time|timestamp|amount|price|total|balance|count|number of|currency|comment|note|notes|description|url|link|password|token|version)(?:$|[\s_.-])|(?:^|[\s_.-])(?:ent|cluster|entity|record|rec|row|unique|truth)[\s_.-]?(?:id|no|key)$/i;
const MIN_FILLED_SHARE = 0.05;
const MAX_EXACT_SHARE = 0.34;
const MAX_LENGTH = 60;
const MAX_CUSTOM = 12;

/**
 * The comparisons that make sense for a population: those whose columns have values, and of custom fields those that
 * identify: not (nearly) constant, not a key that no two records share, no long texts, no dates of the record itself.
 * @param only names of comparisons that are wanted; null means all
 */
export function comparisonsFor(population: Population, only: readonly string[] | null): Comparison[] {
  const isWanted = (name: string): boolean => only === null || only.includes(name) || only.includes(name.slice(CUSTOM_PREFIX.length));
  const known = COMPARISONS[population.kind].filter(
    ({ name, columns }) => isWanted(name) && columns.some((column) => (population.columns[column]?.filled ?? 0) > 1),
  );
  const custom: { column: Column; share: number }[] = [];
  for (const [name, column] of Object.entries(population.columns)) {
    if (!name.startsWith(CUSTOM_PREFIX) || !isWanted(name)) continue;
    const share = exactShare(column);
    if (only === null ? isIdentifying(population, column, share) : column.filled > 1) custom.push({ column, share });
  }
  custom.sort(
    (a, b) => b.column.filled * -Math.log(b.share) - a.column.filled * -Math.log(a.share) || (a.column.name < b.column.name ? -1 : 1),
  );
  const fields = custom.slice(0, MAX_CUSTOM).map(({ column, share }) => customField(column, share));
  const comparisons = [...known, ...fields];
  for (const comparison of comparisons) comparison.prepare?.(population);
  return comparisons;
}

/** The comparisons that a model was fitted with. */
export function comparisonsOf(population: Population, model: Model): Comparison[] {
  const comparisons = model.comparisons.map(
    ({ name, levels }) => COMPARISONS[model.kind].find((comparison) => comparison.name === name) ?? knownCustomField(name, levels.length),
  );
  for (const comparison of comparisons) comparison.prepare?.(population);
  return comparisons;
}

function isIdentifying({ size }: Population, column: Column, share: number): boolean {
  const { filled, texts, name } = column;
  if (filled < Math.max(2, size * MIN_FILLED_SHARE) || share > MAX_EXACT_SHARE || NO_IDENTITY.test(name.slice(CUSTOM_PREFIX.length)))
    return false;
  // Where no two share a value, equal values say nothing, and similar ones of running numbers mislead.
  if (texts.size - 1 >= filled) return false;
  return (texts.offsets[texts.size] as number) / (texts.size - 1) <= MAX_LENGTH;
}

/** The share of pairs of filled records that have the same text: sum of n(n - 1) / N(N - 1). */
export function exactShare({ counts, filled }: Pick<Column, 'counts' | 'filled'>): number {
  let pairs = 0;
  for (let number = 1; number < counts.length; number++) {
    const count = counts[number] as number;
    pairs += count * (count - 1);
  }
  return filled < 2 ? 0 : Math.max(pairs / (filled * (filled - 1)), 1e-9);
}
