import type { Engine } from '../engines/connection.ts';
import { type DownScript, type LostRows, lostRows, readDownScripts } from '../engines/down-scripts.ts';
import { DEFAULT_BUSY_TIMEOUT_MS, engineNameOf, openEngine } from '../engines/index.ts';
import { migrateDown } from '../engines/migrate-down.ts';
import { withMigrationLock } from '../engines/migration-lock.ts';
import {
  appliedMigrations,
  type Migration,
  migrateUp,
  pendingMigrations,
  readMigrations,
  type SchemaStatus,
  schemaStatus,
} from '../engines/migrator.ts';
import { sqlStatements } from '../engines/sql-statements.ts';
import { CrmError } from '../errors.ts';
import { rebuildStaleKeys } from './match-key-rebuild.ts';
import type { OpenOptions } from './repository.ts';
import { keepSnapshot } from './schema-snapshot.ts';

/** One schema file on the way, and what it does. */
export interface SchemaStep {
  readonly version: number;
  readonly name: string;
  /** Its SQL. */
  readonly statements: readonly string[];
}

/** What a change of the schema does, or would do. */
export interface SchemaChange {
  /** Schema version before and after. */
  readonly from: number;
  readonly to: number;
  /** The schema files between the two, in the order in which they are executed. */
  readonly steps: readonly SchemaStep[];
}

/** What going down does, or would do. */
export interface SchemaDowngrade extends SchemaChange {
  /** Rows that the lower version cannot hold. */
  readonly lost: readonly LostRows[];
}

/** What was kept of the database before; null: nothing was done, or nothing was to be kept. */
interface Kept {
  readonly snapshot: string | null;
}

/** How the schema is changed. */
export interface ChangeOptions {
  /** Version to go to; up the newest, down the one below by default. */
  readonly to?: number;
  /** Keep the whole database in a file before. Default: no. */
  readonly snapshot?: boolean;
  /** Called after each file, and while another process is at it: a throw stops there. */
  readonly check?: () => Promise<void>;
}

/**
 * Opens the customer database named by a path or URL without asking that its schema be this program's; makes nothing.
 * @throws {CrmError} NO_DATABASE, NOT_OUR_DATABASE, CONNECTION, LOGIN or ENGINE when it cannot be opened
 */
export async function openSchema(target: string, options: Pick<OpenOptions, 'busyTimeoutMs' | 'key'> = {}): Promise<DatabaseSchema> {
  const { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, key } = options;
  const engine = await openEngine(target, { busyTimeoutMs, ...(key === undefined ? {} : { key }), create: false });
  return new DatabaseSchema(engine, { target, busyTimeoutMs, key: key ?? null });
}

/** The schema of a customer database, of any version. */
export class DatabaseSchema {
  readonly #engine: Engine;
  readonly #opened: { readonly target: string; readonly busyTimeoutMs: number; readonly key: Uint8Array | null };
  readonly #migrations: readonly Migration[];

  /** Use `openSchema`. */
  constructor(engine: Engine, opened: { readonly target: string; readonly busyTimeoutMs: number; readonly key: Uint8Array | null }) {
    this.#engine = engine;
    this.#opened = opened;
    this.#migrations = readMigrations(engine);
  }

  /** What to call this database in messages. */
  get label(): string {
    return this.#engine.label;
  }

  /** Whether the database is encrypted by this program. */
  get isEncrypted(): boolean {
    return this.#engine.isEncrypted;
  }

  /** Which versions it has and which it lacks. @throws {CrmError} NO_DATABASE, INTEGRITY */
  status(): Promise<SchemaStatus> {
    return schemaStatus(this.#engine);
  }

  /**
   * What `upgrade` would do; only reads.
   * @throws {CrmError} USAGE when there is no such version above; NO_DATABASE, SCHEMA_NEWER, SCHEMA_EDITED, INTEGRITY
   */
  async planUpgrade({ to }: Pick<ChangeOptions, 'to'> = {}): Promise<SchemaChange> {
    const latest = this.#migrations.length;
    const pending = await pendingMigrations(this.#engine, this.#migrations);
    const from = latest - pending.length;
    const end = to ?? latest;
    if (end > latest) throw noVersion(end, `the newest that this program has is ${latest}`, 'crm migrate status');
    if (end < from) throw noVersion(end, `the schema is version ${from} already`, `crm migrate down --to ${end}`);
    return { from, to: end, steps: pending.filter(({ version }) => version <= end).map(stepOf) };
  }

  /**
   * Applies the schema files that are missing, each in a transaction of its own: stopped or killed, the schema is of a lower version.
   * Idempotent; of two at once one does it.
   * @throws {CrmError} USAGE, NO_DATABASE, SCHEMA_NEWER, SCHEMA_EDITED, INTEGRITY, BUSY, PERMISSION, DISK_FULL; ENGINE when no
   * snapshot can be taken
   */
  async upgrade(options: ChangeOptions = {}): Promise<SchemaChange & Kept> {
    const planned = await this.planUpgrade(options);
    if (planned.steps.length === 0) return { ...planned, snapshot: null };
    const { to } = planned;
    const { check = async () => {} } = options;
    return this.#alone(check, async () => {
      let snapshot: string | null = null;
      const before = async (): Promise<void> => {
        if (options.snapshot === true) snapshot = await this.keepBefore(`v${to}`);
      };
      // Another process may have applied them since: what is told is what this one did.
      const versions = await migrateUp(this.#engine, this.#migrations, {
        to,
        before,
        check,
        finish: (connection) => rebuildStaleKeys(connection, check),
      });
      const steps = planned.steps.filter(({ version }) => versions.includes(version));
      return { from: to - steps.length, to, steps, snapshot };
    });
  }

  /**
   * What `downgrade` would do, and what would be lost; only reads.
   * @throws {CrmError} USAGE when there is no such version below; NO_DATABASE, SCHEMA_NEWER, SCHEMA_EDITED, INTEGRITY
   */
  async planDowngrade({ to }: Pick<ChangeOptions, 'to'> = {}): Promise<SchemaDowngrade> {
    const { from, end, scripts } = await this.#scriptsDown(to);
    const lost: LostRows[] = [];
    for (const script of scripts) lost.push(...(await lostRows(this.#engine, script)));
    return { from, to: end, steps: scripts.map(stepOf), lost };
  }

  /**
   * Takes schema versions back, each in a transaction of its own: stopped or killed, the schema is of a version in between.
   * @param options with `mayLose` rows may go that the lower version cannot hold
   * @throws {CrmError} GUARD_RAIL when rows would be lost; USAGE, NO_DATABASE, SCHEMA_NEWER, SCHEMA_EDITED, INTEGRITY, BUSY, PERMISSION,
   * DISK_FULL; ENGINE when no snapshot can be taken
   */
  async downgrade(options: ChangeOptions & { readonly mayLose?: boolean } = {}): Promise<SchemaDowngrade & Kept> {
    const { end, scripts } = await this.#scriptsDown(options.to);
    const { check = async () => {}, mayLose = false } = options;
    return this.#alone(check, async () => {
      let snapshot: string | null = null;
      const before = async (): Promise<void> => {
        if (options.snapshot === true) snapshot = await this.keepBefore(`v${end}`);
      };
      const { versions, lost } = await migrateDown(this.#engine, this.#migrations, scripts, { mayLose, before, check });
      const steps = scripts.filter(({ version }) => versions.includes(version)).map(stepOf);
      return { from: end + steps.length, to: end, steps, lost, snapshot };
    });
  }

  /** Closes the database; nothing else may be called afterwards. */
  close(): Promise<void> {
    return this.#engine.close();
  }

  async #scriptsDown(to: number | undefined): Promise<{ readonly from: number; readonly end: number; readonly scripts: DownScript[] }> {
    const done = await appliedMigrations(this.#engine, this.#migrations);
    const from = done.length;
    const end = to ?? from - 1;
    if (end < 1) throw noVersion(end, 'the first one is 1', 'crm migrate status');
    if (end > from) throw noVersion(end, `the schema is version ${from}`, `crm migrate up --to ${end}`);
    return { from, end, scripts: readDownScripts(this.#engine, done.slice(end)) };
  }

  #alone<T>(check: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    return withMigrationLock(this.#engine, this.#opened.busyTimeoutMs, work, check);
  }

  /**
   * Keeps the whole database in a file, as it is committed.
   * @param before what it is kept before, for the name: `v5`, `sync`
   * @returns its path
   * @throws {CrmError} DISK_FULL, OUTPUT_FAILED; ENGINE when no snapshot can be taken
   */
  keepBefore(before: string): Promise<string> {
    const { target, key, busyTimeoutMs } = this.#opened;
    const isFile = engineNameOf(target) === 'sqlite';
    const place = isFile ? this.label : databaseName(target);
    return keepSnapshot({ target, place, before, key: this.isEncrypted ? key : null, busyTimeoutMs, now: new Date() });
  }
}

const stepOf = ({ version, name, sql }: Pick<Migration, 'version' | 'name' | 'sql'>): SchemaStep => ({
  version,
  name,
  statements: sqlStatements(sql),
});

/** Database and schema that a URL names, as part of a file name. */
function databaseName(url: string): string {
  const { pathname, searchParams } = new URL(url);
  const names = [decodeURIComponent(pathname.slice(1)) || 'crm', searchParams.get('schema') ?? ''];
  return names
    .filter((name) => name !== '')
    .join('.')
    .replace(/[^\p{L}\p{N}._-]/gu, '_');
}

function noVersion(version: number, why: string, command: string): CrmError {
  return new CrmError('USAGE', `the schema cannot be brought to version ${version}: ${why}`, { hint: `see: ${command}` });
}
