import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import type { MergeLimit, MergeOptions } from '../dedupe/merge-clusters.ts';
import { CrmError } from '../errors.ts';
import { write } from '../ui/io.ts';
import { Progress } from '../ui/progress.ts';
import { amountOf } from './amount.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { survivorshipFrom } from './survivorship.ts';

interface MergeFlags {
  readonly auto?: boolean;
  readonly cluster?: string;
  readonly reviewed?: boolean;
  readonly dryRun?: boolean;
  readonly plan?: string;
  readonly maxMerges?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm dedupe merge --auto --dry-run', 'how many would become one'],
  ['crm dedupe merge --auto --max-merges 5%', 'merge what is certain; nothing at all when that is more than 5%'],
  ['crm dedupe merge --reviewed', 'merge what people said is the same'],
  ['crm dedupe merge --cluster 17', 'merge one cluster'],
];

/** `crm dedupe merge` */
export function define(command: Command, run: Run): void {
  command
    .addOption(new Option('--auto', 'every cluster that may be merged without asking').conflicts(['cluster', 'reviewed']))
    .addOption(new Option('--cluster <id>', 'this cluster, by its number or one of its customers').conflicts('reviewed'))
    .option('--reviewed', 'customers that people decided to be the same')
    .addOption(new Option('--dry-run', 'say exactly what would be done, and change nothing').conflicts('plan'))
    .option('--plan <file>', 'save what would be done as a plan for crm apply; - is standard output')
    .option('--max-merges <n|n%>', 'change nothing when more customers than this would be merged away')
    .action((flags: MergeFlags) => run(command, (context) => merge(context, flags)));
}

async function merge(context: Context, flags: MergeFlags): Promise<void> {
  const { io, mode, signal } = context;
  if (flags.plan === '-' && mode.json)
    throw new CrmError('USAGE', '--json and --plan - both want standard output', { hint: 'name a file, or leave --json out' });
  const clusters = clustersOf(flags);
  const maxMerges = flags.maxMerges === undefined ? {} : { maxMerges: mergeLimit(flags.maxMerges) };
  const survivorship = await survivorshipFrom(context);
  const repository = await context.openRepository();
  const { mergeClusters } = await import('../dedupe/merge-clusters.ts');
  const progress = new Progress(io, { label: 'merging', unit: 'cluster', ...mode });
  try {
    const report = await mergeClusters(repository, {
      ...maxMerges,
      ...(flags.plan === undefined ? {} : { plan: flags.plan === '-' ? (text: string) => write(io.stdout, text) : flags.plan }),
      clusters,
      survivorship,
      dryRun: flags.dryRun ?? false,
      arguments: { ...flags },
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.done();
    if (flags.plan === '-') return;
    const { printMerge } = await import('../ui/dedupe-merge-report.ts');
    await printMerge(io, mode, { ...report, database: repository.label, ...(flags.plan === undefined ? {} : { plan: flags.plan }) });
  } finally {
    progress.done();
  }
}

function clustersOf({ auto, cluster, reviewed }: MergeFlags): MergeOptions['clusters'] {
  if (auto === true) return 'auto';
  if (reviewed === true) return 'reviewed';
  if (cluster === undefined) {
    throw new CrmError('USAGE', 'say what to merge: --auto, --cluster ID or --reviewed', {
      hint: 'what is certain: crm dedupe merge --auto --dry-run',
    });
  }
  const id = Number(cluster.replace(/^#/, ''));
  if (Number.isSafeInteger(id) && id > 0) return { id };
  throw new CrmError('USAGE', `--cluster ${cluster}: give the number of a cluster`, {
    hint: 'for instance: crm dedupe merge --cluster 17',
  });
}

function mergeLimit(text: string): MergeLimit {
  const amount = amountOf('--max-merges', text, 'customers', ['1000', '5%']);
  return 'share' in amount ? amount : { customers: amount.count };
}
