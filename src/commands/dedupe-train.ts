import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm dedupe train --dry-run', 'would the answers make the search better?'],
  ['crm dedupe train', 'let the model learn from them'],
];

/** `crm dedupe train` */
export function define(command: Command, run: Run): void {
  command
    .option('--dry-run', 'say what would become better, and change nothing')
    .action((flags: { readonly dryRun?: boolean }) => run(command, (context) => train(context, flags.dryRun ?? false)));
}

async function train(context: Context, dryRun: boolean): Promise<void> {
  const repository = await context.openRepository();
  const { trainModels } = await import('../dedupe/train-model.ts');
  const trained = await trainModels(await repository.duplicates(), !dryRun);
  const { printTrained } = await import('../ui/dedupe-train-report.ts');
  await printTrained(context.io, context.mode, trained, dryRun);
}
