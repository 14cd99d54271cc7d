import type { Engine } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import type { CompiledQuery, QueryOptions } from './query-options.ts';
import { compileQuery } from './query-sql.ts';

/**
 * Compiles a query on the customers of a database. Which custom fields there are is looked up only where it must be known:
 * that takes reading all of them.
 * @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD, USAGE
 */
export async function compileCustomerQuery(engine: Engine, options: QueryOptions, now: Date): Promise<CompiledQuery> {
  const compile = (names: readonly string[]): CompiledQuery => compileQuery(options, engine.facts, { now, customFields: new Set(names) });
  if (options.select?.includes('*')) return compile(await customFieldNames(engine));
  try {
    return compile([]);
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'UNKNOWN_FIELD') throw error;
    return compile(await customFieldNames(engine));
  }
}

/** Names of the custom fields in use, sorted. */
export async function customFieldNames(engine: Engine): Promise<string[]> {
  const rows = await engine.all<{ name: string }>(engine.facts.attributeNamesSql);
  return rows.map((row) => row.name).sort();
}
