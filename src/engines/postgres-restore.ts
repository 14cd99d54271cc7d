import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { CrmError } from '../errors.ts';
import { connectClient, type PostgresAddress, postgresAddress, quoteName, sessionName } from './postgres-client.ts';
import { postgresError } from './postgres-errors.ts';
import { serverMajorOf } from './postgres-snapshot.ts';
import { postgresTableFacts } from './postgres-table-facts.ts';
import { findTool, RunningTool } from './postgres-tools.ts';
import type { DatabaseCheck } from './snapshot.ts';

/** A scratch database of a process that was killed is removed by a later one after so long. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;
const SCRATCH_NAME = /^crm_scratch_(\d+)_[0-9a-f]+$/;

/** A dump on disk, in the custom format of `pg_dump`. */
export interface PostgresDump {
  readonly file: string;
  /** Schema (namespace) that it holds. */
  readonly namespace: string;
}

/** How a dump is restored. */
export interface PostgresRestoring {
  /** What the schema that is there now is to be called from then on; without it a schema that holds tables is refused. */
  readonly setAsideAs?: string;
}

/**
 * Restores a dump into the schema that the URL names (or its search path does), in one transaction: at no moment is there a
 * part of it, or neither the old nor the new.
 * @throws {CrmError} USAGE when there are tables in the way; CONNECTION, LOGIN, PERMISSION; ENGINE or DISK_FULL as the
 * programs of PostgreSQL fail
 */
export async function restorePostgres(dump: PostgresDump, url: string, { setAsideAs }: PostgresRestoring = {}): Promise<void> {
  const address = postgresAddress(url);
  const target = await onDatabase(address, async (client) => {
    const major = await serverMajorOf(client);
    await findTool('pg_restore', major);
    await findTool('psql', major);
    const schema = address.schema ?? (await currentSchema(client));
    const inTheWay = new Set([schema, dump.namespace]);
    if (setAsideAs !== undefined) inTheWay.delete(schema);
    for (const name of inTheWay) await requireEmpty(client, name, address.label);
    return schema;
  });
  const [from, to] = [quoteName(dump.namespace), quoteName(target)];
  const before = [
    'BEGIN;',
    ...(setAsideAs === undefined ? [] : [`ALTER SCHEMA ${to} RENAME TO ${quoteName(setAsideAs)};`]),
    `DROP SCHEMA IF EXISTS ${from};`,
    ...((await holdsSchema(dump)) ? [] : [`CREATE SCHEMA ${from};`]),
  ];
  const after = [...(from === to ? [] : [`DROP SCHEMA IF EXISTS ${to};`, `ALTER SCHEMA ${from} RENAME TO ${to};`]), 'COMMIT;'];
  await execute(dump, address, `${before.join('\n')}\n`, `${after.join('\n')}\n`);
}

/** Has `psql` execute what `pg_restore` writes, between two pieces of SQL. It is ended before the last of them unless all was well. */
async function execute({ file }: PostgresDump, { url }: PostgresAddress, before: string, after: string): Promise<void> {
  const script = new RunningTool('pg_restore', null, ['--no-owner', '--no-privileges', '--exit-on-error', '--file=-', file]);
  const psql = new RunningTool('psql', url, ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--file=-'], { reads: true });
  psql.child.stdout?.resume();
  const input = psql.child.stdin as Writable;
  async function* sql(): AsyncIterable<string | Buffer> {
    yield before;
    for await (const piece of script.child.stdout as Readable) yield piece as Buffer;
    await script.end();
    yield after;
  }
  try {
    await pipeline(sql(), input);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') await psql.end(); // its own words say more
    throw error;
  } finally {
    await script.stop();
    if (!input.writableFinished) await psql.stop();
  }
  await psql.end();
}

/**
 * Looks a restored database through: tables, counts, row hashes, indexes and foreign keys that are not valid.
 * @throws {CrmError} CONNECTION, LOGIN, NO_DATABASE
 */
export async function checkPostgres(url: string, options: { readonly rowHashes: boolean }): Promise<DatabaseCheck> {
  const address = postgresAddress(url);
  return onDatabase(address, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const schema = quoteName(address.schema ?? (await currentSchema(client)));
    const problems = await client.query<{ problem: string }>(
      `SELECT 'index ' || c.relname || ' is not valid' AS problem FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = $1::regnamespace AND NOT i.indisvalid
       UNION ALL SELECT 'constraint ' || conname || ' is not valid' FROM pg_constraint
        WHERE connamespace = $1::regnamespace AND NOT convalidated ORDER BY problem`,
      [schema],
    );
    const version = await client.query<{ version: string | null }>(`SELECT max(version) AS version FROM ${schema}.schema_migrations`);
    return {
      schemaVersion: Number(version.rows[0]?.version ?? 0),
      tables: await postgresTableFacts(client, schema, options.rowHashes),
      problems: problems.rows.map((row) => row.problem),
    };
  });
}

/**
 * Makes an empty database beside the one of the URL for as long as the work needs it.
 * @throws {CrmError} PERMISSION when the user may not make databases
 */
export async function withScratchDatabase<T>(url: string, work: (scratchUrl: string) => Promise<T>): Promise<T> {
  const address = postgresAddress(url);
  const name = `crm_scratch_${Date.now()}_${randomBytes(4).toString('hex')}`;
  return onDatabase({ ...address, schema: null }, async (client) => {
    await dropAbandoned(client);
    try {
      await client.query(`CREATE DATABASE ${quoteName(name)} TEMPLATE template0 ENCODING 'UTF8'`);
    } catch (error) {
      if ((error as { code?: string }).code !== '42501') throw error;
      throw new CrmError('PERMISSION', `the user of ${address.label} may not make the database that a restore is tried in`, {
        cause: error,
        hint: 'grant it: ALTER ROLE … CREATEDB, or give --no-verify',
      });
    }
    try {
      const scratch = new URL(address.url);
      scratch.pathname = `/${name}`;
      return await work(scratch.toString());
    } finally {
      await client.query(`DROP DATABASE IF EXISTS ${quoteName(name)} WITH (FORCE)`).catch(() => undefined); // removed later as abandoned
    }
  });
}

/** Whether the schema of a URL holds anything. @throws {CrmError} CONNECTION, LOGIN */
export async function holdsTables(url: string): Promise<boolean> {
  const address = postgresAddress(url);
  return onDatabase({ ...address, schema: null }, async (client) => hasRelations(client, address.schema ?? (await currentSchema(client))));
}

/** The schema (namespace) of a URL. @throws {CrmError} CONNECTION, LOGIN */
export async function schemaOf(url: string): Promise<string> {
  const { schema, ...address } = postgresAddress(url);
  return schema ?? onDatabase({ ...address, schema: null }, currentSchema);
}

/** @throws {CrmError} BUSY when another process of this program is connected to the schema of a URL */
export async function requireNoSessions(url: string): Promise<void> {
  const address = postgresAddress(url);
  await onDatabase({ ...address, schema: null }, async (client) => {
    const { rowCount } = await client.query(
      'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid() LIMIT 1',
      [sessionName(address.schema)],
    );
    if (rowCount === 0) return;
    throw new CrmError('BUSY', `somebody else has ${address.label} open`, { hint: 'wait until other runs have ended and try again' });
  });
}

async function onDatabase<T>(address: PostgresAddress, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectClient(address);
  try {
    return await work(client);
  } catch (error) {
    throw postgresError(error, address.label);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function currentSchema(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string | null }>('SELECT current_schema() AS name');
  return rows[0]?.name ?? 'public';
}

async function hasRelations(client: pg.Client, schema: string): Promise<boolean> {
  const sql = 'SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 LIMIT 1';
  return (await client.query(sql, [schema])).rowCount !== 0;
}

async function requireEmpty(client: pg.Client, schema: string, label: string): Promise<void> {
  if (!(await hasRelations(client, schema))) return;
  throw new CrmError('USAGE', `${label} holds tables in the schema ${schema} already`, {
    hint: 'name a database in which nothing is yet: createdb NAME',
  });
}

/** Whether the dump makes its schema itself: older servers take `public` for granted. */
async function holdsSchema({ file, namespace }: PostgresDump): Promise<boolean> {
  const tool = new RunningTool('pg_restore', null, ['--list', file]);
  const list = await text(tool.child.stdout as Readable);
  await tool.end();
  return list.split('\n').some((line) => line.includes(` SCHEMA - ${namespace} `));
}

async function dropAbandoned(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>("SELECT datname AS name FROM pg_database WHERE datname LIKE 'crm\\_scratch\\_%'");
  for (const { name } of rows) {
    const madeMs = Number(SCRATCH_NAME.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
    if (madeMs < Date.now() - ABANDONED_AFTER_MS) await client.query(`DROP DATABASE IF EXISTS ${quoteName(name)}`).catch(() => undefined);
  }
}
