import type { Stats } from 'node:fs';
import { basename } from 'node:path';
import type { InboxConfig, JobStepConfig } from '../config/job-config.ts';
import { EXIT_CODES } from '../errors.ts';
import type { JobCounts } from '../repository/job-records.ts';
import { asArgument, type DroppedFiles, droppedFiles, hashOf, isFaultOfFile, isSame, statOf } from './drop-folder.ts';
import { openRejects, settleRejects } from './file-rejects.ts';
import { guardedCall, type StepPlace, type StepResult, skipped } from './guarded-call.ts';
import { moveInto } from './move-file.ts';
import { addCounts } from './step-command.ts';

/**
 * Imports the files of a drop folder, each by an import of its own, and moves it away. A file whose bytes were imported
 * before is only moved: the history knows them since the transaction of that import, so that a death between import and
 * move imports nothing twice. A file at fault does not keep the others from being imported; a guard rail does.
 */
export async function runInboxStep(place: StepPlace, step: JobStepConfig, inbox: InboxConfig): Promise<StepResult> {
  const { ready, growing } = await droppedFiles(inbox, place.signal);
  const results: StepResult[] = [];
  for (const path of ready) {
    const result = await importFile(place, step, inbox, path);
    results.push(result);
    if (result.status === 'stopped' || (result.status === 'failed' && !isFaultOfFile(result.exitCode))) break;
  }
  return summary(results, { ready, growing }, place.run === null ? null : inbox.failed);
}

async function importFile(place: StepPlace, step: JobStepConfig, inbox: InboxConfig, path: string): Promise<StepResult> {
  const before = statOf(path);
  const known = await place.store.importOf(await hashOf(path));
  if (known !== null) {
    moveImported(place, path, inbox, before);
    return { ...skipped(`imported before, as run ${known}`), counts: { alreadyImported: 1 } };
  }
  const words = [...step.words, asArgument(path)];
  const rejects = place.run === null ? [] : ['--rejects', openRejects(path, inbox.failed)];
  const result = await guardedCall(place, step, [...words, ...rejects]);
  if (result.status === 'done') moveImported(place, path, inbox, before);
  if (!isFaultOfFile(result.exitCode)) return result;
  // Nothing of it was written: it can be put aside in an atomic job, too.
  if (place.run !== null) {
    settleRejects(path, inbox.failed);
    moveInto(path, inbox.failed);
  }
  return { ...result, message: `${basename(path)}: ${result.message ?? 'not imported'}` };
}

/**
 * Moves the rejected rows, then the file: while that is in its folder, both can be done again. A file that was written to since
 * it was looked at stays: what it holds now is imported next time.
 */
function moveImported({ run, later }: StepPlace, path: string, inbox: InboxConfig, before: Stats | null): void {
  if (run === null) return;
  const move = (): void => {
    settleRejects(path, inbox.failed);
    if (isSame(before, statOf(path))) moveInto(path, inbox.done);
  };
  if (later === null) move();
  else later(move);
}

function summary(results: readonly StepResult[], { ready, growing }: DroppedFiles, failedFolder: string | null): StepResult {
  const failed = results.filter(({ status }) => status === 'failed' || status === 'stopped');
  const counts: JobCounts = {
    files: results.filter(({ status }) => status === 'done').length,
    ...(failed.length === 0 ? {} : { failedFiles: failed.length }),
    ...(growing === 0 ? {} : { growingFiles: growing }),
    ...addCounts(results.map((result) => result.counts)),
  };
  const crmRuns = [...new Set(results.flatMap((result) => result.crmRuns))];
  const [worst] = [...failed.filter(({ status }) => status === 'stopped'), ...failed];
  if (worst !== undefined) {
    const left = ready.length - results.length;
    const more = [failed.length > 1 ? `${failed.length - 1} more failed` : '', left > 0 ? `${left} left in the folder` : ''];
    const message = [worst.message ?? '', ...more].filter((part) => part !== '').join('; ');
    return { ...worst, counts, crmRuns, message, failure: worst.failure && { ...worst.failure, message } };
  }
  const exitCode = results.some((result) => result.exitCode === EXIT_CODES.ROWS_REJECTED) ? EXIT_CODES.ROWS_REJECTED : 0;
  const rejected = exitCode === 0 || failedFolder === null ? null : `rejected rows are in ${failedFolder}: mend and drop them again`;
  const message = ready.length > 0 ? rejected : growing > 0 ? 'every file may still be growing' : 'no files';
  return { status: 'done', exitCode, counts, crmRuns, message, failure: null };
}
