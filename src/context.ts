import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Config, DEFAULT_CONFIG_PATH, DEFAULT_DATABASE, loadConfig } from './config.ts';
import { CrmError } from './errors.ts';
import { isUrl } from './model/url.ts';
import type { DatabaseSchema } from './repository/database-schema.ts';
import type { OpenOptions, Repository } from './repository/repository.ts';
import { askNewKey, DATABASE_KEY, keyOfEnvironment, NEW_DATABASE_KEY, openWithKey } from './ui/database-key.ts';
import { type Io, say } from './ui/io.ts';
import type { OutputMode } from './ui/envelope.ts';
import type { PromptMode } from './ui/prompt.ts';
import { withoutColour } from './ui/style.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly db?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly debug?: boolean;
  /** False with `--no-color`. */
  readonly color?: boolean;
  readonly yes?: boolean;
  /** False with `--no-input`. */
  readonly input?: boolean;
}

/** A database in which nothing stays. */
export interface Rehearsal {
  readonly repository: Repository;
  /** What to call the database that is meant. */
  readonly label: string;
  /** Whether it is not there yet. */
  readonly wouldBeMade: boolean;
}

/** What a command may use: streams, settings, the database, and the signal that says that the user wants it to stop. */
export interface Context {
  readonly io: Io;
  readonly mode: OutputMode & PromptMode & { readonly verbose: boolean; readonly debug: boolean };
  readonly signal: AbortSignal;
  /** Path of the config file: flag, environment, `./crm.config.json`. */
  configPath(): string;
  /** Settings of the config file; with `mayBeMissing` none where there is no such file. @throws {CrmError} CONFIG_INVALID */
  config(options?: { readonly mayBeMissing: boolean }): Config;
  /** Path or URL of the database: flag, environment, config file, `./crm.db`. */
  databaseTarget(): string;
  /** How long to wait for another writer to the database, where the environment says so. @throws {CrmError} USAGE */
  busyTimeout(): Pick<OpenOptions, 'busyTimeoutMs'>;
  /** Says with which status the program ends although the command succeeded: 3 rows rejected, 5 differences found, 14 damaged. */
  exitWith(code: 3 | 5 | 14): void;
  /** Opens the database (`databaseTarget()` where no target is given); it is closed when the command has ended. */
  openRepository(options?: OpenOptions & { readonly target?: string }): Promise<Repository>;
  /**
   * Opens the database for a dry run; where there is none yet that an import would make, an empty one stands for it, which goes
   * when the command has ended.
   */
  openRehearsal(): Promise<Rehearsal>;
  /** Opens the archive of the database: `target`, CRM_ARCHIVE_DB, the config file, or beside it; closed likewise. */
  openArchive(target?: string, options?: OpenOptions): Promise<Repository>;
  /** Opens the database whatever version its schema has, only to look at that or to upgrade it; closed likewise. */
  openSchema(): Promise<DatabaseSchema>;
  /**
   * Does something with the key of the database, which opens it by itself: first with that of the environment, and where that
   * has none and one is needed, with what a person at a terminal says. @throws {CrmError} KEY_NEEDED, WRONG_KEY
   */
  withKey<T>(open: (options: { readonly key?: Uint8Array }) => Promise<T>): Promise<T>;
  /** The key of the database that was opened; null where it is not encrypted, or none was opened. */
  databaseKey(): Uint8Array | null;
  /**
   * Works with the key of a database that is not opened here: that of the environment, else asked for when the work finds that
   * it needs one; then the work is begun again.
   */
  withDatabaseKey<T>(work: (key: Uint8Array | null) => Promise<T>): Promise<T>;
  /** The key for a new database: of the environment, else asked for twice. @throws {CrmError} KEY_NEEDED, INTERRUPTED */
  keyForNewDatabase(): Promise<Uint8Array>;
  /** The key that the database is to get: CRM_NEW_KEY_FILE, CRM_NEW_KEY, else asked for twice. @throws {CrmError} KEY_NEEDED, INTERRUPTED */
  newDatabaseKey(): Promise<Uint8Array>;
}

const DEFAULT_SLOW_QUERY_MS = 1000;

/** Makes the context of one command and runs it; closes what it opened, in every case. @returns the exit status */
export async function withContext(
  io: Io,
  options: GlobalOptions,
  signal: AbortSignal,
  run: (context: Context) => Promise<void>,
): Promise<number> {
  let config: Config | null = null;
  let exitCode = 0;
  const context: Context = {
    io: options.color === false ? withoutColour(io) : io,
    mode: modeOf(options),
    signal,
    configPath: () => options.config ?? io.env.CRM_CONFIG ?? DEFAULT_CONFIG_PATH,
    config: ({ mayBeMissing } = { mayBeMissing: context.configPath() === DEFAULT_CONFIG_PATH }) => {
      config ??= loadConfig(context.configPath(), mayBeMissing);
      return config;
    },
    exitWith: (code) => {
      exitCode = code;
    },
    databaseTarget: () => options.db ?? io.env.CRM_DB ?? context.config().database ?? DEFAULT_DATABASE,
    busyTimeout: () => busyTimeout(io.env.CRM_BUSY_TIMEOUT_MS),
    openRepository: (open) => database.openRepository(open),
    openRehearsal: () => database.openRehearsal(),
    openArchive: (target, open) => database.openArchive(target, open),
    openSchema: () => database.openSchema(),
    withKey: async (open) => {
      const given = keyOfEnvironment(io.env, DATABASE_KEY);
      return (await openWithKey(io, context.mode, given, (key) => open(key === null ? {} : { key }))).opened;
    },
    databaseKey: () => database.key,
    withDatabaseKey: async (work) => (await openWithKey(io, context.mode, keyOfEnvironment(io.env, DATABASE_KEY), work)).opened,
    keyForNewDatabase: async () => keyOfEnvironment(io.env, DATABASE_KEY) ?? askNewKey(io, context.mode, DATABASE_KEY),
    newDatabaseKey: async () => keyOfEnvironment(io.env, NEW_DATABASE_KEY) ?? askNewKey(io, context.mode, NEW_DATABASE_KEY),
  };
  const database = new CommandDatabase(context);
  try {
    await run(context);
    return exitCode;
  } finally {
    await database.close();
  }
}

/** The database of one command, opened when it is first asked for. */
class CommandDatabase {
  readonly #context: Context;
  #repository: Repository | null = null;
  #archive: Repository | null = null;
  #schema: DatabaseSchema | null = null;
  #temporary: string | null = null;
  #releaseStep: (() => Promise<void>) | null = null;
  /** The key that opened it; null where it is not encrypted. */
  key: Uint8Array | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  async openRepository({ target, key, ...options }: OpenOptions & { readonly target?: string } = {}): Promise<Repository> {
    const { openRepository } = await import('./repository/repository.ts');
    if (this.#repository !== null) return this.#repository;
    const step = stepOfJob(this.#context.io.env);
    this.#repository = await this.#open(key ?? null, (tried) =>
      openRepository(target ?? this.#context.databaseTarget(), {
        ...this.#context.busyTimeout(),
        slowQueryMs: slowQueryMs(this.#context),
        ...step,
        ...options,
        ...tried,
      }),
    );
    // Whoever finds the job killed waits until its step is gone, too. A rehearsal in a database of its own is nobody's business.
    if (step.partOf !== undefined && target === undefined) {
      const { lockStep } = await import('./repository/job-step-lock.ts');
      this.#releaseStep = await lockStep(await this.#repository.jobs(), step.partOf.jobRun);
    }
    return this.#repository;
  }

  async openRehearsal(): Promise<Rehearsal> {
    const target = this.#context.databaseTarget();
    try {
      const repository = await this.openRepository();
      return { repository, label: repository.label, wouldBeMade: false };
    } catch (error) {
      if (!(error instanceof CrmError) || error.code !== 'NO_DATABASE') throw error;
      // An import makes the tables in a database of a server, and a file in a folder; neither server nor folder.
      const label = isUrl(target) ? (await this.openSchema()).label : target;
      if (!isUrl(target) && !existsSync(dirname(target))) throw error;
      this.#temporary = mkdtempSync(join(tmpdir(), 'crm-rehearsal-'));
      const repository = await this.openRepository({ create: true, target: join(this.#temporary, 'empty.db') });
      return { repository, label, wouldBeMade: true };
    }
  }

  /** The archive of an encrypted database is encrypted, with the same key. */
  async openArchive(target: string | undefined, options: OpenOptions = {}): Promise<Repository> {
    const context = this.#context;
    const { archiveTarget, withArchiveHint } = await import('./archive/archive-target.ts');
    const { archiveSettings } = await import('./archive/archive-settings.ts');
    const { openRepository } = await import('./repository/repository.ts');
    const { database } = archiveSettings(context.config().archive, context.configPath());
    const place = archiveTarget(context.databaseTarget(), target ?? context.io.env.CRM_ARCHIVE_DB ?? database);
    const key = this.key ?? keyOfEnvironment(context.io.env, DATABASE_KEY);
    this.#archive ??= await withArchiveHint(place, () =>
      openRepository(place, { ...context.busyTimeout(), ...options, ...(key === null ? {} : { key }) }),
    );
    return this.#archive;
  }

  async openSchema(): Promise<DatabaseSchema> {
    const { openSchema } = await import('./repository/database-schema.ts');
    this.#schema ??= await this.#open(null, (tried) =>
      openSchema(this.#context.databaseTarget(), { ...this.#context.busyTimeout(), ...tried }),
    );
    return this.#schema;
  }

  async close(): Promise<void> {
    await this.#archive?.close();
    await this.#releaseStep?.();
    await this.#repository?.close();
    await this.#schema?.close();
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true });
  }

  async #open<T extends Repository | DatabaseSchema>(
    given: Uint8Array | null,
    open: (options: { readonly key?: Uint8Array }) => Promise<T>,
  ): Promise<T> {
    const { io, mode } = this.#context;
    const { opened, key } = await openWithKey(io, mode, given ?? keyOfEnvironment(io.env, DATABASE_KEY), (tried) =>
      open(tried === null ? {} : { key: tried }),
    );
    this.key = opened.isEncrypted ? key : null;
    if (key !== null && !opened.isEncrypted && mode.verbose) await say(io, `${opened.label} is not encrypted: the key is not used\n`);
    return opened;
  }
}

/** What takes longer is logged, in milliseconds: environment, config file, a second. */
function slowQueryMs({ io, configPath }: Context): number {
  const text = io.env.CRM_SLOW_QUERY_MS;
  if (text === undefined || text === '') return loadConfig(configPath(), true).slowQueryMs ?? DEFAULT_SLOW_QUERY_MS;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CrmError('USAGE', 'CRM_SLOW_QUERY_MS is no number of milliseconds', {
    hint: 'for instance: CRM_SLOW_QUERY_MS=500; 0 logs none',
  });
}

/** The step of a job that this process was started for; see `src/job/crm-call.ts`. */
function stepOfJob({ CRM_JOB_RUN, CRM_JOB_STEP }: Io['env']): Pick<OpenOptions, 'partOf'> {
  const [jobRun, jobStep] = [Number(CRM_JOB_RUN), Number(CRM_JOB_STEP)];
  return jobRun > 0 && jobStep > 0 ? { partOf: { jobRun, jobStep } } : {};
}

function modeOf(options: GlobalOptions): Context['mode'] {
  return {
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    verbose: options.verbose ?? false,
    debug: options.debug ?? false,
    yes: options.yes ?? false,
    noInput: options.input === false,
  };
}

function busyTimeout(text: string | undefined): Pick<OpenOptions, 'busyTimeoutMs'> {
  if (text === undefined || text === '') return {};
  const busyTimeoutMs = Number(text);
  if (Number.isInteger(busyTimeoutMs) && busyTimeoutMs >= 0) return { busyTimeoutMs };
  throw new CrmError('USAGE', 'CRM_BUSY_TIMEOUT_MS is no number of milliseconds', { hint: 'for instance: CRM_BUSY_TIMEOUT_MS=10000' });
}
