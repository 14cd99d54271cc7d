import { type Config, DEFAULT_CONFIG_PATH, loadConfig } from './config.ts';
import { CrmError } from './errors.ts';
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
  /** Says with which status the program ends although the command succeeded: 3 rows rejected, 5 differences found. */
  exitWith(code: 3 | 5): void;
  /** Opens the database (`databaseTarget()` where no target is given); it is closed when the command has ended. */
  openRepository(options?: OpenOptions & { readonly target?: string }): Promise<Repository>;
  /** Opens the database whatever version its schema has, only to look at that or to upgrade it; closed likewise. */
  openSchema(): Promise<DatabaseSchema>;
  /**
   * Does something with the key of the database, which opens it by itself: first with that of the environment, and where that
   * has none and one is needed, with what a person at a terminal says. @throws {CrmError} KEY_NEEDED, WRONG_KEY
   */
  withKey<T>(open: (options: { readonly key?: Uint8Array }) => Promise<T>): Promise<T>;
  /** The key of the database that was opened; null where it is not encrypted, or none was opened. */
  databaseKey(): Uint8Array | null;
  /** The key for a new database: of the environment, else asked for twice. @throws {CrmError} KEY_NEEDED, INTERRUPTED */
  keyForNewDatabase(): Promise<Uint8Array>;
  /** The key that the database is to get: CRM_NEW_KEY_FILE, CRM_NEW_KEY, else asked for twice. @throws {CrmError} KEY_NEEDED, INTERRUPTED */
  newDatabaseKey(): Promise<Uint8Array>;
}

const DEFAULT_DATABASE = './crm.db';

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
    mode: {
      json: options.json ?? false,
      quiet: options.quiet ?? false,
      verbose: options.verbose ?? false,
      debug: options.debug ?? false,
      yes: options.yes ?? false,
      noInput: options.input === false,
    },
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
    openSchema: () => database.openSchema(),
    withKey: async (open) => {
      const given = keyOfEnvironment(io.env, DATABASE_KEY);
      return (await openWithKey(io, context.mode, given, (key) => open(key === null ? {} : { key }))).opened;
    },
    databaseKey: () => database.key,
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
  #schema: DatabaseSchema | null = null;
  /** The key that opened it; null where it is not encrypted. */
  key: Uint8Array | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  async openRepository({ target, key, ...options }: OpenOptions & { readonly target?: string } = {}): Promise<Repository> {
    const { openRepository } = await import('./repository/repository.ts');
    this.#repository ??= await this.#open(key ?? null, (tried) =>
      openRepository(target ?? this.#context.databaseTarget(), {
        ...busyTimeout(this.#context.io.env.CRM_BUSY_TIMEOUT_MS),
        ...options,
        ...tried,
      }),
    );
    return this.#repository;
  }

  async openSchema(): Promise<DatabaseSchema> {
    const { openSchema } = await import('./repository/database-schema.ts');
    this.#schema ??= await this.#open(null, (tried) =>
      openSchema(this.#context.databaseTarget(), { ...busyTimeout(this.#context.io.env.CRM_BUSY_TIMEOUT_MS), ...tried }),
    );
    return this.#schema;
  }

  async close(): Promise<void> {
    await this.#repository?.close();
    await this.#schema?.close();
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

function busyTimeout(text: string | undefined): Pick<OpenOptions, 'busyTimeoutMs'> {
  if (text === undefined || text === '') return {};
  const busyTimeoutMs = Number(text);
  if (Number.isInteger(busyTimeoutMs) && busyTimeoutMs >= 0) return { busyTimeoutMs };
  throw new CrmError('USAGE', 'CRM_BUSY_TIMEOUT_MS is no number of milliseconds', { hint: 'for instance: CRM_BUSY_TIMEOUT_MS=10000' });
}
