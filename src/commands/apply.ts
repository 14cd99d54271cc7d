import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { applyPlan } from '../import/apply-plan.ts';
import { openPlan, type PlanFile } from '../import/plan-file.ts';
import type { Repository } from '../repository/repository.ts';
import { printApply } from '../ui/apply-report.ts';
import { Progress } from '../ui/progress.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

interface ApplyFlags {
  readonly rejects?: string;
  readonly dryRun?: boolean;
  readonly archiveDb?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm import contacts.csv --plan plan.ndjson && crm apply plan.ndjson', 'look at it before, then do exactly that'],
  ['crm apply plan.ndjson --dry-run', 'whether it still holds'],
];

/** `crm apply` */
export function define(command: Command, run: Run): void {
  command
    .argument('<plan>', 'plan to execute, made with crm import --plan; - is standard input')
    .option('--rejects <file>', 'where rejected rows go (default: FILE.rejects.csv here)')
    .option('--dry-run', 'say whether the plan still holds, and change nothing')
    .option('--archive-db <path|url>', 'the archive, where the plan moves customers there')
    .action((plan: string, flags: ApplyFlags) => run(command, (context) => apply(context, plan, flags)));
}

async function apply(context: Context, path: string, flags: ApplyFlags): Promise<void> {
  const { io, mode, signal } = context;
  const plan = await openPlan(path, signal);
  try {
    const repository = await context.openRepository();
    const progress = new Progress(io, { label: 'applying', unit: 'line', totalCount: plan.end.lines, ...mode });
    try {
      const report = await applied(context, repository, plan, flags, (lines) => progress.update(lines));
      progress.done();
      if ((report.result.counts.rejected ?? 0) > 0) context.exitWith(3);
      await printApply(io, mode, report, repository.label);
    } finally {
      progress.done();
    }
  } finally {
    plan.dispose();
  }
}

/** Plans of the archive are executed by the archive: it needs more than one transaction. */
async function applied(
  context: Context,
  repository: Repository,
  plan: PlanFile,
  flags: ApplyFlags,
  onProgress: (done: number) => void,
): ReturnType<typeof applyPlan> {
  const { signal } = context;
  const { dryRun = false, rejects, archiveDb } = flags;
  if (plan.header.command !== 'archive run')
    return applyPlan(repository, plan, { dryRun, ...(rejects === undefined ? {} : { rejectsPath: rejects }), signal, onProgress });
  const start = performance.now();
  const { applyArchivePlan } = await import('../archive/apply-archive-plan.ts');
  const openArchive = (): Promise<Repository> => context.openArchive(archiveDb, { create: true });
  const { label, header, end, lines } = plan;
  const { run, archived } = await applyArchivePlan(
    repository,
    { label, header, sha256: end.sha256, lines },
    { openArchive, dryRun, signal, onProgress },
  );
  const result = { plan: label, planned: header.command, files: [], counts: { archived }, rejects: null };
  return { run, result: { ...result, elapsedMs: Math.round(performance.now() - start) } };
}
