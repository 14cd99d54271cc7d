import { CrmError, redactUrl } from '../errors.ts';
import type { Engine } from './connection.ts';

/** How a database is opened. */
export interface OpenEngineOptions {
  /** Make it when it does not exist. */
  readonly create: boolean;
  /** How long a writer waits for another one, in milliseconds. */
  readonly busyTimeoutMs: number;
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
  const engine = await openNamed(target, options);
  const { slowQueryMs = 0 } = options;
  if (slowQueryMs <= 0) return engine;
  const { LoggedEngine } = await import('./logged-engine.ts');
  const { SlowQueryLog, slowQueryPath } = await import('./slow-query-log.ts');
  return new LoggedEngine(engine, new SlowQueryLog(slowQueryPath(target)), slowQueryMs);
}

async function openNamed(target: string, options: OpenEngineOptions): Promise<Engine> {
  const scheme = /^([a-z][a-z0-9+]+):(?:\/\/)?/i.exec(target);
  if (scheme === null) return ENGINES.sqlite(target, options);
  const name = SCHEMES[(scheme[1] as string).toLowerCase()];
  if (name === undefined) {
    throw new CrmError('USAGE', `${redactUrl(target)}: no engine for ${scheme[1]}:`, {
      hint: 'give a file path or postgres://user@host/database',
    });
  }
  return ENGINES[name](name === 'sqlite' ? target.slice(scheme[0].length) : target, options);
}
