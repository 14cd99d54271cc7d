import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printSchemaStatus } from '../ui/migrate-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate status', 'which versions the database has, and which it lacks'],
  ['crm migrate status --json --db postgres://crm@db.example/crm'],
];

/** `crm migrate status` */
export function define(command: Command, run: Run): void {
  command.action(() => run(command, status));
}

async function status(context: Context): Promise<void> {
  const schema = await context.openSchema();
  await printSchemaStatus(context.io, context.mode, schema.label, await schema.status());
}
