import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { SchemaDowngrade } from '../repository/database-schema.ts';
import { lossWords, printSchemaChange } from '../ui/migrate-report.ts';
import { confirm } from '../ui/prompt.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { addSchemaOptions, type SchemaFlags, stopBetween, versionOf } from './schema-flags.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate down', 'one version back, for an older crm'],
  ['crm migrate down --to 3 --dry-run', 'the SQL that it would execute, and what would be lost'],
  ['crm migrate down --to 3 --yes', 'even where version 3 cannot hold everything'],
];

/** `crm migrate down` */
export function define(command: Command, run: Run): void {
  addSchemaOptions(command, 'the one below').action((flags: SchemaFlags) => run(command, (context) => down(context, flags)));
}

async function down(context: Context, flags: SchemaFlags): Promise<void> {
  const { io, mode, signal } = context;
  const dryRun = flags.dryRun ?? false;
  const schema = await context.openSchema();
  const planned = await schema.planDowngrade(versionOf(flags));
  const mayLose = !dryRun && planned.lost.length > 0 && (await mayGo(context, planned));
  const change = dryRun
    ? { ...planned, snapshot: null }
    : await schema.downgrade({ to: planned.to, mayLose, snapshot: flags.snapshot ?? true, check: stopBetween(signal) });
  await printSchemaChange(io, mode, { command: 'migrate down', database: schema.label, dryRun, change });
}

async function mayGo({ io, mode }: Context, { to, lost }: SchemaDowngrade): Promise<true> {
  if (await confirm(io, mode, `schema version ${to} cannot hold ${lossWords(lost)}: go down and lose that?`)) return true;
  throw new CrmError('USAGE', 'nothing was changed', { hint: 'what would be lost is listed by: crm migrate down --dry-run' });
}
