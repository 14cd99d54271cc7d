import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { DEFAULT_CONFIG_PATH, DEFAULT_DATABASE } from '../config.ts';
import type { Context } from '../context.ts';
import { CrmError, redactUrl } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import { DATABASE_KEY, keyOfEnvironment } from '../ui/database-key.ts';
import { oldestNode, programVersion } from '../ui/version.ts';
import { passphraseFrom, repositoryFolder } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm doctor', 'what is wrong, and the command that puts it right'],
  ['crm doctor --quiet', 'for cron: says only what is wrong; exit 5 when a problem is found'],
  ['crm doctor --db other.db', 'with another database'],
  ['crm doctor --json', 'for monitoring, or to send with a question'],
];

/** `crm doctor` */
export function define(command: Command, run: Run): void {
  command.action(() => run(command, doctor));
}

async function doctor(context: Context): Promise<void> {
  const { io, signal } = context;
  const start = performance.now();
  const { diagnose } = await import('../maintain/diagnose.ts');
  const { shellWord } = await import('../maintain/diagnosis.ts');
  const { printDoctor } = await import('../ui/doctor-report.ts');
  const file = context.configPath();
  // To read a pipe is to wait for whoever writes to it.
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw new CrmError('CONFIG_INVALID', `the config file ${file} is no file`, { hint: 'name another one with --config FILE' });
  const looked = await diagnose({
    program: {
      version: programVersion(),
      nodeVersion: process.versions.node,
      oldestNode: oldestNode(),
      env: io.env,
      isTerminal: io.isTty.stdout,
    },
    config: { file, mayBeMissing: file === DEFAULT_CONFIG_PATH },
    database: () => ({ target: context.databaseTarget(), key: keyOfEnvironment(io.env, DATABASE_KEY) }),
    backup: () => ({ folder: repositoryFolder(context, {}), passphrase: passphraseFrom(quietly(context), {}), now: new Date() }),
    crm: { script: process.argv[1] as string, globals: globalsOf(context), env: io.env },
    signal,
  });
  checkInterruption(signal);
  // Whoever names another database here has to name it in what puts it right, too.
  const named = namedGlobals(context)
    .map((word) => shellWord(redactUrl(word)))
    .join(' ');
  const found =
    named === '' ? looked : looked.map((one) => ({ ...one, fix: one.fix?.replace(/\bcrm (?=[a-z])/g, `crm ${named} `) ?? null }));
  if (found.some(({ state }) => state === 'problem')) context.exitWith(5);
  await printDoctor(io, context.mode, found, Math.round(performance.now() - start));
}

/** Nobody is asked for a passphrase: a look must not wait for an answer. */
function quietly(context: Context): Context {
  return { ...context, mode: { ...context.mode, noInput: true } };
}

function globalsOf(context: Context): string[] {
  try {
    return ['--db', context.databaseTarget(), '--config', context.configPath()];
  } catch {
    return []; // the config file is wrong, which is told of elsewhere
  }
}

/** What was given as options: it is not where crm looks by itself. */
function namedGlobals(context: Context): string[] {
  const { CRM_DB, CRM_CONFIG } = context.io.env;
  const config = context.configPath();
  try {
    const usual = CRM_DB ?? context.config().database ?? DEFAULT_DATABASE;
    return [
      ...(context.databaseTarget() === usual ? [] : ['--db', context.databaseTarget()]),
      ...(config === (CRM_CONFIG ?? DEFAULT_CONFIG_PATH) ? [] : ['--config', config]),
    ];
  } catch {
    return []; // the config file has to be put right first
  }
}
