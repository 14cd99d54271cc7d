import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { queryOptions } from '../query/selected-customers.ts';
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
  ['crm dedupe find --columns given_name,family_name,Suburb', 'compare these fields only'],
];

interface FindFlags {
  readonly where?: string;
  readonly segment?: string;
  readonly columns?: readonly string[];
  readonly pairsOut?: string;
  readonly clustersOut?: string;
  readonly keep: boolean;
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
    .option('--no-keep', 'do not keep what was found for review and merge')
    .option('--country <code>', 'country of phone numbers in the filter that are written without one')
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
  const { checkColumns, findDuplicates } = await import('../dedupe/find-duplicates.ts');
  const columns = flags.columns ?? null;
  if (columns !== null) checkColumns(columns, await repository.customFields());
  const progress = new Progress(io, { label: 'finding duplicates', unit: 'percent', ...mode });
  try {
    const found = await findDuplicates(store, {
      scope: selection,
      columns,
      keep: flags.keep,
      signal,
      onProgress: (_step, share) => progress.update(Math.round(share * 100)),
    });
    await writeFiles(context, flags, found, store);
    progress.done();
    const { printFound } = await import('../ui/dedupe-find-report.ts');
    const onStdout = flags.pairsOut === '-' || flags.clustersOut === '-';
    if (!onStdout)
      await printFound(io, mode, { summary: found.summary, elapsedMs: Math.round(performance.now() - startMs), kept: flags.keep });
  } finally {
    progress.done();
  }
}

async function writeFiles(
  { io, signal }: Context,
  flags: FindFlags,
  found: Awaited<ReturnType<typeof import('../dedupe/find-duplicates.ts').findDuplicates>>,
  store: Parameters<typeof import('../dedupe/find-files.ts').writeClusters>[1],
): Promise<void> {
  const { writeClusters, writePairs } = await import('../dedupe/find-files.ts');
  const { OutputFile } = await import('../formats/output-file.ts');
  const into = async (path: string | undefined, fill: (sink: (text: string) => void | Promise<void>) => Promise<void>): Promise<void> => {
    if (path === undefined) return;
    if (path === '-') return fill((text) => write(io.stdout, text));
    const file = new OutputFile(path);
    try {
      await fill((text) => file.write(text));
      file.finish();
    } finally {
      file.discard();
    }
  };
  await into(flags.pairsOut, (sink) => writePairs(found, sink, signal));
  await into(flags.clustersOut, (sink) => writeClusters(found, store, sink, signal));
}
