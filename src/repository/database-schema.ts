import type { Engine } from '../engines/connection.ts';
import { DEFAULT_BUSY_TIMEOUT_MS, openEngine } from '../engines/index.ts';
import { type SchemaStatus, migrateUp, pendingMigrations, readMigrations, schemaStatus } from '../engines/migrator.ts';
import { rebuildStaleKeys } from './match-key-rebuild.ts';
import type { OpenOptions } from './repository.ts';

/** What an upgrade applied, or would apply. */
export interface SchemaUpgrade {
  /** Schema version before and after. */
  readonly from: number;
  readonly to: number;
  /** The schema files between the two, in order. */
  readonly applied: readonly { readonly version: number; readonly name: string }[];
}

/**
 * Opens the customer database named by a path or URL without asking that its schema be this program's; makes nothing.
 * @throws {CrmError} NO_DATABASE, NOT_OUR_DATABASE, CONNECTION, LOGIN or ENGINE when it cannot be opened
 */
export async function openSchema(target: string, options: Pick<OpenOptions, 'busyTimeoutMs' | 'key'> = {}): Promise<DatabaseSchema> {
  return new DatabaseSchema(await openEngine(target, { busyTimeoutMs: DEFAULT_BUSY_TIMEOUT_MS, ...options, create: false }));
}

/** The schema of a customer database, of any version. */
export class DatabaseSchema {
  readonly #engine: Engine;

  /** Use `openSchema`. */
  constructor(engine: Engine) {
    this.#engine = engine;
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
   * Applies the schema files that are missing: all of them or, after a throw, none. Idempotent; of two at once one does it.
   * @param options with `dryRun` nothing is applied and no lock taken; `check` is called after each file and stops by a throw
   * @throws {CrmError} NO_DATABASE, SCHEMA_NEWER, SCHEMA_EDITED, INTEGRITY, BUSY, PERMISSION
   */
  async upgrade(options: { readonly dryRun?: boolean; readonly check?: () => Promise<void> } = {}): Promise<SchemaUpgrade> {
    const migrations = readMigrations(this.#engine);
    const pending = await pendingMigrations(this.#engine, migrations);
    const isLeft = options.dryRun === true || pending.length === 0;
    // Another process may have applied them since: what is told is what this one did.
    const versions = isLeft
      ? pending.map(({ version }) => version)
      : await migrateUp(this.#engine, migrations, options.check, (connection) => rebuildStaleKeys(connection, options.check));
    return {
      from: migrations.length - versions.length,
      to: migrations.length,
      applied: pending.filter(({ version }) => versions.includes(version)).map(({ version, name }) => ({ version, name })),
    };
  }

  /** Closes the database; nothing else may be called afterwards. */
  close(): Promise<void> {
    return this.#engine.close();
  }
}
