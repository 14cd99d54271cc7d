import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CrmError } from '../errors.ts';
import type { Connection, Engine } from './connection.ts';

/** One schema file. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** Hex SHA-256 of the file with LF line ends. */
  readonly sha256: string;
}

interface Applied {
  readonly [column: string]: string | number;
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
  readonly applied_at: string;
}

/** A schema version that a database has. */
export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  /** ISO-8601 UTC. */
  readonly appliedAt: string;
  /** `edited`: applied from another file than this program has; `newer`: this program has no such file. */
  readonly state: 'ok' | 'edited' | 'newer';
}

/** How far the schema of a database has come. */
export interface SchemaStatus {
  /** Newest version that the database has, and the newest that this program has. */
  readonly current: number;
  readonly latest: number;
  /** By version. */
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly Pick<Migration, 'version' | 'name'>[];
}

const RECORD_TABLE: Readonly<Record<string, string>> = {
  sqlite:
    'CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL, duration_ms INTEGER NOT NULL) STRICT',
  postgres:
    'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz(3) NOT NULL, duration_ms bigint NOT NULL)',
};

/**
 * The schema files of an engine, in order.
 * @param folder a folder of `NNNN-name.sql` files, `schemas/<engine>` by default
 * @throws {CrmError} SCHEMA_EDITED when two files have one number or the numbers have a gap.
 */
export function readMigrations(engine: Engine, folder = schemaFolder(engine.schemaFolder)): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => /^\d{4}-.+\.sql$/.test(file) && !file.endsWith('.down.sql'))
    .sort();
  return files.map((file, index) => {
    const version = Number(file.slice(0, 4));
    if (version !== index + 1) {
      throw new CrmError('SCHEMA_EDITED', `schema file ${file} is out of order: number ${index + 1} was expected`, {
        hint: 'reinstall crm: its schema files were changed',
      });
    }
    const sql = readFileSync(`${folder}/${file}`, 'utf8').replaceAll('\r\n', '\n');
    return { version, name: file.slice(5, -4), sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

/** Where the schema files of an engine are. */
export function schemaFolder(engine: string): string {
  return fileURLToPath(new URL(`../../schemas/${engine}`, import.meta.url));
}

/**
 * Checks that the database has exactly the schema of this program.
 * @throws {CrmError} NO_DATABASE when it has none; SCHEMA_OLDER, SCHEMA_NEWER or SCHEMA_EDITED when it differs; INTEGRITY
 * when the record of its versions is damaged.
 */
export async function checkSchema(engine: Engine, migrations: readonly Migration[] = readMigrations(engine)): Promise<void> {
  const pending = await pendingMigrations(engine, migrations);
  if (pending.length > 0) {
    throw new CrmError(
      'SCHEMA_OLDER',
      `the schema of ${engine.label} is version ${migrations.length - pending.length}, this program needs ${migrations.length}`,
      {
        hint: 'upgrade it with: crm migrate up',
      },
    );
  }
}

/**
 * The schema files that `migrateUp` would apply, in order; only reads.
 * @throws {CrmError} NO_DATABASE, SCHEMA_NEWER, SCHEMA_EDITED or INTEGRITY, as `checkSchema` does
 */
export async function pendingMigrations(engine: Engine, migrations: readonly Migration[] = readMigrations(engine)): Promise<Migration[]> {
  return compare(engine, migrations, await appliedOfOurs(engine));
}

/**
 * Which versions the database has and which it lacks; a newer or edited one is told of, not refused. Only reads.
 * @throws {CrmError} NO_DATABASE when it has none, INTEGRITY when the record of its versions is damaged
 */
export async function schemaStatus(engine: Engine, migrations: readonly Migration[] = readMigrations(engine)): Promise<SchemaStatus> {
  const done = await appliedOfOurs(engine);
  for (const [index, record] of done.entries()) requireSound(engine, record, index);
  return {
    current: done.length,
    latest: migrations.length,
    applied: done.map(({ version, name, sha256, applied_at }, index) => {
      const ours = migrations[index];
      const state = ours === undefined ? 'newer' : ours.sha256 === sha256 ? 'ok' : 'edited';
      return { version, name, appliedAt: applied_at, state };
    }),
    pending: migrations.slice(done.length).map(({ version, name }) => ({ version, name })),
  };
}

/** What goes with an upgrade. */
export interface UpgradeSteps {
  /** Version to stop at; the newest by default. */
  readonly to?: number;
  /** Called once, in the transaction of the first file and before it: nobody else can write from then on. A throw changes nothing. */
  readonly before?: () => Promise<void>;
  /** Called after each file, in its transaction: a throw leaves the schema at the version before. */
  readonly check?: () => Promise<void>;
  /** Called in the transaction of the newest file: what the data need beside SQL. */
  readonly finish?: (connection: Connection) => Promise<void>;
}

/**
 * Brings the schema up: under the writer lock, each file with its record in a transaction of its own, so that what is broken off
 * leaves a lower version; a database without any gets them all in one. Idempotent.
 * @returns the versions applied now
 * @throws {CrmError} SCHEMA_NEWER or SCHEMA_EDITED when the database does not fit, BUSY when the lock cannot be had.
 */
export async function migrateUp(
  engine: Engine,
  migrations: readonly Migration[] = readMigrations(engine),
  steps: UpgradeSteps = {},
): Promise<number[]> {
  const versions: number[] = [];
  for (let isDone = false; !isDone; ) {
    isDone = await engine.transaction(async (connection) => {
      const done = (await tableExists(connection, 'schema_migrations')) ? await applied(connection) : await makeRecord(connection);
      const pending = compare(engine, migrations, done).filter(({ version }) => version <= (steps.to ?? version));
      if (pending.length === 0) return true;
      if (versions.length === 0) await steps.before?.();
      const now = done.length === 0 ? pending : pending.slice(0, 1);
      for (const migration of now) {
        await apply(connection, migration);
        await steps.check?.();
      }
      if (now.at(-1)?.version === migrations.length) await steps.finish?.(connection);
      versions.push(...now.map(({ version }) => version));
      return now.length === pending.length;
    });
  }
  return versions;
}

/** Makes all tables in the open transaction, where there are none. */
export async function makeSchema(connection: Connection, migrations: readonly Migration[]): Promise<void> {
  await makeRecord(connection);
  for (const migration of migrations) await apply(connection, migration);
}

async function makeRecord(connection: Connection): Promise<Applied[]> {
  await connection.script(RECORD_TABLE[connection.facts.name] as string);
  return [];
}

async function apply(connection: Connection, migration: Migration): Promise<void> {
  const start = Date.now();
  await connection.script(migration.sql);
  await connection.run('INSERT INTO schema_migrations (version, name, sha256, applied_at, duration_ms) VALUES (?, ?, ?, ?, ?)', [
    migration.version,
    migration.name,
    migration.sha256,
    new Date(start).toISOString(),
    Date.now() - start,
  ]);
}

async function tableExists(connection: Pick<Connection, 'all' | 'facts'>, name: string): Promise<boolean> {
  return (await connection.all(connection.facts.tableExistsSql, [name])).length > 0;
}

function applied(connection: Pick<Connection, 'all'>): Promise<Applied[]> {
  return connection.all<Applied>('SELECT version, name, sha256, applied_at FROM schema_migrations ORDER BY version');
}

/**
 * The schema files that a database has, from the first; only reads.
 * @throws {CrmError} NO_DATABASE, SCHEMA_NEWER, SCHEMA_EDITED or INTEGRITY, as `checkSchema` does
 */
export async function appliedMigrations(engine: Engine, migrations: readonly Migration[]): Promise<Migration[]> {
  return migrations.slice(0, migrations.length - (await pendingMigrations(engine, migrations)).length);
}

/** The versions of a database that is one of ours: it has the record, and at least one version. */
async function appliedOfOurs(engine: Engine): Promise<Applied[]> {
  if (!(await tableExists(engine, 'schema_migrations'))) {
    throw new CrmError('NO_DATABASE', `${engine.label} holds no crm tables`, { hint: 'make them with: crm init' });
  }
  const done = await applied(engine);
  if (done.length === 0) throw damaged(engine);
  return done;
}

function requireSound(engine: Engine, { version, sha256 }: Applied, index: number): void {
  if (version !== index + 1 || !/^[0-9a-f]{64}$/.test(sha256)) throw damaged(engine);
}

/** The migrations still to be applied, after checking that those applied are exactly the first ones of ours. */
function compare(engine: Engine, migrations: readonly Migration[], done: readonly Applied[]): Migration[] {
  for (const [index, record] of done.entries()) {
    const ours = migrations[index];
    requireSound(engine, record, index);
    if (ours === undefined) {
      throw new CrmError(
        'SCHEMA_NEWER',
        `the schema of ${engine.label} is version ${record.version}, newer than this program knows (${migrations.length})`,
        {
          hint: 'install a newer crm',
        },
      );
    }
    if (record.sha256 !== ours.sha256) {
      throw new CrmError(
        'SCHEMA_EDITED',
        `schema version ${record.version} (${record.name}) of ${engine.label} is not the one this program has`,
        {
          hint: 'a schema file was edited after it was applied; reinstall crm, or restore the database',
        },
      );
    }
  }
  return migrations.slice(done.length);
}

/** What no version of this program ever writes: the file itself was damaged. */
function damaged({ label }: Engine): CrmError {
  return new CrmError('INTEGRITY', `the record of schema versions in ${label} is damaged`, {
    hint: 'do not write to it; restore a backup',
  });
}
