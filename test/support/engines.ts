import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { openEngine } from '../../src/engines/index.ts';
import { freshSchemaUrl, postgresAvailable } from './postgres.ts';
import { tempDir } from './temp-dir.ts';

/** One of the engines under test. */
export interface EngineTarget {
  readonly name: 'sqlite' | 'postgres';
  /** The path or URL of a database that does not exist yet; it goes away when the test file ends. */
  freshUrl(): string;
  /** Opens a database (a fresh one where no URL is given), creating it; it is closed when the test file ends. */
  open(url?: string): Promise<Engine>;
}

const BUSY_TIMEOUT_MS = 2000;
const opened: Engine[] = [];

const TARGETS: readonly EngineTarget[] = [
  { name: 'sqlite', freshUrl: () => join(tempDir(), 'crm.db'), open: (url) => open(url ?? join(tempDir(), 'crm.db')) },
  { name: 'postgres', freshUrl: freshSchemaUrl, open: (url) => open(url ?? freshSchemaUrl()) },
];

/** Declares a suite once for each engine: SQLite in a temporary file, PostgreSQL in a schema of its own. */
export function describeEachEngine(name: string, suite: (target: EngineTarget) => void): void {
  for (const target of TARGETS) {
    describe.skipIf(target.name === 'postgres' && !postgresAvailable)(`${name} [${target.name}]`, () => suite(target));
  }
}

async function open(url: string): Promise<Engine> {
  const engine = await openEngine(url, { create: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  opened.push(engine);
  return engine;
}

afterAll(async () => {
  for (const engine of opened.splice(0)) await engine.close();
});
