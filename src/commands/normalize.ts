import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { queryOptions } from '../query/selected-customers.ts';
import { write } from '../ui/io.ts';
import { Progress } from '../ui/progress.ts';
import type { Examples } from './help-layout.ts';
import { type NormalizeFlags, normalizeOptions } from './normalize-flags.ts';
import type { Run } from './run.ts';
import { list } from './selection.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm normalize --dry-run', 'what would change, field by field, with samples'],
  ['crm normalize', 'bring every value to canonical form'],
  ['crm normalize --field phone,country --where "country = CN"'],
  ['crm normalize --fill', 'and complete what follows from other values'],
  ['crm normalize --check', 'exit 5 when anything would change: for cron and CI'],
];

/** `crm normalize` */
export function define(command: Command, run: Run): void {
  command
    .option(
      '--field <names>',
      'only these fields; contact_points stands for further addresses and numbers (repeatable, or several with commas)',
      list,
    )
    .option('--where <filter>', 'only customers for which this is true, e.g. "source = shop"')
    .option('--segment <name>', 'only customers of a saved filter')
    .option('--fill', 'also complete missing values where they follow from others')
    .addOption(new Option('--dry-run', 'say what would change, and change nothing').conflicts(['plan', 'check']))
    .addOption(new Option('--plan <file>', 'save what would change as a plan for crm apply; - is standard output').conflicts('check'))
    .option('--check', 'change nothing; exit 5 when anything would change')
    .option('--max-changed <n|n%>', 'change nothing when more customers than this would change')
    .option('--samples <n>', 'so many samples of each field (default: 3)')
    .option('--country <code>', 'country of phone numbers written without one, where the customer has none')
    .addOption(
      new Option('--keys', 'only make the match keys again').conflicts([
        'field',
        'where',
        'segment',
        'fill',
        'plan',
        'maxChanged',
        'check',
      ]),
    )
    .action((flags: NormalizeFlags) => run(command, (context) => normalize(context, flags)));
}

async function normalize(context: Context, flags: NormalizeFlags): Promise<void> {
  const { io, mode, signal } = context;
  if (flags.plan === '-' && mode.json)
    throw new CrmError('USAGE', '--json and --plan - both want standard output', { hint: 'name a file, or leave --json out' });
  const options = await normalizeOptions(context, flags);
  const repository = await context.openRepository();
  const { printKeys, printNormalize } = await import('../ui/normalize-report.ts');
  const progress = new Progress(io, {
    label: 'normalising',
    unit: 'customer',
    totalCount: io.isTty.stderr ? await repository.count() : undefined,
    ...mode,
  });
  try {
    if (flags.keys === true) {
      const { rebuildKeys } = await import('../cleansing/rebuild-keys.ts');
      const rebuilt = await rebuildKeys(repository, { dryRun: flags.dryRun ?? false, signal, onProgress: (done) => progress.update(done) });
      progress.done();
      return await printKeys(io, mode, { ...rebuilt, dryRun: flags.dryRun ?? false });
    }
    const { where: filter, segment } = flags;
    const selection = await queryOptions(repository, {
      ...(filter === undefined ? {} : { filter }),
      ...(segment === undefined ? {} : { segment }),
      region: options.region ?? null,
    });
    const { normalizeCustomers } = await import('../cleansing/normalize-customers.ts');
    const plan = flags.plan === undefined ? {} : { plan: flags.plan === '-' ? (text: string) => write(io.stdout, text) : flags.plan };
    const report = await normalizeCustomers(repository, {
      ...options,
      ...plan,
      selection,
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.done();
    if (flags.check === true && report.result.changed > 0) context.exitWith(5);
    if (flags.plan !== '-') await printNormalize(io, mode, { ...report, ...how(flags), database: repository.label });
  } finally {
    progress.done();
  }
}

function how({ plan, check, dryRun }: NormalizeFlags): { readonly mode: 'done' | 'check' | 'dry run'; readonly plan?: string } {
  if (plan !== undefined) return { mode: 'dry run', plan };
  return { mode: check === true ? 'check' : dryRun === true ? 'dry run' : 'done' };
}
