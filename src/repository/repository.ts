import { hostname } from 'node:os';
import type { Engine } from '../engines/connection.ts';
import type { SqlValue } from '../engines/engine.ts';
import { DEFAULT_BUSY_TIMEOUT_MS, openEngine } from '../engines/index.ts';
import { checkSchema, migrateUp } from '../engines/migrator.ts';
import type { Customer, FieldValues } from '../model/customer.ts';
import type { ArchiveStore } from './archive-store.ts';
import { type CustomerDetails, customerDetails } from './customer-details.ts';
import type { Reviser, RevisionRequest } from './customer-revision.ts';
import { compileCustomerQuery, customFieldNames } from './customer-query.ts';
import type { DuplicateStore } from './duplicate-store.ts';
import type { Edit, Editing, NewChild, NewCustomerExtras } from './editing.ts';
import { findCustomerIds } from './find-customer-ids.ts';
import { type InUse, inUse } from './in-use.ts';
import type { OnArchived } from './import-archived.ts';
import type { ImportFeed } from './import-batch.ts';
import type { ImportOutcome, ImportRequest } from './import-session.ts';
import type { MaintenanceStore } from './maintenance-store.ts';
import { loginName } from './login-name.ts';
import type { RebuiltKeys } from './match-key-rebuild.ts';
import type { PlanRun } from './plan-session.ts';
import type { QualityStore } from './quality-store.ts';
import type { QueryOptions, QueryResult } from './query-options.ts';
import type { OpenOptions } from './open-options.ts';
import { RepositoryRecords } from './repository-records.ts';
import { type RunHeader, RunLog } from './run-log.ts';
import type { StateRequest } from './restore-states.ts';
import type { StateRestored } from './state-restore.ts';
import type { UndoOptions } from './undo-session.ts';
import type { UndoOutcome } from './undo.ts';

export type { OpenOptions } from './open-options.ts';

/** What a write did, and the run it was recorded as (null after a dry run). */
export interface WriteResult<T> {
  readonly run: number | null;
  readonly value: T;
}

/**
 * Opens the customer database named by a path (SQLite) or URL (`postgres://…`).
 * @throws {CrmError} NO_DATABASE, NOT_OUR_DATABASE, SCHEMA_OLDER, SCHEMA_NEWER, SCHEMA_EDITED, INTEGRITY, CONNECTION,
 * LOGIN or ENGINE when it cannot be used
 */
export async function openRepository(target: string, options: OpenOptions = {}): Promise<Repository> {
  const create = options.create ?? false;
  const { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, slowQueryMs = 0, key } = options;
  const engine = await openEngine(target, { create, busyTimeoutMs, slowQueryMs, ...(key === undefined ? {} : { key }) });
  try {
    const created = create && (await engine.all(engine.facts.tableExistsSql, ['schema_migrations'])).length === 0;
    if (created) await migrateUp(engine);
    await checkSchema(engine);
    return new Repository(engine, options, created);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** The customer database: everything the commands do goes through here. */
export class Repository extends RepositoryRecords {
  /** Whether opening it made it. */
  readonly created: boolean;
  readonly #engine: Engine;
  readonly #actor: string;
  readonly #now: () => Date;
  readonly #partOf: OpenOptions['partOf'];

  /** Use `openRepository`. */
  constructor(engine: Engine, options: OpenOptions, created: boolean) {
    const { now = () => new Date(), actor = loginName(), partOf } = options;
    super(engine, actor, now);
    this.#engine = engine;
    this.created = created;
    this.#actor = actor;
    this.#now = now;
    this.#partOf = partOf;
  }

  /** What to call this database in messages. */
  get label(): string {
    return this.#engine.label;
  }

  /** The engine's name. */
  get engineName(): string {
    return this.#engine.facts.name;
  }

  /** Whether the database is encrypted by this program. */
  get isEncrypted(): boolean {
    return this.#engine.isEncrypted;
  }

  /** The customer with this id, with all that hangs on it; an id that was merged away leads to the surviving one. */
  async get(id: number): Promise<CustomerDetails | null> {
    const [redirect] = await this.#engine.all<{ customer_id: number }>('SELECT customer_id FROM redirects WHERE old_id = ?', [id]);
    return redirect === undefined ? customerDetails(this.#engine, id) : this.get(redirect.customer_id);
  }

  /** Ids of the customers that an id, an e-mail address, a phone number (E.164) or an external id names. */
  find(reference: string): Promise<number[]> {
    return findCustomerIds(this.#engine, reference);
  }

  /** How many customers there are. */
  async count(): Promise<number> {
    return (await this.#engine.all('SELECT count(*) AS n FROM customers'))[0]?.n as number;
  }

  /**
   * Streams what a query selects, from one snapshot.
   * @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD, USAGE
   */
  async query(options: QueryOptions): Promise<QueryResult> {
    const compiled = await compileCustomerQuery(this.#engine, options, this.#now());
    return { columns: compiled.columns, rows: this.#engine.stream(compiled.sql, compiled.parameters) };
  }

  /** How many customers (or groups) a query selects without its limit. */
  async queryCount(options: QueryOptions): Promise<number> {
    const { countSql, countParameters } = await compileCustomerQuery(this.#engine, options, this.#now());
    const [row] = await this.#engine.all(countSql, countParameters);
    return Number(Object.values(row ?? {})[0] ?? 0);
  }

  /** What customers have beside their fields. */
  inUse(): Promise<InUse> {
    return inUse(this.#engine);
  }

  /** Names of the custom fields in use, sorted. */
  customFields(): Promise<string[]> {
    return customFieldNames(this.#engine);
  }

  /** Runs a statement of the user; the database itself refuses to write. @throws {CrmError} PERMISSION, USAGE */
  readOnlySql(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    return this.#engine.readOnly(sql);
  }

  /** Runs an import; see `runImport`. */
  async import(
    request: ImportRequest & {
      readonly archived?: { readonly what: OnArchived['what']; readonly openArchive: () => Promise<Repository> } | undefined;
    },
    feed: (session: ImportFeed) => Promise<{ sha256: string; repaired?: number }>,
  ): Promise<ImportOutcome> {
    const now = this.#now().toISOString();
    const header = { ...this.#header('import', request.arguments), sourceName: request.sourceName };
    const { runImport } = await import('./import-session.ts');
    const { archived, ...others } = request;
    const onArchived = archived && { archived: { ...archived, openArchive: async () => (await archived.openArchive()).#engine } };
    return runImport(this.#engine, { ...others, ...onArchived, header, settings: { ...request.settings, now } }, this.#now, feed);
  }

  /** Executes a plan; see `runPlan`. @returns the run, null after a dry run */
  async apply(plan: PlanRun, args: RunHeader['arguments']): Promise<number | null> {
    const { runPlan } = await import('./plan-session.ts');
    return runPlan(this.#engine, plan, this.#header('apply', args), this.#now);
  }

  /** Makes a customer of normalised values. @throws {CrmError} USAGE when an external id belongs to another one */
  add(values: FieldValues, options: NewCustomerExtras & { readonly commit?: boolean } = {}): Promise<WriteResult<Customer>> {
    return this.#write('add', { fields: Object.keys(values) }, options, async (editing) => {
      const value = await editing.add(values, options);
      return { value, counts: { created: 1 } };
    });
  }

  /** Sets fields and tags of one customer. @throws {CrmError} NOT_FOUND */
  edit(
    id: number,
    edit: Edit,
    options: { readonly commit?: boolean } = {},
  ): Promise<WriteResult<{ customer: Customer; changed: readonly string[] }>> {
    return this.#write('edit', { id, fields: Object.keys(edit.values) }, options, async (editing) => {
      const value = await editing.edit(id, edit);
      return { value, counts: { updated: value.changed.length > 0 ? 1 : 0 } };
    });
  }

  /** Removes customers with all that hangs on them; `undo` brings them back. @throws {CrmError} NOT_FOUND */
  remove(ids: readonly number[], options: { readonly commit?: boolean } = {}): Promise<WriteResult<number>> {
    return this.#write('delete', { ids }, options, async (editing) => {
      const value = await editing.remove(ids);
      return { value, counts: { deleted: value } };
    });
  }

  /** Adds an order, interaction, consent, contact point … to a customer and returns its id. @throws {CrmError} NOT_FOUND */
  addChild(customerId: number, child: NewChild): Promise<WriteResult<number>> {
    return this.#write('add', { id: customerId, table: child.table }, {}, async (editing) => ({
      value: await editing.addChild(customerId, child),
      counts: { created: 1 },
    }));
  }

  async #write<T>(
    command: string,
    args: RunHeader['arguments'],
    options: { readonly commit?: boolean },
    work: (editing: Editing) => Promise<{ value: T; counts: Record<string, number> }>,
  ): Promise<WriteResult<T>> {
    const now = this.#now().toISOString();
    const commit = options.commit ?? true;
    const { Editing } = await import('./editing.ts');
    return this.#engine.transaction(
      async (connection) => {
        const log = await RunLog.start(connection, this.#header(command, args), now);
        const { value, counts } = await work(new Editing(connection, log, now));
        await log.finish(counts, this.#now().toISOString());
        return { run: commit ? log.id : null, value };
      },
      { commit },
    );
  }

  /**
   * Reverses a run, itself as a run; what was changed since is kept and reported.
   * @param options `openArchive` is asked where the run moved customers to or from the archive
   * @throws {CrmError} NOT_FOUND, USAGE when it was undone already
   */
  async undo(
    id: number,
    options: UndoOptions & { readonly openArchive?: () => Promise<Repository> } = {},
  ): Promise<WriteResult<UndoOutcome>> {
    const { runUndo } = await import('./undo-session.ts');
    const { openArchive, ...others } = options;
    const archive = openArchive === undefined ? {} : { openArchive: async () => (await openArchive()).#engine };
    return runUndo(this.#engine, id, this.#header('undo', { run: id }), this.#now, { ...others, ...archive });
  }

  /** Goes through stored customers and writes what becomes of them; see `reviseCustomers`. @returns the run, null where none was made */
  async revise(command: string, request: RevisionRequest, reviser: Reviser): Promise<number | null> {
    const { reviseCustomers } = await import('./customer-revision.ts');
    return reviseCustomers(this.#engine, request, this.#header(command, request.arguments), this.#now, reviser);
  }

  /**
   * Brings customers to the state that another customer database has of them, as one run; see `StateRestore`.
   * @param source that database
   * @returns the run, null where nothing changed
   */
  async restoreStates(
    source: Repository,
    request: Omit<StateRequest, 'source'>,
    args: RunHeader['arguments'],
  ): Promise<{ readonly run: number | null; readonly outcome: StateRestored }> {
    const { restoreStates } = await import('./restore-states.ts');
    return restoreStates(this.#engine, { ...request, source: source.#engine }, this.#header('restore', args), this.#now);
  }

  /** Makes the match keys of all customers again; see `rebuildMatchKeys`. Nothing is written with `commit` false. */
  async rebuildKeys(options: { readonly commit: boolean; readonly check: (examined: number) => Promise<void> }): Promise<RebuiltKeys> {
    const { rebuildMatchKeys } = await import('./match-key-rebuild.ts');
    return this.#engine.transaction((connection) => rebuildMatchKeys(connection, options.check), { commit: options.commit });
  }

  /** What measuring quality reads and keeps. */
  async quality(): Promise<QualityStore> {
    return new (await import('./quality-store.ts')).QualityStore(this.#engine, this.#now());
  }

  /** What finding and merging duplicates reads and keeps. */
  async duplicates(): Promise<DuplicateStore> {
    return new (await import('./duplicate-store.ts')).DuplicateStore(this.#engine, this.#actor, this.#now);
  }

  /** What archiving does; the archive is opened when it is needed. */
  async archive(openArchive: () => Promise<Repository>): Promise<ArchiveStore> {
    const { ArchiveStore } = await import('./archive-store.ts');
    const engines = { main: this.#engine, openArchive: async () => (await openArchive()).#engine };
    return new ArchiveStore(engines, (command, args) => this.#header(command, args), this.#now);
  }

  /** What keeps the database in order. @param openArchive opens its archive, where there is one */
  async maintenance(openArchive: () => Promise<Repository>): Promise<MaintenanceStore> {
    const { MaintenanceStore } = await import('./maintenance-store.ts');
    const parts = { main: this.#engine, openArchive: async () => (await openArchive()).#engine, header: this.#header('maintain', {}) };
    return new MaintenanceStore({ ...parts, maintenance: await this.#engine.maintenance(), clock: this.#now });
  }

  /** Notes that somebody looked at a customer, once a day, where that can be done at once; never fails. */
  async noteAccess(customer: Pick<Customer, 'id' | 'accessed_at'>): Promise<void> {
    const { noteAccess } = await import('./access-note.ts');
    return noteAccess(this.#engine, customer, this.#now());
  }

  /** Closes the database; nothing else may be called afterwards. */
  close = (): Promise<void> => this.#engine.close();

  #header(command: string, args: RunHeader['arguments']): RunHeader {
    return { command, arguments: { ...args, ...this.#partOf }, actor: this.#actor, host: hostname() };
  }
}
