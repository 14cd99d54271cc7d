import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { damagedOnOpening, isDamaged, type MaintainReport, maintainDatabase, needsRepair } from '../maintain/maintain-database.ts';
import type { MaintenanceStore } from '../repository/maintenance-store.ts';
import { DATABASE_KEY, keyOfEnvironment } from '../ui/database-key.ts';
import { Progress } from '../ui/progress.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

interface MaintainFlags {
  readonly check?: boolean;
  readonly quick?: boolean;
  readonly repair?: boolean;
  readonly reindex?: boolean;
  readonly vacuum?: boolean;
  readonly sizes?: boolean;
  readonly slow?: boolean;
  readonly salvage?: string;
  readonly rekey?: boolean;
  readonly decrypt?: boolean;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm maintain', 'look at everything, then tidy up: for a nightly cron'],
  ['crm maintain --check', 'only look: exit 5 when a repair is needed, 14 when damaged'],
  ['crm maintain --repair', 'make again what can be made again'],
  ['crm maintain --vacuum', 'and write the database anew, without gaps'],
  ['crm maintain --sizes', 'what tables and indexes take'],
  ['crm maintain --salvage saved.db --db damaged.db', 'save what can be read of a damaged file into a new one'],
  ['crm maintain --rekey', 'another key for the database, or its first one'],
  ['crm maintain --slow', 'queries that took long, and the index they lack'],
];

const WRITING = ['repair', 'reindex', 'vacuum'];
/** What nothing else goes with. */
const ALONE = [...WRITING, 'check', 'quick', 'sizes', 'slow', 'salvage'];

/** `crm maintain` */
export function define(command: Command, run: Run): void {
  command
    .addOption(new Option('--check', 'only look: exit 5 when a repair is needed, 14 when the database is damaged').conflicts(WRITING))
    .option('--quick', 'look at samples and versions in place of every row')
    .option('--repair', 'make again what can be: indexes, full text, match keys; remove orphans as a run')
    .option('--reindex', 'make all indexes again')
    .option('--vacuum', 'write the database anew, without gaps; needs about its size twice on the disk')
    .addOption(new Option('--sizes', 'say what each table and index takes').conflicts([...WRITING, 'check', 'quick']))
    .addOption(
      new Option('--slow', 'list queries that took long, with the index they lack').conflicts([...WRITING, 'check', 'quick', 'sizes']),
    )
    .addOption(
      new Option('--salvage <file>', 'save what can be read of a damaged SQLite file into this new one').conflicts([
        ...WRITING,
        'check',
        'quick',
        'sizes',
        'slow',
      ]),
    )
    .addOption(
      new Option('--rekey', 'give the database another key, or its first one: CRM_NEW_KEY_FILE, CRM_NEW_KEY, or asked for').conflicts(
        ALONE,
      ),
    )
    .addOption(new Option('--decrypt', 'take the key of the database away: it is not encrypted any more').conflicts([...ALONE, 'rekey']))
    .action((flags: MaintainFlags) => run(command, (context) => maintain(context, flags)));
}

async function maintain(context: Context, flags: MaintainFlags): Promise<void> {
  const { io, mode } = context;
  if (flags.salvage !== undefined) return salvage(context, flags.salvage);
  if (flags.rekey === true || flags.decrypt === true) return (await import('./rekey-database.ts')).rekey(context, flags.decrypt === true);
  if (flags.sizes === true) {
    const { printSizes } = await import('../ui/maintain-report.ts');
    return printSizes(io, mode, await (await openStore(context)).sizes());
  }
  if (flags.slow === true) return listSlow(context);
  const report = await looked(context, flags);
  if (isDamaged(report.findings)) context.exitWith(14);
  else if (needsRepair(report.findings)) context.exitWith(5);
  const { printMaintain } = await import('../ui/maintain-report.ts');
  await printMaintain(io, mode, { ...report, database: context.databaseTarget(), isCheck: flags.check === true });
}

async function salvage(context: Context, out: string): Promise<void> {
  const { io, mode, signal } = context;
  const { hasLosses, salvageFile } = await import('../maintain/salvage-file.ts');
  const { printSalvage } = await import('../ui/salvage-report.ts');
  const progress = new Progress(io, { label: 'saving', unit: 'step', totalCount: undefined, ...mode });
  let done = 0;
  const key = keyOfEnvironment(io.env, DATABASE_KEY);
  try {
    const report = await salvageFile(context.databaseTarget(), out, { key, signal, onTable: () => progress.update(++done) });
    progress.done();
    if (hasLosses(report)) context.exitWith(3);
    await printSalvage(io, mode, report);
  } finally {
    progress.done();
  }
}

async function listSlow(context: Context): Promise<void> {
  const { slowQueries } = await import('../maintain/slow-queries.ts');
  const { printSlow } = await import('../ui/maintain-report.ts');
  const report = await slowQueries(await openStore(context), context.databaseTarget(), context.io.env);
  await printSlow(context.io, context.mode, report);
}

/** What was found and done; also of a database that is too damaged to be opened. */
async function looked(context: Context, flags: MaintainFlags): Promise<MaintainReport> {
  const { io, mode, signal } = context;
  let store: MaintenanceStore;
  try {
    store = await openStore(context);
  } catch (error) {
    const report = damagedOnOpening(error);
    if (report === null) throw error;
    return report;
  }
  const progress = new Progress(io, { label: 'looking', unit: 'step', totalCount: undefined, ...mode });
  let done = 0;
  try {
    const { check = false, quick = false, repair = false, reindex = false, vacuum = false } = flags;
    return await maintainDatabase(store, { check, quick, repair, reindex, vacuum, signal, onStep: () => progress.update(++done) });
  } finally {
    progress.done();
  }
}

async function openStore(context: Context): Promise<MaintenanceStore> {
  // What the checks read takes long and is no query of anybody.
  const repository = await context.openRepository({ slowQueryMs: 0 });
  return repository.maintenance(() => context.openArchive());
}
