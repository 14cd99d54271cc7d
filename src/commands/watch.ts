import { Command, type Option } from 'commander';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { finishesWhatIsBegun } from '../grace.ts';
import type { WatchedFile } from '../job/watched-import.ts';
import { durationMs } from './duration.ts';
import type { Examples } from './help-layout.ts';
import { addImportOptions, type ImportFlags, importOptions } from './import.ts';
import { checkPresets } from './preset-flags.ts';
import type { Run } from './run.ts';

interface WatchFlags {
  readonly settle?: string;
  readonly interval?: string;
  readonly once?: boolean;
  readonly done?: string;
  readonly failed?: string;
}

/** Options of an import that are none of every file. */
const NOT_HERE = ['--dry-run', '--plan', '--rejects', '--save-map'];
const DEFAULT_SETTLE_MS = 5000;
const DEFAULT_INTERVAL_MS = 2000;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm watch inbox --country CN', 'import files as they arrive, until Ctrl-C'],
  ['crm watch inbox "orders-*.csv" --type orders --source shop'],
  ['crm watch inbox --once', 'import what is there, and end'],
];

/** `crm watch` */
export function define(command: Command, run: Run): void {
  const passedOn = addImportOptions(new Command()).options.filter(({ long }) => !NOT_HERE.includes(long as string));
  command
    .argument('<folder>', 'where files arrive')
    .argument('[patterns...]', 'names of files, with * and ? in quotes (default: all that crm import reads)')
    .option('--settle <time>', 'a file is whole when it was not changed for so long (default: 5s)')
    .option('--interval <time>', 'how often to look (default: 2s)')
    .option('--once', 'look once, import what is whole, and end')
    .option('--done <folder>', 'where imported files go (default: FOLDER/done)')
    .option('--failed <folder>', 'where other files and rejected rows go (default: FOLDER/failed)');
  for (const option of passedOn) command.addOption(option);
  command.action((folder: string, patterns: string[], flags: WatchFlags & ImportFlags) =>
    run(command, (context) => watch(context, { folder, patterns, flags, importWords: wordsOf(command, passedOn) })),
  );
}

interface WatchCall {
  readonly folder: string;
  readonly patterns: readonly string[];
  readonly flags: WatchFlags & ImportFlags;
  readonly importWords: readonly string[];
}

async function watch(context: Context, { folder, patterns, flags, importWords }: WatchCall): Promise<void> {
  const { io, mode, signal } = context;
  importOptions(context, [], flags);
  await checkPresets(context, flags);
  const { crmProcess } = await import('../job/crm-call.ts');
  const { watchFolder } = await import('../job/watch-folder.ts');
  const { printWatched, sayWatching } = await import('../ui/watch-report.ts');
  const globals = [`--db=${context.databaseTarget()}`, `--config=${context.configPath()}`];
  const once = flags.once ?? false;
  const failures: WatchedFile[] = [];
  finishesWhatIsBegun(signal);
  if (!once) await sayWatching(io, mode, folder);
  await watchFolder({
    ...{ folder, patterns, once, signal },
    settleMs: flags.settle === undefined ? DEFAULT_SETTLE_MS : durationMs('--settle', flags.settle),
    intervalMs: flags.interval === undefined ? DEFAULT_INTERVAL_MS : durationMs('--interval', flags.interval),
    call: crmProcess({ script: process.argv[1] as string, globals, env: io.env }),
    words: ['import', ...importWords],
    importOf: (sha256) => importOf(context, sha256),
    done: flags.done ?? join(folder, 'done'),
    failed: flags.failed ?? join(folder, 'failed'),
    onFile: async (file) => {
      if (file.exitCode === 3 && once) context.exitWith(3);
      if (file.exitCode !== 0 && file.exitCode !== 3) failures.push(file);
      await printWatched(io, mode, file);
    },
  });
  if (once && failures.length > 0) throw failureOf(failures);
}

/** Opened for each file: nothing is kept from a database that is restored or moved meanwhile. */
async function importOf(context: Context, sha256: string): Promise<number | null> {
  const { openRepository } = await import('../repository/repository.ts');
  try {
    const repository = await context.withKey((key) => openRepository(context.databaseTarget(), { ...context.busyTimeout(), ...key }));
    try {
      return await (await repository.jobs()).importOf(sha256);
    } finally {
      await repository.close();
    }
  } catch (error) {
    if (error instanceof CrmError && error.code === 'NO_DATABASE') return null; // the first import makes it
    throw error;
  }
}

function failureOf(failures: readonly WatchedFile[]): CrmError {
  const waiting = failures.filter(({ status }) => status === 'waiting');
  const what = `${failures.length} of the files could not be imported`;
  if (waiting.length > 0) return new CrmError('BUSY', what, { hint: 'they are still there: call crm watch --once again later' });
  return new CrmError('INPUT_UNREADABLE', what, { hint: 'each is told of above; correct it and put it into the folder again' });
}

/** The options that were given, as words of a command line. */
function wordsOf(command: Command, options: readonly Option[]): string[] {
  return options.flatMap((option) => {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = command.getOptionValue(name);
    const long = option.long as string;
    if (typeof value === 'boolean') return [long];
    return (Array.isArray(value) ? value : [value]).map((one) => `${long}=${String(one)}`);
  });
}
