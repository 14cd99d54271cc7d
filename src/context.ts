import { type Config, DEFAULT_CONFIG_PATH, loadConfig } from './config.ts';
import { CrmError } from './errors.ts';
import type { DatabaseSchema } from './repository/database-schema.ts';
import type { OpenOptions, Repository } from './repository/repository.ts';
import type { Io } from './ui/io.ts';
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
  /** Says with which status the program ends although the command succeeded: 3 rows rejected, 5 differences found. */
  exitWith(code: 3 | 5): void;
  /** Opens the database (`databaseTarget()` where no target is given); it is closed when the command has ended. */
  openRepository(options?: OpenOptions & { readonly target?: string }): Promise<Repository>;
  /** Opens the archive of the database: `target`, CRM_ARCHIVE_DB, the config file, or beside it; closed likewise. */
  openArchive(target?: string, options?: OpenOptions): Promise<Repository>;
  /** Opens the database whatever version its schema has, only to look at that or to upgrade it; closed likewise. */
  openSchema(): Promise<DatabaseSchema>;
}

const DEFAULT_DATABASE = './crm.db';

/** Makes the context of one command and runs it; closes what it opened, in every case. @returns the exit status */
export async function withContext(
  io: Io,
  options: GlobalOptions,
  signal: AbortSignal,
  run: (context: Context) => Promise<void>,
): Promise<number> {
  let repository: Repository | null = null;
  let archive: Repository | null = null;
  let schema: DatabaseSchema | null = null;
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
    openRepository: async ({ target, ...options } = {}) => {
      repository ??= await open(io, target ?? context.databaseTarget(), options);
      return repository;
    },
    openArchive: async (target, options = {}) => {
      archive ??= await openArchive(io, context, target, options);
      return archive;
    },
    openSchema: async () => {
      const { openSchema } = await import('./repository/database-schema.ts');
      schema ??= await openSchema(context.databaseTarget(), busyTimeout(io.env.CRM_BUSY_TIMEOUT_MS));
      return schema;
    },
  };
  try {
    await run(context);
    return exitCode;
  } finally {
    await (archive as Repository | null)?.close();
    await (repository as Repository | null)?.close();
    await (schema as DatabaseSchema | null)?.close();
  }
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

async function openArchive(io: Io, context: Context, target: string | undefined, options: OpenOptions): Promise<Repository> {
  const { archiveTarget, withArchiveHint } = await import('./archive/archive-target.ts');
  const { archiveSettings } = await import('./archive/archive-settings.ts');
  const { database } = archiveSettings(context.config().archive, context.configPath());
  const place = archiveTarget(context.databaseTarget(), target ?? io.env.CRM_ARCHIVE_DB ?? database);
  return withArchiveHint(place, () => open(io, place, options));
}

async function open(io: Io, target: string, options: OpenOptions): Promise<Repository> {
  const { openRepository } = await import('./repository/repository.ts');
  return openRepository(target, { ...busyTimeout(io.env.CRM_BUSY_TIMEOUT_MS), ...options });
}

function busyTimeout(text: string | undefined): OpenOptions {
  if (text === undefined || text === '') return {};
  const busyTimeoutMs = Number(text);
  if (Number.isInteger(busyTimeoutMs) && busyTimeoutMs >= 0) return { busyTimeoutMs };
  throw new CrmError('USAGE', 'CRM_BUSY_TIMEOUT_MS is no number of milliseconds', { hint: 'for instance: CRM_BUSY_TIMEOUT_MS=10000' });
}
