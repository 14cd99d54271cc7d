import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import type { SqlRow } from '../../src/engines/engine.ts';
import { type ImportFilesOptions, type ImportReport, importFiles } from '../../src/import/import-files.ts';
import { CHILD_TABLES } from '../../src/model/changeset.ts';
import { matchKeys } from '../../src/normalize/match-keys.ts';
import { CUSTOMER_COLUMNS, customerOf, wordsOf } from '../../src/repository/customer-rows.ts';
import { KEY_CELLS } from '../../src/repository/import-batch.ts';
import { openRepository, type OpenOptions, type Repository } from '../../src/repository/repository.ts';
import type { EngineTarget } from './engines.ts';
import { tempDir } from './temp-dir.ts';

/** A customer database under test: the repository, and a second connection to look behind it. */
export interface TestDatabase {
  readonly url: string;
  readonly repository: Repository;
  readonly engine: Engine;
  readonly folder: string;
}

const shared: TestDatabase[] = [];
afterAll(async () => {
  for (const database of shared.splice(0)) await close(database);
});

/** Makes a customer database for one test; it is closed when the test ends and removed when the file does. */
export async function testDatabase(target: EngineTarget, options: OpenOptions = {}): Promise<TestDatabase> {
  const database = await newDatabase(target, options);
  onTestFinished(() => close(database));
  return database;
}

/** The same for several tests: it is closed when the test file ends. */
export async function sharedDatabase(target: EngineTarget, options: OpenOptions = {}): Promise<TestDatabase> {
  const database = await newDatabase(target, options);
  shared.push(database);
  return database;
}

/** The same where a test makes many: it is closed by the caller. */
export async function openTestDatabase(
  target: EngineTarget,
  options: OpenOptions = {},
): Promise<{ readonly database: TestDatabase; close(): Promise<void> }> {
  const database = await newDatabase(target, options);
  return { database, close: () => close(database) };
}

async function newDatabase(target: EngineTarget, options: OpenOptions): Promise<TestDatabase> {
  const url = target.freshUrl();
  const repository = await openRepository(url, { create: true, actor: 'tester', busyTimeoutMs: 500, ...options });
  return { url, repository, engine: await target.open(url), folder: tempDir() };
}

async function close({ repository, engine }: TestDatabase): Promise<void> {
  await repository.close();
  await engine.close();
}

/** Imports a file with this text; the file's name is the same in each call unless it is given. */
export async function importText(
  database: Pick<TestDatabase, 'repository' | 'folder'>,
  text: string | Uint8Array,
  options: Partial<ImportFilesOptions> & { readonly name?: string } = {},
): Promise<ImportReport> {
  mkdirSync(database.folder, { recursive: true });
  const path = join(database.folder, options.name ?? 'people.csv');
  writeFileSync(path, text);
  return importFiles(database.repository, {
    rejectsPath: join(database.folder, 'rejects.csv'),
    ...options,
    paths: options.paths ?? [path],
  });
}

/** `read created updated unchanged skipped rejected` of an import, as one short text: `5 = 3 + 1 + 1 + 0 + 0`. */
export function countsOf({ result }: Pick<ImportReport, 'result'>): string {
  const { read, created, updated, unchanged, skipped, rejected } = result;
  return `${read} = ${created} + ${updated} + ${unchanged} + ${skipped} + ${rejected}`;
}

const DATA_TABLES = ['customers', ...Object.keys(CHILD_TABLES), 'products', 'segments', 'duplicate_pairs', 'redirects'] as const;
/** What grows with every change, or is kept for speed only. */
const BOOKKEEPING = ['version', 'updated_at', 'row_hash'];
const JSON_COLUMNS = new Set(['attributes', 'evidence', 'before', 'after', 'arguments', 'counts']);

/** Everything that the tables of customers hold, in one order; without what merely counts changes unless `exact`. */
export async function dump(engine: Pick<Engine, 'all'>, options: { readonly exact?: boolean } = {}): Promise<Record<string, SqlRow[]>> {
  const tables: Record<string, SqlRow[]> = {};
  for (const table of DATA_TABLES) {
    const rows = (await engine.all(`SELECT * FROM ${table}`)).map((row) => comparable(row, options.exact ?? false));
    tables[table] = rows.sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
  }
  return tables;
}

function comparable(row: SqlRow, exact: boolean): SqlRow {
  const { search: _, ...columns } = row;
  const entries = Object.entries(columns).filter(([name]) => exact || !BOOKKEEPING.includes(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, JSON_COLUMNS.has(name) ? sortedJson(value as string | null) : value]));
}

/** PostgreSQL orders the members of an object in its own way. */
function sortedJson(text: string | null): string | null {
  if (text === null) return null;
  const value = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareText(a, b))));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What is wrong inside a database: broken references, match keys that do not belong to their customer, and words that
 * the full-text index has too many or too few. Empty when all is well.
 */
export async function inconsistencies(engine: Engine): Promise<string[]> {
  const found: string[] = [];
  for (const table of Object.keys(CHILD_TABLES)) {
    const orphans = await engine.all(`SELECT customer_id FROM ${table} WHERE customer_id NOT IN (SELECT id FROM customers)`);
    if (orphans.length > 0) found.push(`${orphans.length} rows of ${table} belong to nobody`);
  }
  const rows = await engine.all(`SELECT ${CUSTOMER_COLUMNS.join(', ')}, ${KEY_CELLS.join(', ')} FROM customers`);
  const indexed = await indexedWords(engine);
  for (const row of rows) {
    const columns = Object.fromEntries(Object.entries(row).filter(([name]) => !KEY_CELLS.includes(name as (typeof KEY_CELLS)[number])));
    const customer = customerOf(columns);
    const keys = JSON.stringify(Object.fromEntries(KEY_CELLS.map((name) => [name, row[name]])));
    if (keys !== JSON.stringify(matchKeys(customer))) found.push(`customer ${customer.id} has foreign match keys ${keys}`);
    const expected = [...new Set(wordsOf(customer).split(' '))].filter((word) => word !== '').sort();
    const actual = [...(indexed.get(customer.id) ?? [])].sort();
    if (expected.join(' ') !== actual.join(' '))
      found.push(`customer ${customer.id} is indexed as “${actual.join(' ')}”, not “${expected.join(' ')}”`);
    indexed.delete(customer.id);
  }
  for (const id of indexed.keys()) found.push(`words of a missing customer ${id} are indexed`);
  return [...found, ...(await damages(engine))];
}

/** What the engine itself finds wrong: damaged pages, broken references. PostgreSQL lets no such thing come about. */
export async function damages(engine: Pick<Engine, 'all' | 'facts'>): Promise<string[]> {
  if (engine.facts.name !== 'sqlite') return [];
  const broken = (await engine.all('PRAGMA foreign_key_check')).map((row) => `foreign key: ${JSON.stringify(row)}`);
  const damaged = (await engine.all('PRAGMA integrity_check')).filter((row) => row.integrity_check !== 'ok');
  return [...broken, ...damaged.map((row) => String(row.integrity_check))];
}

/** The whole full-text index: the words under which each customer is found. */
async function indexedWords(engine: Engine): Promise<Map<number, Set<string>>> {
  const index = new Map<number, Set<string>>();
  const add = (id: number, word: string): void => void index.set(id, (index.get(id) ?? new Set()).add(word));
  if (engine.facts.name === 'postgres') {
    for (const { id, word } of await engine.all<{ id: number; word: string }>(
      'SELECT id, unnest(tsvector_to_array(search)) AS word FROM customers',
    ))
      add(id, word);
    return index;
  }
  await engine.transaction(
    async (connection) => {
      await connection.script("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab('main', 'customer_search', 'instance')");
      for (const { doc, term } of await connection.all<{ doc: number; term: string }>('SELECT doc, term FROM temp.indexed')) add(doc, term);
    },
    { commit: false },
  );
  return index;
}
