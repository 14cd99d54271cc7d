import { spawnSync } from 'node:child_process';
import pg from 'pg';
import { postgresUrl } from './postgres.ts';

/** Whether `pg_dump` is here, and not older than the server of the tests. In CI it must be. */
export const canDump: boolean = await isRecentEnough();

async function isRecentEnough(): Promise<boolean> {
  if (postgresUrl === null) return false;
  const own = Number(/ (\d+)/.exec(spawnSync('pg_dump', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 0);
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  await client.end();
  const server = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (own >= server) return true;
  const message = `tests of PostgreSQL backups: pg_dump is ${own === 0 ? 'missing' : `of version ${own}`}, the server of version ${server}`;
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return false;
}
