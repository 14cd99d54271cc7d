import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { ImportFilesOptions, ImportReport, RejectLimit } from '../import/import-files.ts';
import { isMatchKey, type MatchKey } from '../repository/import-batch.ts';
import type { Examples } from './help-layout.ts';
import { regionOf } from './region.ts';
import type { Run } from './run.ts';

interface ImportFlags {
  readonly map?: readonly string[];
  readonly source?: string;
  readonly match?: string;
  readonly onMatch?: 'update' | 'fill' | 'skip' | 'create';
  readonly blank?: 'keep' | 'clear';
  readonly country?: string;
  readonly tag?: readonly string[];
  readonly dryRun?: boolean;
  readonly rejects?: string;
  readonly maxRejects?: string;
  readonly format?: string;
  readonly encoding?: string;
  readonly delimiter?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm import contacts.csv', 'columns are recognised in many languages'],
  ['crm import leads.csv --source hubspot --country CN --tag fair-2026'],
  ['crm import old.csv --map "Kd.-Nr.=external_id" --map "Info=notes" --dry-run'],
  ['cat people.ndjson | crm import - --format ndjson'],
];

/** `crm import` */
export function define(command: Command, run: Run): void {
  const list = (value: string, before: readonly string[] = []): string[] => [...before, value];
  command
    .argument('<files...>', 'CSV or NDJSON files; - is standard input')
    .option('--map <Header=field>', 'what a column is: a field, attributes.NAME, external_id, tags, or nothing (repeatable)', list)
    .option('--source <name>', 'the system the rows come from: its ids then name records there')
    .option(
      '--match <keys>',
      'how rows find their customer: external_id, email, phone (several with commas) or none (default: external_id,email)',
    )
    .addOption(
      new Option('--on-match <what>', 'what a row does to its customer').choices(['update', 'fill', 'skip', 'create']).default('update'),
    )
    .addOption(new Option('--blank <what>', 'what an empty cell means').choices(['keep', 'clear']).default('keep'))
    .option('--country <code>', 'country of phone numbers written without one, e.g. CN')
    .option('--tag <tag>', 'tag every row’s customer (repeatable)', list)
    .option('--dry-run', 'say exactly what would happen, and change nothing')
    .option('--rejects <file>', 'where rejected rows go (default: FILE.rejects.csv here)')
    .option('--max-rejects <n|n%>', 'change nothing when more rows than this are rejected')
    .option('--format <name>', 'csv or ndjson (default: by the file’s name)')
    .option('--encoding <name>', 'e.g. gb18030, windows-1252 (default: UTF-8, or by the byte order mark)')
    .option('--delimiter <character>', 'between cells (default: found out)')
    .action((files: string[], flags: ImportFlags) => run(command, (context) => importCommand(context, files, flags)));
}

async function importCommand(context: Context, files: readonly string[], flags: ImportFlags): Promise<void> {
  const options = importOptions(context, files, flags);
  const { importFiles } = await import('../import/import-files.ts');
  const { inputFile } = await import('../import/input-file.ts');
  const { Progress } = await import('../ui/progress.ts');
  const inputs = files.map(inputFile); // looked at before a database is made for them
  const sizes = inputs.map((input) => input.sizeBytes);
  const totalBytes = sizes.includes(null) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const repository = await context.openRepository({ create: true });
  const progress = new Progress(context.io, { label: 'importing', totalBytes, ...context.mode });
  let report: ImportReport;
  try {
    report = await importFiles(repository, {
      ...options,
      signal: context.signal,
      onProgress: (rows, bytes) => progress.update(rows, bytes),
    });
  } finally {
    progress.done();
  }
  if (report.result.rejected > 0) context.exitWith(3);
  const { printImport } = await import('../ui/import-report.ts');
  await printImport(context.io, context.mode, report, {
    database: repository.label,
    created: repository.created,
    dryRun: flags.dryRun ?? false,
  });
}

/** Checks the flags. @throws {CrmError} USAGE */
export function importOptions(context: Pick<Context, 'config'>, paths: readonly string[], flags: ImportFlags): ImportFilesOptions {
  const match = matchKeys(flags.match);
  const region = regionOf(flags.country ?? context.config().country);
  return {
    paths,
    region,
    map: pairs(flags.map ?? []),
    tags: flags.tag ?? [],
    onMatch: flags.onMatch ?? 'update',
    blank: flags.blank ?? 'keep',
    dryRun: flags.dryRun ?? false,
    ...(match === undefined ? {} : { match }),
    ...(flags.source === undefined ? {} : { source: flags.source }),
    ...(flags.rejects === undefined ? {} : { rejectsPath: flags.rejects }),
    ...(flags.maxRejects === undefined ? {} : { maxRejects: rejectLimit(flags.maxRejects) }),
    ...(flags.format === undefined ? {} : { format: flags.format }),
    ...(flags.encoding === undefined ? {} : { encoding: flags.encoding }),
    ...(flags.delimiter === undefined ? {} : { delimiter: flags.delimiter === '\\t' ? '\t' : flags.delimiter }),
    arguments: { files: paths, ...flags },
  };
}

function pairs(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const at = text.lastIndexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1).trim()];
      throw new CrmError('USAGE', `--map ${text}: write Header=field`, { hint: 'for instance: --map "Kd.-Nr.=external_id"' });
    }),
  );
}

function matchKeys(text: string | undefined): MatchKey[] | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return [];
  return text.split(',').map((part) => {
    const key = part.trim();
    if (isMatchKey(key)) return key;
    throw new CrmError('USAGE', `--match ${key}: there is no such key`, {
      hint: 'give external_id, email, phone (several with commas) or none',
    });
  });
}

function rejectLimit(text: string): RejectLimit {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  if (match === null || (match[2] === '' && !Number.isInteger(Number(match[1])))) {
    throw new CrmError('USAGE', `--max-rejects ${text}: give a number of rows or a percentage`, {
      hint: 'for instance: --max-rejects 10 or --max-rejects 1%',
    });
  }
  return match[2] === '%' ? { share: Number(match[1]) / 100 } : { rows: Number(match[1]) };
}
