import { createRequire } from 'node:module';
import { knowsAddress } from '../connectors/index.ts';
import type { Note } from './diagnosis.ts';

/** What is known of the program and its terminal. */
export interface ProgramFacts {
  readonly version: string;
  /** Of node: `22.3.0`. */
  readonly nodeVersion: string;
  /** The oldest node that it runs on: `20.19`. */
  readonly oldestNode: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** Drivers that are installed when they are needed, and what for. */
const DRIVERS: Readonly<Record<string, string>> = {
  mysql2: 'mysql://host/database',
  redis: 'redis://host:6379/0',
  '@duckdb/node-api': 'file.duckdb',
  mongodb: 'mongodb://host/database',
  tedious: 'sqlserver://host/database',
  oracledb: 'oracle://host/service',
  'cassandra-driver': 'cassandra://host/keyspace',
};

/** Looks at node and the driver of SQLite. */
export async function diagnoseProgram(note: Note, { version, nodeVersion, oldestNode }: ProgramFacts): Promise<void> {
  if (isOlder(nodeVersion, oldestNode)) {
    note('problem', `node ${nodeVersion} is older than crm needs (${oldestNode})`, `install node ${oldestNode} or newer`);
  }
  try {
    const { sqliteVersion } = await import('../engines/sqlite-driver.ts');
    note('ok', `crm ${version} on node ${nodeVersion}, SQLite ${sqliteVersion()}`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = (code ?? message).split('\n')[0];
    note(
      'problem',
      `the driver of SQLite does not load (${reason}): it was built for another node, or is missing`,
      'npm rebuild better-sqlite3',
    );
  }
}

/** Looks whether the terminal shows what customers are called. */
export function diagnoseTerminal(note: Note, { env, isTerminal }: ProgramFacts): void {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  if (process.platform === 'win32') return note('ok', 'output is UTF-8');
  if (locale !== undefined && /utf-?8/i.test(locale)) return note('ok', `the locale is ${locale}; output is UTF-8`);
  const is = locale === undefined ? 'no locale is set' : `the locale is ${locale}`;
  note(isTerminal ? 'warning' : 'note', `${is}: a terminal may show names wrong, because output is UTF-8`, 'export LC_ALL=C.UTF-8');
}

/** Looks which drivers of other databases there are. */
export function diagnoseDrivers(note: Note): void {
  const { resolve } = createRequire(import.meta.url);
  const known = Object.entries(DRIVERS).filter(([, address]) => knowsAddress(address));
  const [there, absent] = [known.filter(([name]) => isThere(name, resolve)), known.filter(([name]) => !isThere(name, resolve))];
  if (there.length > 0) note('ok', `${there.map(([name]) => name).join(', ')}`);
  for (const [name, address] of absent)
    note('note', `${name} is not installed: only addresses like ${address} need it`, `npm install ${name}`);
}

function isThere(name: string, resolve: (name: string) => string): boolean {
  try {
    resolve(name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
}

function isOlder(version: string, oldest: string): boolean {
  const [mine, least] = [version, oldest].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (const [index, wanted] of least.entries()) {
    const has = mine[index] ?? 0;
    if (has !== wanted) return has < wanted;
  }
  return false;
}
