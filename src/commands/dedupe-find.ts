import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import type { Found } from '../dedupe/find-duplicates.ts';
import { CrmError } from '../errors.ts';
import { queryOptions } from '../query/selected-customers.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { write } from '../ui/io.ts';
import { Progress } from '../ui/progress.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { list, phoneRegion } from './selection.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm dedupe find', 'which customers are likely to be one; nothing is merged'],
  ['crm dedupe find --where "country = CN"', 'among some of them only'],
  ['crm dedupe find --clusters-out clusters.csv --pairs-out pairs.csv', 'the result as files'],
  ['crm dedupe find --new', 'after an import: only what is new'],
  ['crm dedupe find --columns given_name,family_name,Suburb', 'compare these fields only'],
];

interface FindFlags {
  readonly where?: string;
  readonly segment?: string;
  readonly columns?: readonly string[];
  readonly pairsOut?: string;
  readonly clustersOut?: string;
  readonly keep: boolean;
  readonly new?: boolean;
  readonly keptModel?: boolean;
  readonly country?: string;
}

/** `crm dedupe find` */
export function define(command: Command, run: Run): void {
  command
    .option('--where <filter>', 'only among customers for which this is true')
    .option('--segment <name>', 'only among customers of a saved filter')
    .option('--columns <fields>', 'compare only these fields, custom ones by their name (repeatable, or several with commas)', list)
    .option('--pairs-out <file>', 'write the pairs as CSV: left_id,right_id,score,verdict; - is standard output')
    .option('--clusters-out <file>', 'write the clusters as CSV: cluster_id,customer_id,external_id; - is standard output')
    .addOption(
      new Option('--new', 'compare only customers that came or changed since the last search with all others').conflicts([
        'where',
        'segment',
        'columns',
        'pairsOut',
        'clustersOut',
        'keptModel',
      ]),
    )
    .addOption(new Option('--kept-model', 'weigh by the model of the last search instead of learning again').conflicts('columns'))
    .option('--no-keep', 'do not keep what was found for review and merge')
    .option('--country <code>', 'country of phone numbers in the filter that are written without one, e.g. CN')
    .action((flags: FindFlags) => run(command, (context) => find(context, flags)));
}

async function find(context: Context, flags: FindFlags): Promise<void> {
  const { io, mode, signal } = context;
  const files = [flags.pairsOut, flags.clustersOut].filter((file) => file === '-').length + (mode.json ? 1 : 0);
  if (files > 1) throw new CrmError('USAGE', 'only one thing can go to standard output', { hint: 'name files for the others' });
  const startMs = performance.now();
  const repository = await context.openRepository();
  const { where: filter, segment } = flags;
  const selection = await queryOptions(repository, {
    ...(filter === undefined ? {} : { filter }),
    ...(segment === undefined ? {} : { segment }),
    region: await phoneRegion(context, flags),
  });
  const store = await repository.duplicates();
  const { checkColumns, findDuplicates, keptModels } = await import('../dedupe/find-duplicates.ts');
  const columns = flags.columns ?? null;
  if (columns !== null) checkColumns(columns, await repository.customFields());
  const progress = new Progress(io, { label: 'finding duplicates', unit: 'percent', ...mode });
  const elapsed = (): number => Math.round(performance.now() - startMs);
  const { printFound, printFoundNew } = await import('../ui/dedupe-find-report.ts');
  try {
    if (flags.new === true) {
      const { findNew } = await import('../dedupe/find-new.ts');
      const fresh = await findNew(store, { signal });
      progress.done();
      if (fresh.whole === null) return await printFoundNew(io, mode, { found: fresh, elapsedMs: elapsed() });
      return await printFound(io, mode, { summary: fresh.whole.summary, elapsedMs: elapsed(), kept: true });
    }
    const models = flags.keptModel === true ? await keptModels(store) : undefined;
    const found = await findDuplicates(store, {
      scope: selection,
      columns,
      ...(models === undefined ? {} : { models }),
      keep: flags.keep,
      signal,
      onProgress: (_step, share) => progress.update(Math.round(share * 100)),
    });
    await writeFiles(context, flags, found, store);
    progress.done();
    const onStdout = flags.pairsOut === '-' || flags.clustersOut === '-';
    if (!onStdout) await printFound(io, mode, { summary: found.summary, elapsedMs: elapsed(), kept: flags.keep });
  } finally {
    progress.done();
  }
}

async function writeFiles({ io, signal }: Context, flags: FindFlags, found: Found, store: DuplicateStore): Promise<void> {
  const { writeClusters, writeClustersFile, writePairs, writePairsFile } = await import('../dedupe/find-files.ts');
  const toStdout = (text: string): Promise<void> => write(io.stdout, text);
  if (flags.pairsOut === '-') await writePairs(found, toStdout, signal);
  else if (flags.pairsOut !== undefined) await writePairsFile(found, flags.pairsOut, signal);
  if (flags.clustersOut === '-') await writeClusters(found, store, toStdout, signal);
  else if (flags.clustersOut !== undefined) await writeClustersFile(found, store, flags.clustersOut, signal);
}
