import { setTimeout as sleep } from 'node:timers/promises';
import { CrmError } from '../errors.ts';
import type { JobStore } from './job-store.ts';

const POLL_MS = 50;
/** How long the step before may take to be gone, whose process has ended: a server notices that a moment later. */
const WAIT_MS = 10_000;

/**
 * Takes the lock that a step holds while it works, and looks whether its job still waits for it. Whoever finds a job killed marks
 * it with this lock in hand: a step that comes too late for that sees the mark, and one that was before it is waited for.
 * @returns what gives the lock back
 * @throws {CrmError} BUSY where another step has it, TERMINATED where the job is gone; nothing was changed then
 */
export async function lockStep(store: JobStore, jobRun: number): Promise<() => Promise<void>> {
  const release = await stepLock(store);
  const { status } = await store.run(jobRun);
  if (status === 'running') return release;
  await release();
  throw new CrmError('TERMINATED', 'the job of this step is gone; nothing was changed', { hint: `see: crm job show ${jobRun}` });
}

async function stepLock(store: JobStore): Promise<() => Promise<void>> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const release = await store.tryStepLock();
    if (release !== null) return release;
    if (performance.now() >= end) {
      throw new CrmError('BUSY', 'another step of a job is still at work on this database', {
        hint: 'wait until it has ended, and run the job again',
      });
    }
    await sleep(POLL_MS);
  }
}
