import { type Command, Option } from 'commander';
import type { Context, Rehearsal } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { RejectLimit } from '../import/file-feed.ts';
import type { ImportFilesOptions, ImportReport } from '../import/import-files.ts';
import { write } from '../ui/io.ts';
import { isMatchKey, type MatchKey } from '../repository/import-batch.ts';
import type { Repository } from '../repository/repository.ts';
import { amountOf } from './amount.ts';
import { addDoubtFlags, type DoubtFlags, doubtOptions } from './doubt-flags.ts';
import type { Examples } from './help-layout.ts';
import { addMap, mapPairs } from './map-flag.ts';
import { addPresetFlags, checkPresets, type PresetFlags, presetOptions, saveMap } from './preset-flags.ts';
import { addReading, type ReadingFlags, readingOptions } from './reading-flags.ts';
import { regionOf } from './region.ts';
import { addRelated, type RelatedFlags, relatedOptions } from './related-flags.ts';
import { rulesOf } from './rules.ts';
import type { Run } from './run.ts';

/** What `importOptions` checks. */
export interface ImportFlags extends ReadingFlags, DoubtFlags, PresetFlags, RelatedFlags {
  readonly map?: readonly string[];
  readonly source?: string;
  readonly match?: string;
  readonly onMatch?: 'update' | 'fill' | 'skip' | 'create';
  readonly onArchived?: 'restore' | 'skip' | 'create';
  readonly archiveDb?: string;
  readonly blank?: 'keep' | 'clear';
  readonly country?: string;
  readonly tag?: readonly string[];
  readonly createCompanies?: boolean;
  readonly dryRun?: boolean;
  readonly plan?: string;
  readonly rejects?: string;
  readonly maxRejects?: string;
  readonly checkDuplicates?: boolean;
  /** False with `--no-normalize`. */
  readonly normalize?: boolean;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm import contacts.csv', 'columns are recognised in many languages'],
  ['crm import leads.csv --source hubspot --country CN --tag fair-2026'],
  ['crm import old.csv --map "Kd.-Nr.=external_id" --map "Info=notes" --dry-run'],
  ['crm import orders.csv --type orders --source shop --currency EUR', 'linked to customers by id, e-mail or phone'],
  ['cat people.ndjson | crm import - --format ndjson'],
];

/** `crm import` */
export function define(command: Command, run: Run): void {
  command.argument('<files...>', 'CSV, Excel, JSON, NDJSON or vCard files, also packed with gzip; - is standard input');
  addImportOptions(command).action((files: string[], flags: ImportFlags) =>
    run(command, (context) => importCommand(context, files, flags)),
  );
}

/** Adds the options of an import. */
export function addImportOptions(command: Command): Command {
  const list = (value: string, before: readonly string[] = []): string[] => [...before, value];
  addMap(command)
    .option('--source <name>', 'the system the rows come from: its ids then name records there')
    .option(
      '--match <keys>',
      'how rows find their customer: external_id, email, phone (several with commas) or none (default: external_id,email)',
    )
    .addOption(
      new Option('--on-match <what>', 'what a row does to its customer').choices(['update', 'fill', 'skip', 'create']).default('update'),
    )
    .addOption(
      new Option('--on-archived <what>', 'what is done with a row about an archived customer')
        .choices(['restore', 'skip', 'create'])
        .default('restore'),
    )
    .option('--archive-db <path|url>', 'the archive (default: CRM_ARCHIVE_DB, then the config file, then beside the database)')
    .addOption(new Option('--blank <what>', 'what an empty cell means').choices(['keep', 'clear']).default('keep'))
    .option('--country <code>', 'country of phone numbers written without one, e.g. CN')
    .option('--tag <tag>', 'tag every row’s customer (repeatable)', list)
    .option('--create-companies', 'make the companies that rows of people name, where there are none')
    .option('--dry-run', 'say exactly what would happen, and change nothing')
    .option('--plan <file>', 'save what would happen as a plan for crm apply, and change nothing; - is standard output')
    .option('--rejects <file>', 'where rejected rows go (default: FILE.rejects.csv here)')
    .option('--max-rejects <n|n%>', 'change nothing when more rows than this are rejected')
    .option('--check-duplicates', 'afterwards compare what is new with all customers, and warn of likely duplicates')
    .option('--no-normalize', 'keep names, companies, places and other texts as they are written');
  return addRelated(addDoubtFlags(addPresetFlags(addReading(command))));
}

async function importCommand(context: Context, files: readonly string[], flags: ImportFlags): Promise<void> {
  const options = importOptions(context, files, flags);
  if (flags.plan === '-' && context.mode.json) {
    throw new CrmError('USAGE', '--json and --plan - both want standard output', { hint: 'name a file, or leave --json out' });
  }
  await checkPresets(context, flags);
  const { importFiles } = await import('../import/import-files.ts');
  const { inputFile } = await import('../import/input-file.ts');
  const { Progress } = await import('../ui/progress.ts');
  const totalBytes = sumOf(files.map((file) => inputFile(file).sizeBytes)); // looked at before a database is made for them
  const progress = new Progress(context.io, { label: 'importing', totalBytes, ...context.mode });
  const plan = flags.plan === '-' ? (text: string) => write(context.io.stdout, text) : flags.plan;
  const opened: { rehearsal?: Rehearsal } = {};
  const open = async (): Promise<Repository> => {
    if (!options.dryRun || plan !== undefined) return context.openRepository({ create: true });
    opened.rehearsal = await context.openRehearsal();
    return opened.rehearsal.repository;
  };
  let report: ImportReport;
  try {
    report = await importFiles(open, {
      ...options,
      rules: await rulesOf(context),
      onArchived: { what: flags.onArchived ?? 'restore', openArchive: () => context.openArchive(flags.archiveDb) },
      ...(plan === undefined ? {} : { plan }),
      signal: context.signal,
      onProgress: (rows, bytes) => progress.update(rows, bytes),
    });
  } finally {
    progress.done();
  }
  if (report.result.rejected > 0) context.exitWith(3);
  const savedMap = await saveMap(context, flags, report);
  if (flags.plan === '-') return;
  const isWritten = report.run !== null && report.type === 'customers';
  const duplicates =
    flags.checkDuplicates === true && isWritten ? await (await import('./import-duplicates.ts')).checkDuplicates(context) : undefined;
  const { printImport } = await import('../ui/import-report.ts');
  const repository = await context.openRepository();
  await printImport(context.io, context.mode, report, {
    database: opened.rehearsal?.label ?? repository.label,
    created: opened.rehearsal === undefined && repository.created,
    wouldBeMade: opened.rehearsal?.wouldBeMade ?? false,
    dryRun: flags.dryRun ?? plan !== undefined,
    savedMap,
    ...(duplicates === undefined ? {} : { duplicates }),
    type: report.type === 'customers' ? undefined : report.type,
    ...(flags.plan === undefined ? {} : { plan: flags.plan }),
  });
}

/** Undefined where one is not known. */
function sumOf(sizes: readonly (number | null)[]): number | undefined {
  return sizes.includes(null) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

/** Checks the flags. @throws {CrmError} USAGE */
export function importOptions(context: Pick<Context, 'config'>, paths: readonly string[], flags: ImportFlags): ImportFilesOptions {
  const match = matchKeys(flags.match);
  const region = regionOf(flags.country ?? context.config().country);
  return {
    paths,
    region,
    map: mapPairs(flags.map ?? []),
    tags: flags.tag ?? [],
    createCompanies: flags.createCompanies ?? false,
    onMatch: flags.onMatch ?? 'update',
    blank: flags.blank ?? 'keep',
    dryRun: flags.dryRun ?? false,
    ...relatedOptions({ ...flags }),
    doubts: doubtOptions(flags),
    ...presetOptions(context, flags),
    ...(match === undefined ? {} : { match }),
    ...(flags.source === undefined ? {} : { source: flags.source }),
    ...(flags.rejects === undefined ? {} : { rejectsPath: flags.rejects }),
    ...(flags.maxRejects === undefined ? {} : { maxRejects: rejectLimit(flags.maxRejects) }),
    ...readingOptions(flags),
    ...(flags.normalize === false ? { asWritten: true } : {}),
    arguments: { files: paths, ...flags, archiveDb: undefined, ...(flags.normalize === false ? {} : { normalize: undefined }) },
  };
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
  const amount = amountOf('--max-rejects', text, 'rows', ['10', '1%']);
  return 'share' in amount ? amount : { rows: amount.count };
}
