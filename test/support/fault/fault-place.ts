import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../../src/engines/connection.ts';
import { openEngine } from '../../../src/engines/index.ts';
import { runCli } from '../cli.ts';
import { copyDatabase, dropDatabase, freshDatabaseUrl } from '../postgres.ts';
import type { RunOptions, RunResult } from '../run-program.ts';
import { tempDir } from '../temp-dir.ts';

/** A folder with a customer database, its files, and whatever the commands make beside it. */
export interface FaultPlace {
  readonly engine: 'sqlite' | 'postgres';
  readonly folder: string;
  /** Path or URL of the database. */
  readonly db: string;
  /** Added to the environment of every command. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Makes an empty place; for PostgreSQL with an empty database of its own. */
export async function newPlace(
  engine: FaultPlace['engine'],
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<FaultPlace> {
  const folder = tempDir();
  mkdirSync(join(folder, 'tmp'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { engine, folder, env, db: engine === 'sqlite' ? join(folder, 'crm.db') : await freshDatabaseUrl() };
}

/**
 * A copy in which a command can be broken off; to be given back with `dropPlace`.
 * @param folder where it is to be; a new folder by default
 */
export async function copyPlace(from: FaultPlace, folder = tempDir()): Promise<FaultPlace> {
  cpSync(from.folder, folder, { recursive: true });
  return { ...from, folder, db: from.engine === 'sqlite' ? join(folder, 'crm.db') : await copyDatabase(from.db) };
}

/** Removes a place. */
export async function dropPlace({ engine, folder, db }: FaultPlace): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  if (engine === 'postgres') await dropDatabase(db);
}

/** Runs a command at a place: its database is the default one, its temporary files are looked at afterwards. */
export function runAt(place: FaultPlace, args: readonly string[], options: Omit<RunOptions, 'cwd'> = {}): Promise<RunResult> {
  const env = { CRM_DB: place.db, TMPDIR: join(place.folder, 'tmp'), CRM_BUSY_TIMEOUT_MS: '60000', ...place.env, ...options.env };
  return runCli(args, { timeoutMs: 240_000, ...options, cwd: place.folder, env });
}

/** Runs a command that must not fail (rejected rows are no failure). @throws {Error} when it does */
export async function doneAt(place: FaultPlace, args: readonly string[]): Promise<RunResult> {
  const result = await runAt(place, args);
  if (result.exitCode !== 0 && result.exitCode !== 3) {
    throw new Error(`crm ${args.join(' ')} ended with ${result.exitCode ?? result.signal}: ${result.stderr}`);
  }
  return result;
}

/** Keys that databases of these tests may have: which of them one has is for a test to find out. */
export const KEYS = { first: 'correct horse battery', second: 'staple of another key' } as const;

/** Looks into a database, behind the program's back, whichever key it has. */
export async function withEngine<T>(url: string, look: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openWithSomeKey(url);
  try {
    return await look(engine);
  } finally {
    await engine.close();
  }
}

async function openWithSomeKey(url: string): Promise<Engine> {
  for (const key of [undefined, KEYS.first, KEYS.second]) {
    const options = { create: false, busyTimeoutMs: 60_000, ...(key === undefined ? {} : { key: Buffer.from(key) }) };
    try {
      return await openEngine(url, options);
    } catch (error) {
      if ((error as { exitCode?: number }).exitCode !== 16 || key === KEYS.second) throw error;
    }
  }
  throw new Error('there is no key left to try');
}
