import { spawnSync } from 'node:child_process';
import pg from 'pg';
import { postgresUrl } from './postgres.ts';

/**
 * Whether `pg_dump`, `pg_restore` and `psql` are there and not older than the server under test. In CI missing ones are a
 * failure; elsewhere the suites are skipped, and that is said.
 */
export const postgresProgramsAvailable: boolean = postgresUrl !== null && (await lookForPrograms(postgresUrl));

async function lookForPrograms(url: string): Promise<boolean> {
  const server = await serverMajor(url);
  const missing = ['pg_dump', 'pg_restore', 'psql'].filter((name) => programMajor(name) < server);
  if (missing.length === 0) return true;
  const message = `${missing.join(', ')} for PostgreSQL ${server} not found: backups of PostgreSQL are not tested`;
  // The embedded server comes without them, and is newer than those of most systems.
  if (process.env.CI === 'true' && process.env.CRM_TEST_POSTGRES_URL) throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return false;
}

async function serverMajor(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
    return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  } finally {
    await client.end();
  }
}

/** 0 where it is not there. */
function programMajor(name: string): number {
  return Number(/\b(\d+)\.\d+/.exec(spawnSync(name, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 0);
}
