import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { JobLogConfig } from '../config/job-config.ts';
import { takeLock } from '../process-lock.ts';
import type { JobEnded, JobObserver, JobStarted, StepEnded } from './job-observer.ts';

/** The log of a job, and what became of it. */
export interface JobLog extends JobObserver {
  /** Why lines are missing; null where none are. */
  problem(): string | null;
}

const LOCK_WAIT_MS = 2000;

/**
 * Writes the log of a job: one JSON object a line, handed to the system before the job goes on, so that a line that was written
 * survives `kill -9`, and lines of several processes do not mix. Nothing of it stops the job. A dry run writes none.
 */
export function jobLog(config: JobLogConfig): JobLog {
  let logger: Logger | null = null;
  let problem: string | null = null;
  const guarded = async (work: () => Promise<void> | void): Promise<void> => {
    if (problem !== null) return;
    try {
      await work();
    } catch (error) {
      problem = `the log ${config.file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'no reason given'})`;
    }
  };
  return {
    problem: () => problem,
    started: (event) =>
      guarded(async () => {
        if (event.run === null) return;
        mkdirSync(dirname(config.file), { recursive: true });
        await putAside(config);
        logger = await openLog(config.file);
        logger.info({ event: 'started', ...about(event), found: event.found });
      }),
    stepEnded: (event) => guarded(() => logger?.[levelOf(event.step.status)](stepFacts(event))),
    ended: (event) => guarded(() => logger?.[levelOf(event.end.status)](endFacts(event))),
  };
}

/**
 * One call of the system a line: it is in the file when the call returns, and what goes wrong is thrown there. The library's own
 * writer tries a full disk again and again, and would keep the job from ending.
 */
async function openLog(file: string): Promise<Logger> {
  const { default: pino } = await import('pino');
  const target = { write: (line: string) => appendFileSync(file, line) };
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } }, target);
}

function about({ run, job }: JobStarted): { readonly run: number | null; readonly job: string } {
  return { run, job: job.name };
}

function stepFacts(event: StepEnded): Readonly<Record<string, unknown>> {
  const { position, name, status, exit_code, counts, crm_runs, message } = event.step;
  return {
    event: 'stepEnded',
    ...about(event),
    ...{ step: name, position, status, exitCode: exit_code, counts, crmRuns: crm_runs, message },
    durationMs: Math.round(event.durationMs),
  };
}

function endFacts(event: JobEnded): Readonly<Record<string, unknown>> {
  const { status, exit_code, counts, message } = event.end;
  return {
    event: 'ended',
    ...about(event),
    ...{ status, exitCode: exit_code, counts, message },
    durationMs: Math.round(event.durationMs),
  };
}

function levelOf(status: string): 'info' | 'error' {
  return status === 'done' || status === 'skipped' ? 'info' : 'error';
}

/**
 * A full log becomes `FILE.1`, that `FILE.2`, and so on; the oldest goes. Only at the start of a job, by renaming: no moment is there at
 * which a death loses a line, and another process that writes there goes on in the new file.
 */
async function putAside({ file, maxSizeBytes, keep }: JobLogConfig): Promise<void> {
  if (sizeOf(file) < maxSizeBytes) return;
  const lock = await takeLock(`${file}.lock`, { waitMs: LOCK_WAIT_MS });
  if (!('release' in lock)) return; // another process is at it
  try {
    if (sizeOf(file) < maxSizeBytes) return;
    if (keep === 0) {
      rmSync(file);
      return;
    }
    let free = 1;
    while (free < keep && sizeOf(`${file}.${free}`) >= 0) free++;
    for (let number = free; number > 1; number--) renameSync(`${file}.${number - 1}`, `${file}.${number}`);
    renameSync(file, `${file}.1`);
    for (let number = keep + 1; sizeOf(`${file}.${number}`) >= 0; number++) rmSync(`${file}.${number}`);
  } finally {
    lock.release();
  }
}

/** In bytes; -1 where there is no such file. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1;
}
