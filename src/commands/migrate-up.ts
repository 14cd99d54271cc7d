import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { pause } from '../interruption.ts';
import { printUpgrade } from '../ui/migrate-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate up', 'after a newer crm was installed'],
  ['crm migrate up --dry-run', 'what it would do'],
];

/** `crm migrate up` */
export function define(command: Command, run: Run): void {
  command
    .option('--dry-run', 'say what would be applied, and change nothing')
    .action((flags: { readonly dryRun?: boolean }) => run(command, (context) => up(context, flags.dryRun ?? false)));
}

async function up(context: Context, dryRun: boolean): Promise<void> {
  const { io, mode, signal } = context;
  const check = (): Promise<void> => pause(signal);
  const schema = await context.openSchema();
  await printUpgrade(io, mode, { database: schema.label, dryRun, upgrade: await schema.upgrade({ dryRun, check }) });
}
