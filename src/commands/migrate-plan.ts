import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printSchemaPlan } from '../ui/migrate-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { versionOf } from './schema-flags.ts';

/** For the help. */
export const EXAMPLES: Examples = [['crm migrate plan', 'what crm migrate up would do, with its SQL'], ['crm migrate plan --to 4 --json']];

/** `crm migrate plan` */
export function define(command: Command, run: Run): void {
  command
    .option('--to <version>', 'schema version to go to (default: the newest)')
    .action((flags: { readonly to?: string }) => run(command, (context) => plan(context, versionOf(flags))));
}

async function plan(context: Context, version: { readonly to?: number }): Promise<void> {
  const schema = await context.openSchema();
  await printSchemaPlan(context.io, context.mode, schema.label, await schema.planUpgrade(version));
}
