import { CrmError } from '../errors.ts';
import { customFieldsOf } from '../model/filter-fields.ts';
import { parseFilter } from '../model/filter-parser.ts';
import { type Filter, formatFilter } from '../model/filter.ts';
import type { QueryOptions } from '../repository/query-options.ts';
import type { Repository } from '../repository/repository.ts';

/** Which customers are meant, and what is shown of them. */
export interface Selection extends Omit<QueryOptions, 'ids'> {
  /** Name of a saved filter; with a filter, both must be true. */
  readonly segment?: string;
  /** ISO 3166-1 alpha-2 region of phone numbers in the filter that are written without a calling code. */
  readonly region?: string | null;
}

/** Fields whose values people write in other forms than they are stored in, and what is certainly the stored form already. */
const STORED_FORM: Readonly<Record<string, (value: string, region: string | null) => boolean>> = {
  // A number without calling code stays one where no region is known: it is compared with the end of numbers.
  phone: (value, region) => !value.includes('(0)') && (region === null ? /^\+?[1-9][\d\s().-]*$/ : /^\+[\d\s().-]+$/).test(value),
  country: (value) => /^[A-Z]{2}$/.test(value),
  kind: (value) => value === 'person' || value === 'organisation',
  region: () => false,
  gender: (value) => value === 'male' || value === 'female' || value === 'other',
};

/**
 * A selection as the repository takes it: the segment looked up, values in filters brought to their stored form.
 * @throws {CrmError} FILTER_SYNTAX or UNKNOWN_FIELD with a caret, NOT_FOUND for an unknown segment
 */
export async function queryOptions(repository: Repository, selection: Selection): Promise<QueryOptions> {
  const { filter, segment, region, ...options } = selection;
  if (filter === undefined && segment === undefined) return options;
  const parsed = await combinedFilter(repository, filter, segment);
  if (!mayBeUnderstood(parsed, region ?? null)) return { ...options, filter: formatFilter(parsed) };
  const { withUnderstoodValues } = await import('./understood-values.ts');
  return { ...options, filter: formatFilter(withUnderstoodValues(parsed, region ?? null)) };
}

/**
 * Saves the filter of a selection under a name; nothing else of it is kept.
 * @throws {CrmError} USAGE when it has no filter, or a search, which is no filter
 */
export async function saveSegment(repository: Repository, name: string, selection: Selection): Promise<void> {
  const { filter, segment, search } = selection;
  if (search !== undefined)
    throw new CrmError('USAGE', '--save keeps a filter, not a search', { hint: 'leave --search out; give it again with --segment' });
  if (filter === undefined && segment === undefined) {
    throw new CrmError('USAGE', '--save has nothing to save: there is no filter', {
      hint: 'for instance: crm query "tag = vip" --save vip',
    });
  }
  const text = segment === undefined ? (filter as string) : formatFilter(await combinedFilter(repository, filter, segment));
  await parse(repository, text);
  await repository.saveSegment(name, text);
}

async function combinedFilter(repository: Repository, filter: string | undefined, segment: string | undefined): Promise<Filter> {
  const own = filter === undefined ? null : await parse(repository, filter);
  const saved = segment === undefined ? null : await parseSegment(repository, segment);
  if (own === null || saved === null) return (own ?? saved) as Filter;
  return { kind: 'and', operands: [saved, own] };
}

async function parseSegment(repository: Repository, name: string): Promise<Filter> {
  const text = await repository.segment(name);
  try {
    return await parse(repository, text);
  } catch (error) {
    if (!(error instanceof CrmError)) throw error;
    throw new CrmError(error.code, `segment “${name}”: ${error.message}`, {
      cause: error,
      hint: 'save it again with: crm query FILTER --save NAME',
    });
  }
}

/** Custom fields are looked up in the data only where the catalogue does not know a name. */
async function parse(repository: Repository, text: string): Promise<Filter> {
  try {
    return parseFilter(text, customFieldsOf([]));
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'UNKNOWN_FIELD') throw error;
    return parseFilter(text, customFieldsOf(await repository.customFields()));
  }
}

/** Whether any value may be written in another form than it is stored: the tables for that take a moment to load. */
function mayBeUnderstood(filter: Filter, region: string | null): boolean {
  if ('operands' in filter) return filter.operands.some((operand) => mayBeUnderstood(operand, region));
  if ('operand' in filter) return mayBeUnderstood(filter.operand, region);
  const values = filter.kind === 'in' ? filter.values : filter.kind === 'compare' ? [filter.value] : [];
  const isStored = STORED_FORM[filter.field];
  return isStored !== undefined && values.some((value) => value !== null && !isStored(value, region));
}
