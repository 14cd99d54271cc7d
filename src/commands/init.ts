import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { DEFAULT_CONFIG_PATH, writeConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { Repository } from '../repository/repository.ts';
import { printInit } from '../ui/init-report.ts';
import { type InitAnswers, canAskInit, askInit, askReplace } from '../ui/init-wizard.ts';
import type { Examples } from './help-layout.ts';
import { regionOf } from './region.ts';
import type { Run } from './run.ts';

interface InitFlags {
  readonly configFile?: boolean;
  readonly country?: string;
  readonly encrypt?: boolean;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm init', 'asks three questions on a terminal'],
  ['crm init --yes', 'makes ./crm.db and asks nothing'],
  ['crm init --db people.db --country CN --config-file'],
  ['crm init --db postgres://crm@db.example/crm'],
  ['crm init --encrypt', 'asks for a key, or takes it from CRM_KEY_FILE'],
];

/** `crm init` */
export function define(command: Command, run: Run): void {
  command
    .option('--config-file', 'write a config file with every setting explained')
    .option('--country <code>', 'for the config file: country of phone numbers written without one, e.g. CN')
    .option('--encrypt', 'encrypt the database (SQLite); key: CRM_KEY_FILE, CRM_KEY, or asked for on a terminal')
    .action((flags: InitFlags) => run(command, (context) => init(context, flags)));
}

async function init(context: Context, flags: InitFlags): Promise<void> {
  const config = context.config({ mayBeMissing: flags.configFile === true || context.configPath() === DEFAULT_CONFIG_PATH });
  const given: InitAnswers = {
    database: context.databaseTarget(),
    country: regionOf(flags.country ?? config.country),
    configFile: flags.configFile ?? false,
  };
  if (flags.encrypt === true) requireFile(given.database);
  const existing = await openExisting(context);
  if (flags.encrypt === true && existing?.isEncrypted === false) throw isPlain(existing.label);
  const asks = existing === null && canAskInit(context.io, context.mode);
  const answers = asks ? await askInit(context.io, context.mode, given, { configExists: existsSync(context.configPath()) }) : given;
  const repository = existing ?? (await create(context, answers.database, flags.encrypt ?? false));
  const configFile = answers.configFile ? await writeConfigFile(context, answers) : null;
  await printInit(context.io, context.mode, {
    result: {
      database: repository.label,
      engine: repository.engineName,
      created: repository.created,
      encrypted: repository.isEncrypted,
      configFile,
    },
    customers: repository.created ? 0 : await repository.count(),
    leftAlone: answers.configFile && configFile === null ? context.configPath() : null,
  });
}

async function create(context: Context, target: string, isToBeEncrypted: boolean): Promise<Repository> {
  if (!isToBeEncrypted) return context.openRepository({ create: true, target });
  requireFile(target);
  const key = await context.keyForNewDatabase();
  const repository = await context.openRepository({ create: true, target, key });
  // Somebody else may have made it while the key was being typed.
  if (!repository.isEncrypted) throw isPlain(repository.label);
  return repository;
}

function requireFile(target: string): void {
  if (!/^postgres(ql)?:/i.test(target)) return;
  throw new CrmError('USAGE', '--encrypt is for SQLite files: what PostgreSQL stores is encrypted by its server, or by its disk', {
    hint: 'leave --encrypt out, and ask who runs the server about encryption at rest; or name a file with --db',
  });
}

function isPlain(label: string): CrmError {
  return new CrmError('USAGE', `${label} is there already, and it is not encrypted`, {
    hint: 'encrypt what is in it with: crm maintain --rekey',
  });
}

/** The database if it is there already. */
async function openExisting(context: Context): Promise<Repository | null> {
  try {
    return await context.openRepository();
  } catch (error) {
    if (error instanceof CrmError && error.code === 'NO_DATABASE') return null;
    throw error;
  }
}

/** Writes the config file; an existing one is replaced only after a yes. @returns its path, null when it was left alone */
async function writeConfigFile(context: Context, answers: InitAnswers): Promise<string | null> {
  const path = context.configPath();
  if (existsSync(path) && !(await askReplace(context.io, context.mode, path))) return null;
  writeConfig(path, { database: answers.database, ...(answers.country === null ? {} : { country: answers.country }) });
  return path;
}
