import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { askSecret } from '../ui/prompt.ts';
import { durationMs } from './duration.ts';

/** Options of every command that opens a backup repository. */
export interface RepositoryFlags {
  readonly repo?: string;
  readonly passphraseFile?: string;
}

/** Options of commands that write to it. */
export interface WritingFlags extends RepositoryFlags {
  readonly wait?: string;
}

const DEFAULT_REPOSITORY = './crm-backups';

/** Declares where the repository is, and where its passphrase comes from. */
export function addRepositoryOptions(command: Command): Command {
  return command
    .addOption(new Option('--repo <dir>', 'backup repository (default: backup.repository of the config file, then ./crm-backups)'))
    .option('--passphrase-file <file>', 'file with the passphrase of an encrypted repository (else CRM_BACKUP_PASSPHRASE, or a question)');
}

/** The same, and how long to wait for another process that writes. */
export function addWritingOptions(command: Command): Command {
  return addRepositoryOptions(command).option('--wait <time>', 'how long to wait for another backup, e.g. 10m (default: not at all)');
}

/** Folder of the repository. @throws {CrmError} CONFIG_INVALID */
export function repositoryFolder(context: Context, { repo }: RepositoryFlags): string {
  return repo ?? configured(context) ?? DEFAULT_REPOSITORY;
}

function configured(context: Context): string | undefined {
  const settings = context.config().backup ?? {};
  const unknown = Object.keys(settings).find((name) => name !== 'repository');
  const { repository } = settings;
  if (unknown === undefined && (repository === undefined || typeof repository === 'string')) return repository;
  const message = unknown === undefined ? 'backup.repository must be a text' : `there is no setting “backup.${unknown}”`;
  throw new CrmError('CONFIG_INVALID', `${context.configPath()}: ${message}`, { hint: '"backup": { "repository": "./crm-backups" }' });
}

/** How long to wait for another writer, in milliseconds. @throws {CrmError} USAGE */
export function waitMs({ wait }: WritingFlags): number {
  return wait === undefined ? 0 : durationMs('--wait', wait);
}

/**
 * Where the passphrase comes from, never the command line: a file, the environment, a question on the terminal.
 * @param isNew it is asked for twice, because nobody can get at what a mistyped one encrypts
 */
export function passphraseFrom(context: Context, { passphraseFile }: RepositoryFlags, isNew = false): () => Promise<string> {
  const { io, mode } = context;
  const ask = async (): Promise<string> => {
    if (passphraseFile !== undefined) return required(fileText(passphraseFile), passphraseFile);
    const { CRM_BACKUP_PASSPHRASE } = io.env;
    if (CRM_BACKUP_PASSPHRASE !== undefined) return required(CRM_BACKUP_PASSPHRASE, 'CRM_BACKUP_PASSPHRASE');
    const passphrase = required(await askSecret(io, mode, 'Passphrase of the backup repository:', PASSPHRASE_HINT), 'the passphrase');
    if (isNew && (await askSecret(io, mode, 'Once more:', PASSPHRASE_HINT)) !== passphrase) {
      throw new CrmError('USAGE', 'the two passphrases differ; nothing was made', { hint: 'run it again' });
    }
    return passphrase;
  };
  // Asked for once, however often the work begins anew because another key is tried.
  let known: Promise<string> | null = null;
  return () => {
    known ??= ask();
    return known;
  };
}

const PASSPHRASE_HINT = 'give it with --passphrase-file FILE or CRM_BACKUP_PASSPHRASE';

function required(passphrase: string, from: string): string {
  if (passphrase !== '') return passphrase;
  throw new CrmError('USAGE', `${from} is empty: a passphrase is needed`, { hint: PASSPHRASE_HINT });
}

/** The first line of a file: editors end it with a line end that belongs to no passphrase. */
function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (error) {
    throw new CrmError('INPUT_MISSING', `the passphrase file ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
      hint: 'check its path and permissions',
    });
  }
}
