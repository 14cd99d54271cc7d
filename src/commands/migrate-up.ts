import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printSchemaChange } from '../ui/migrate-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { addSchemaOptions, type SchemaFlags, stopBetween, versionOf } from './schema-flags.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate up', 'after a newer crm was installed'],
  ['crm migrate up --dry-run', 'the SQL that it would execute'],
  ['crm migrate up --to 4', 'not further than version 4'],
];

/** `crm migrate up` */
export function define(command: Command, run: Run): void {
  addSchemaOptions(command, 'the newest').action((flags: SchemaFlags) => run(command, (context) => up(context, flags)));
}

async function up(context: Context, flags: SchemaFlags): Promise<void> {
  const { io, mode, signal } = context;
  const [version, dryRun] = [versionOf(flags), flags.dryRun ?? false];
  const schema = await context.openSchema();
  const change = dryRun
    ? { ...(await schema.planUpgrade(version)), snapshot: null }
    : await schema.upgrade({ ...version, snapshot: flags.snapshot ?? true, check: stopBetween(signal) });
  await printSchemaChange(io, mode, { command: 'migrate up', database: schema.label, dryRun, change });
}
