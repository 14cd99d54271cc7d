import { CrmError, redactUrl } from '../errors.ts';
import type { Engine, JoinableFile } from './connection.ts';
import type { DatabaseSnapshot, SnapshotOptions } from './snapshot.ts';
import type { Rekeyed, RekeyOptions } from './sqlite-rekey.ts';

/** How a database is opened. */
export interface OpenEngineOptions {
  /** Make it when it does not exist. */
  readonly create: boolean;
  /** How long a writer waits for another one, in milliseconds. */
  readonly busyTimeoutMs: number;
  /** The passphrase of an encrypted SQLite file, or of one that is made; PostgreSQL takes none. */
  readonly key?: Uint8Array;
  /** Reading statements that take longer are logged with their plan, in milliseconds; 0 or absent: none is. */
  readonly slowQueryMs?: number;
}

/** How long a writer waits for another one where nobody says otherwise, in milliseconds. */
export const DEFAULT_BUSY_TIMEOUT_MS = 5000;

type Open = (target: string, options: OpenEngineOptions) => Promise<Engine>;

/** The engines by URL scheme; a path without a scheme is SQLite. A new engine is one file and one line here. */
const ENGINES = {
  sqlite: async (target, options) => (await import('./sqlite.ts')).openSqlite(target, options),
  postgres: async (target, options) => (await import('./postgres.ts')).openPostgres(target, options),
} as const satisfies Record<string, Open>;

const SNAPSHOTS = {
  sqlite: async (target, options) => (await import('./sqlite-snapshot.ts')).openSqliteSnapshot(target, options),
  postgres: async (target, options) => (await import('./postgres-snapshot.ts')).openPostgresSnapshot(target, options),
} as const satisfies Record<keyof typeof ENGINES, (target: string, options: SnapshotOptions) => Promise<DatabaseSnapshot>>;

const SCHEMES: Readonly<Record<string, keyof typeof ENGINES>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  sqlite: 'sqlite',
  file: 'sqlite',
};

/**
 * Opens the database named by a path or URL.
 * @throws {CrmError} USAGE when the URL's scheme is unknown, or what the engine's own open throws.
 */
export async function openEngine(target: string, options: OpenEngineOptions): Promise<Engine> {
  const { name, address } = engineOf(target);
  const engine = await ENGINES[name](address, options);
  const { slowQueryMs = 0 } = options;
  if (slowQueryMs <= 0) return engine;
  const { LoggedEngine } = await import('./logged-engine.ts');
  const { SlowQueryLog, slowQueryPath } = await import('./slow-query-log.ts');
  return new LoggedEngine(engine, new SlowQueryLog(slowQueryPath(target)), slowQueryMs);
}

/**
 * Opens a database once more, so that its statements write it and read another one, whose tables are called `joined.…`.
 * @throws {CrmError} BUSY, ENGINE
 */
export async function openJoined({ path, key, busyTimeoutMs }: JoinableFile, joined: JoinableFile): Promise<Engine> {
  const { openSqlite } = await import('./sqlite.ts');
  return openSqlite(path, { create: false, busyTimeoutMs, joined, ...(key === null ? {} : { key }) });
}

/**
 * Takes a snapshot of the database named by a path or URL: its bytes as of one instant, while others go on writing.
 * @throws {CrmError} USAGE when the URL's scheme is unknown, or what the engine throws
 */
export async function openSnapshot(target: string, options: SnapshotOptions): Promise<DatabaseSnapshot> {
  const { name, address } = engineOf(target);
  return SNAPSHOTS[name](address, options);
}

/**
 * Gives a SQLite database another key, its first one, or none; nobody else may have it open.
 * @throws {CrmError} USAGE for PostgreSQL and for an empty key, or what `rekeySqlite` throws
 */
export async function rekeyDatabase(target: string, options: RekeyOptions): Promise<Rekeyed> {
  const { name, address } = engineOf(target);
  if (name === 'sqlite') return (await import('./sqlite-rekey.ts')).rekeySqlite(address, options);
  throw new CrmError('USAGE', 'a PostgreSQL database has no key of ours: its server, or its disk, encrypts what it stores', {
    hint: 'ask who runs the server about encryption at rest',
  });
}

/** Removes what a process left beside a SQLite database that was killed while it gave that another key. */
export async function sweepRekeys(target: string): Promise<void> {
  const { name, address } = engineOf(target);
  if (name === 'sqlite') (await import('./sqlite-rekey.ts')).removeKilledRekeys(address);
}

/** The kind of database that a path or URL names. @throws {CrmError} USAGE when the scheme is unknown */
export function engineNameOf(target: string): keyof typeof ENGINES {
  return engineOf(target).name;
}

/** The engine that a path or URL names, and what to open with it. @throws {CrmError} USAGE when the scheme is unknown */
function engineOf(target: string): { readonly name: keyof typeof ENGINES; readonly address: string } {
  const scheme = /^([a-z][a-z0-9+]+):(?:\/\/)?/i.exec(target);
  if (scheme === null) return { name: 'sqlite', address: target };
  const name = SCHEMES[(scheme[1] as string).toLowerCase()];
  if (name === undefined) {
    throw new CrmError('USAGE', `${redactUrl(target)}: no engine for ${scheme[1]}:`, {
      hint: 'give a file path or postgres://user@host/database',
    });
  }
  return { name, address: name === 'sqlite' ? target.slice(scheme[0].length) : target };
}
