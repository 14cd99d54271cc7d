import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { pause } from '../interruption.ts';
import { runNumber } from '../query/run-details.ts';
import { Progress } from '../ui/progress.ts';
import { printUndo } from '../ui/undo-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

interface UndoFlags {
  readonly dryRun?: boolean;
  readonly archiveDb?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm undo last', 'the newest run that stands'],
  ['crm undo 12 --dry-run', 'what would come back, and what was changed since'],
  ['crm undo 13', 'an undo is a run too: undoing run 13 does run 12 again, if 13 undid it'],
];

/** `crm undo` */
export function define(command: Command, run: Run): void {
  command
    .argument('<run>', 'number of the run (see crm history), or last')
    .option('--dry-run', 'say exactly what would happen, and change nothing')
    .option('--archive-db <path|url>', 'the archive, where the run moved customers to or from it')
    .action((number: string, flags: UndoFlags) => run(command, (context) => undo(context, number, flags)));
}

async function undo(context: Context, number: string, flags: UndoFlags): Promise<void> {
  const { io, mode, signal } = context;
  const repository = await context.openRepository();
  const id = await runNumber(repository, number);
  const undone = await repository.run(id);
  const progress = new Progress(io, { label: 'taking back', unit: 'record', ...mode });
  const onProgress = async (done: number): Promise<void> => {
    progress.update(done);
    await pause(signal);
  };
  try {
    const { run, value } = await repository.undo(id, {
      commit: flags.dryRun !== true,
      onProgress,
      openArchive: () => context.openArchive(flags.archiveDb),
    });
    progress.done();
    await printUndo(io, mode, { undone, run, outcome: value });
  } finally {
    progress.done();
  }
}
