import type { EngineFacts } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import { customFieldsOf } from '../model/filter-fields.ts';
import { parseFilter } from '../model/filter-parser.ts';
import { searchTerms } from '../model/search-words.ts';
import { compileFilter } from './filter-sql.ts';
import { combine, raw, sql, type Fragment } from './query-fragment.ts';
import { compileGroups } from './query-groups.ts';
import type { CompiledQuery, QueryOptions } from './query-options.ts';
import { compileRows } from './query-rows.ts';

/** What a query depends on beside its options. */
export interface QueryContext {
  /** What `today` and `-90d` count from. */
  readonly now: Date;
  /** Names of the custom fields in the database, in the order of `*`. */
  readonly customFields: ReadonlySet<string>;
}

/**
 * Compiles a query on customers; every value is a parameter and every identifier comes from the catalogue.
 * @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD; USAGE for a search without a word or options that exclude each other.
 */
export function compileQuery(options: QueryOptions, facts: EngineFacts, context: QueryContext): CompiledQuery {
  const custom = customFieldsOf(context.customFields);
  const condition = compileCondition(options, facts, context);
  const grouped = (options.groupBy?.length ?? 0) > 0 || (options.sum?.length ?? 0) > 0;
  if (grouped && (options.select?.length ?? 0) > 0) {
    throw new CrmError('USAGE', 'a query that groups or sums shows its groups, it cannot select fields', { hint: 'leave out --select' });
  }
  const names = [...context.customFields];
  const { rows, columns, count } = grouped
    ? compileGroups(options, condition, facts, custom)
    : compileRows(options, condition, facts, custom, names);
  const limited = sql`${rows}${limit(options)}`;
  return {
    sql: limited.text,
    parameters: [...limited.parameters],
    columns,
    countSql: count.text,
    countParameters: [...count.parameters],
  };
}

/** The WHERE clause of a query on customers, or nothing. @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD, USAGE */
export function compileCondition(options: QueryOptions, facts: EngineFacts, context: QueryContext): Fragment {
  const custom = customFieldsOf(context.customFields);
  const conditions: Fragment[] = [];
  if (options.ids !== undefined) conditions.push(oneOfIds(options.ids, facts));
  if (options.exceptIds !== undefined && options.exceptIds.length > 0)
    conditions.push(sql`NOT (${raw(facts.inJsonArray('customers.id', 'integer'), JSON.stringify(options.exceptIds))})`);
  if (options.search !== undefined) conditions.push(searched(options.search, facts));
  if (options.filter !== undefined)
    conditions.push(compileFilter(parseFilter(options.filter, custom), { facts, custom, now: context.now }));
  return conditions.length === 0 ? raw('') : sql` WHERE ${combine(conditions, 'AND')}`;
}

function oneOfIds(ids: readonly number[], facts: EngineFacts): Fragment {
  if (ids.length === 1) return sql`customers.id = ${ids[0] as number}`;
  return raw(facts.inJsonArray('customers.id', 'integer'), JSON.stringify(ids));
}

function searched(search: string, facts: EngineFacts): Fragment {
  const terms = searchTerms(search);
  if (terms.length === 0) {
    throw new CrmError('USAGE', 'the search text holds no word to look for', { hint: 'search for letters or digits' });
  }
  return raw(facts.searchCondition('customers.id'), facts.searchQuery(terms));
}

function limit({ limit: rows, offset }: QueryOptions): Fragment {
  for (const [name, value] of Object.entries({ limit: rows, offset })) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0)) {
      throw new CrmError('USAGE', `--${name} is a whole number from 0 on`);
    }
  }
  if (offset === undefined || offset === 0) return rows === undefined ? raw('') : sql` LIMIT ${rows}`;
  // SQLite knows no OFFSET without a LIMIT; this one is the largest number of both engines.
  return rows === undefined ? sql` LIMIT 9223372036854775807 OFFSET ${offset}` : sql` LIMIT ${rows} OFFSET ${offset}`;
}
