import type { Engine } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import type { CompiledQuery, QueryOptions } from './query-options.ts';
import type { Fragment } from './query-fragment.ts';
import { compileCondition, compileQuery } from './query-sql.ts';

/**
 * Compiles a query on the customers of a database. Which custom fields there are is looked up only where it must be known:
 * that takes reading all of them.
 * @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD, USAGE
 */
export async function compileCustomerQuery(engine: Engine, options: QueryOptions, now: Date): Promise<CompiledQuery> {
  const compile = (names: readonly string[]): CompiledQuery => compileQuery(options, engine.facts, { now, customFields: new Set(names) });
  return options.select?.includes('*') ? compile(await customFieldNames(engine)) : withCustomFields(engine, compile);
}

/** Compiles the WHERE clause of such a query alone. @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD, USAGE */
export function compileCustomerCondition(engine: Pick<Engine, 'all' | 'facts'>, options: QueryOptions, now: Date): Promise<Fragment> {
  return withCustomFields(engine, (names) => compileCondition(options, engine.facts, { now, customFields: new Set(names) }));
}

/** Compiles with the names of the custom fields, which are looked up only where the catalogue does not know a name. */
export async function withCustomFields<T>(engine: Pick<Engine, 'all' | 'facts'>, compile: (names: readonly string[]) => T): Promise<T> {
  try {
    return compile([]);
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'UNKNOWN_FIELD') throw error;
    return compile(await customFieldNames(engine));
  }
}

/** Names of the custom fields in use, sorted. */
export async function customFieldNames(engine: Pick<Engine, 'all' | 'facts'>): Promise<string[]> {
  const rows = await engine.all<{ name: string }>(engine.facts.attributeNamesSql);
  return rows.map((row) => row.name).sort();
}
