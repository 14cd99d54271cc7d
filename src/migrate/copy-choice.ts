import type { Snapshot } from '../connectors/connector.ts';
import { CrmError } from '../errors.ts';
import type { TableSchema } from '../model/table-schema.ts';
import { nearest } from '../model/nearest.ts';
import { parentsFirst } from './copy-order.ts';

/** What of a source is copied. */
export interface ChosenTables {
  /** Parents first. */
  readonly tables: readonly TableSchema[];
  readonly views: readonly string[];
}

/**
 * The tables that are to be copied, as the source describes them.
 * @param names null: all tables
 * @throws {CrmError} NOT_FOUND when there is no such table; USAGE when it is a view
 */
export async function chooseTables(source: Snapshot, names: readonly string[] | null): Promise<ChosenTables> {
  const entries = await source.tables();
  const kinds = new Map(entries.map(({ name, kind }) => [name, kind]));
  for (const name of names ?? []) refuseMissing(name, kinds);
  const chosen = names === null ? entries.filter(({ kind }) => kind === 'table').map(({ name }) => name) : [...new Set(names)];
  if (chosen.length === 0)
    throw new CrmError('NOT_FOUND', 'the source has no tables', { hint: 'check its address, or the schema that it names' });
  const tables: TableSchema[] = [];
  for (const name of chosen) {
    const table = await source.schema(name);
    source.refuse?.(table);
    tables.push(table);
  }
  const views = names === null ? entries.filter(({ kind }) => kind === 'view').map(({ name }) => name) : [];
  return { tables: parentsFirst(tables), views };
}

function refuseMissing(name: string, kinds: ReadonlyMap<string, 'table' | 'view'>): void {
  const kind = kinds.get(name);
  if (kind === 'table') return;
  if (kind === 'view') throw new CrmError('USAGE', `${name} is a view: only tables are copied`, { hint: 'name the tables that it reads' });
  const near = nearest(name, [...kinds.keys()]);
  throw new CrmError('NOT_FOUND', `the source has no table ${name}`, {
    hint: near === undefined ? 'leave --tables out to copy all' : `did you mean ${near}?`,
  });
}
