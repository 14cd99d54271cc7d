import type { JobConfig } from '../config/job-config.ts';
import type { JobRun, JobStep } from '../repository/job-records.ts';

/** A job that has begun. */
export interface JobStarted {
  readonly job: JobConfig;
  /** Number of its run; null in a dry run, which is not recorded. */
  readonly run: number | null;
  /** Runs that were found broken off, and what became of them, one sentence each. */
  readonly found: readonly string[];
}

/** A step that has ended, or was passed over. */
export interface StepEnded extends JobStarted {
  readonly step: Omit<JobStep, 'job_run_id'>;
  readonly durationMs: number;
}

/** A job that has ended, however it did. */
export interface JobEnded extends JobStarted {
  readonly end: Pick<JobRun, 'status' | 'exit_code' | 'counts' | 'message'>;
  readonly steps: readonly StepEnded['step'][];
  readonly durationMs: number;
}

/** Is told what happens in a job: the log, notifications, the lines on the terminal. A throw of it does not stop the job. */
export interface JobObserver {
  started?(event: JobStarted): Promise<void>;
  stepEnded?(event: StepEnded): Promise<void>;
  /** When everything is recorded. */
  ended?(event: JobEnded): Promise<void>;
}
