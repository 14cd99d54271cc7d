import type pg from 'pg';
import { CrmError } from '../errors.ts';
import { connectClient, type PostgresAddress, postgresAddress, quoteName } from './postgres-client.ts';
import { postgresError } from './postgres-errors.ts';
import { postgresTableFacts } from './postgres-table-facts.ts';
import { findTool, RunningTool } from './postgres-tools.ts';
import type { DatabaseSnapshot, SnapshotOptions, TableFacts } from './snapshot.ts';

/**
 * Takes a snapshot of a PostgreSQL database: a transaction of ours exports what it sees, `pg_dump` writes just that, in its
 * custom format and uncompressed, and the tables are counted in the same transaction. Nobody waits for it.
 * @throws {CrmError} CONNECTION, LOGIN, NO_DATABASE; ENGINE when there is no `pg_dump`, or only an older one than the server
 */
export async function openPostgresSnapshot(url: string, options: SnapshotOptions): Promise<DatabaseSnapshot> {
  const address = postgresAddress(url);
  const client = await connectClient(address);
  try {
    return await PostgresSnapshot.take(client, address, options);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw postgresError(error, address.label);
  }
}

/** What a snapshot is called on the server, and where it is. */
interface Exported {
  readonly id: string;
  /** Name of the schema as it is, and quoted. */
  readonly schema: string;
  readonly quoted: string;
  readonly schemaVersion: number;
}

class PostgresSnapshot implements DatabaseSnapshot {
  readonly engine = 'postgres';
  readonly pageBytes = null;
  readonly totalBytes = null;
  readonly maxPieceBytes = 1024 * 1024;
  readonly label: string;
  readonly namespace: string;
  readonly schemaVersion: number;
  readonly #client: pg.Client;
  readonly #address: PostgresAddress;
  readonly #exported: Exported;
  readonly #tables: Promise<readonly TableFacts[]>;
  readonly #lockWaitMs: number;
  #dump: RunningTool | null = null;

  private constructor(client: pg.Client, address: PostgresAddress, exported: Exported, options: SnapshotOptions) {
    this.label = address.label;
    this.namespace = exported.schema;
    this.schemaVersion = exported.schemaVersion;
    this.#client = client;
    this.#address = address;
    this.#exported = exported;
    this.#lockWaitMs = Math.max(1, Math.trunc(options.busyTimeoutMs));
    this.#tables = postgresTableFacts(client, exported.quoted, options.rowHashes);
    this.#tables.catch(() => undefined); // told to whoever asks for them
  }

  static async take(client: pg.Client, address: PostgresAddress, options: SnapshotOptions): Promise<PostgresSnapshot> {
    const serverMajor = await serverMajorOf(client);
    await findTool('pg_dump', serverMajor);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<{ schema: string | null; id: string; ours: string | null }>(
      "SELECT current_schema() AS schema, pg_export_snapshot() AS id, to_regclass('schema_migrations')::text AS ours",
    );
    const [row] = rows;
    if (row === undefined || row.schema === null || row.ours === null) {
      throw new CrmError('NO_DATABASE', `${address.label} holds no crm tables`, { hint: 'make them with: crm init' });
    }
    const version = await client.query<{ version: string | null }>('SELECT max(version) AS version FROM schema_migrations');
    const exported = {
      id: row.id,
      schema: row.schema,
      quoted: quoteName(row.schema),
      schemaVersion: Number(version.rows[0]?.version ?? 0),
    };
    return new PostgresSnapshot(client, address, exported, options);
  }

  async *pieces(): AsyncIterable<Buffer> {
    const { id, quoted } = this.#exported;
    this.#dump = new RunningTool('pg_dump', this.#address.url, [
      '--format=custom',
      '--compress=0', // the repository compresses, and finds again what is the same
      '--no-owner',
      '--no-privileges',
      '--encoding=UTF8',
      `--lock-wait-timeout=${this.#lockWaitMs}`,
      `--schema=${quoted}`,
      `--snapshot=${id}`,
    ]);
    for await (const piece of this.#dump.child.stdout ?? []) yield piece as Buffer;
    await this.#dump.end();
  }

  async tables(): Promise<readonly TableFacts[]> {
    try {
      return await this.#tables;
    } catch (error) {
      throw postgresError(error, this.label);
    }
  }

  async close(): Promise<void> {
    await this.#dump?.stop();
    await this.#client.end().catch(() => undefined);
  }
}

/** Major version of the server. */
export async function serverMajorOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
}
