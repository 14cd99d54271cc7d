import { type Command, Option } from 'commander';
import { type NamedPolicy, archiveSettings, policiesNamed } from '../archive/archive-settings.ts';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { queryOptions } from '../query/selected-customers.ts';
import type { ArchivePolicy } from '../repository/archive-choice.ts';
import type { Repository } from '../repository/repository.ts';
import { write } from '../ui/io.ts';
import { Progress } from '../ui/progress.ts';
import { amountOf } from './amount.ts';
import { addArchiveDb, type ArchiveDbFlags } from './archive-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { list, phoneRegion } from './selection.ts';

interface ArchiveRunFlags extends ArchiveDbFlags {
  readonly policy?: readonly string[];
  readonly where?: string;
  readonly max?: string;
  readonly dryRun?: boolean;
  readonly plan?: string;
  readonly vacuum?: boolean;
  readonly country?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm archive run --dry-run', 'how many each policy of the config file would move'],
  ['crm archive run --policy inactive --max 5%', 'nothing at all when that is more than 5%'],
  ['crm archive run --where "last_contacted_at < -3y and tier != vip"', 'without a policy'],
  ['crm archive run --plan plan.ndjson && crm apply plan.ndjson', 'look at it before, then do exactly that'],
];

/** `crm archive run` */
export function define(command: Command, run: Run): void {
  addArchiveDb(
    command
      .option('--policy <name>', 'only this policy of the config file (repeatable, or several with commas; default: all)', list)
      .option('--where <filter>', 'customers for which this is true, instead of the policies')
      .option('--max <n|n%>', 'move nobody when it would be more than this')
      .addOption(new Option('--dry-run', 'say who would be moved, and change nothing').conflicts('plan'))
      .option('--plan <file>', 'save who would be moved as a plan for crm apply; - is standard output')
      .option('--vacuum', 'afterwards write the database anew, without its free space; others wait for it')
      .option('--country <code>', 'country of phone numbers in filters that are written without one, e.g. CN'),
  ).action((flags: ArchiveRunFlags) => run(command, (context) => archiveRun(context, flags)));
}

async function archiveRun(context: Context, flags: ArchiveRunFlags): Promise<void> {
  const { io, mode, signal } = context;
  if (flags.plan === '-' && mode.json)
    throw new CrmError('USAGE', '--json and --plan - both want standard output', { hint: 'name a file, or leave --json out' });
  const named = policiesOf(context, flags);
  const max = flags.max === undefined ? {} : { max: limitOf(flags.max) };
  const repository = await context.openRepository();
  const { archiveCustomers } = await import('../archive/archive-customers.ts');
  const progress = new Progress(io, { label: 'archiving', unit: 'customer', ...mode });
  try {
    const report = await archiveCustomers(repository, {
      policies: await understood(repository, named, await phoneRegion(context, flags)),
      openArchive: () => context.openArchive(flags.archiveDb, { create: true }),
      ...max,
      ...(flags.plan === undefined ? {} : { plan: flags.plan === '-' ? (text: string) => write(io.stdout, text) : flags.plan }),
      dryRun: flags.dryRun ?? false,
      vacuum: flags.vacuum ?? false,
      arguments: { ...flags, archiveDb: undefined },
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.done();
    if (flags.plan === '-') return;
    const { printArchive } = await import('../ui/archive-report.ts');
    await printArchive(io, mode, { ...report, database: repository.label, ...(flags.plan === undefined ? {} : { plan: flags.plan }) });
  } finally {
    progress.done();
  }
}

function policiesOf(
  context: Context,
  { policy = [], where }: ArchiveRunFlags,
): (Omit<NamedPolicy, 'name'> & { readonly name: string | null })[] {
  const settings = archiveSettings(context.config().archive, context.configPath());
  const given = where === undefined ? [] : [{ name: null, filter: where }];
  const named = where !== undefined && policy.length === 0 ? [] : policiesNamed(settings, policy);
  if (given.length + named.length > 0) return [...named, ...given];
  throw new CrmError('USAGE', 'there is no archive policy in the config file', {
    hint: 'write one there, or give a filter: crm archive run --where "last_contacted_at < -3y"',
  });
}

/** The filters with their values in stored form. @throws {CrmError} naming the policy whose filter is wrong */
async function understood(
  repository: Repository,
  policies: ReturnType<typeof policiesOf>,
  region: string | null,
): Promise<ArchivePolicy[]> {
  const found: ArchivePolicy[] = [];
  for (const { name, filter } of policies) {
    try {
      const options = await queryOptions(repository, { filter, region });
      found.push({ name, selection: options.filter === undefined ? {} : { filter: options.filter } });
    } catch (error) {
      if (!(error instanceof CrmError) || name === null) throw error;
      throw new CrmError(error.code, `policy ${name}: ${error.message}`, {
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
  }
  return found;
}

function limitOf(text: string): { readonly customers: number } | { readonly share: number } {
  const amount = amountOf('--max', text, 'customers', ['1000', '5%']);
  return 'share' in amount ? amount : { customers: amount.count };
}
