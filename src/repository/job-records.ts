import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import { storedJson } from './stored-json.ts';

/** How a run of a job stands: `stopped` by a guard rail, `interrupted` by a signal or by a death of its process. */
export type JobStatus = 'running' | 'done' | 'failed' | 'stopped' | 'interrupted';

/** How a step stands; `undone`: what it had done was taken back, because the job is atomic and did not get through. */
export type StepStatus = JobStatus | 'skipped' | 'undone';

/** What was counted, by name: rows read, customers created, changed, merged … */
export type JobCounts = Readonly<Record<string, number>>;

/** One run of a job, as it is recorded. */
export interface JobRun {
  readonly id: number;
  /** Its name in the config file. */
  readonly job: string;
  readonly status: JobStatus;
  readonly atomic: boolean;
  readonly actor: string;
  readonly host: string;
  /** Exit status that it ended with; null while it runs, and where it was killed. */
  readonly exit_code: number | null;
  /** Sums of the counts of its steps. */
  readonly counts: JobCounts;
  /** Why it did not get through, or what there is to know; without values of customers. */
  readonly message: string | null;
  /** ISO-8601 UTC. */
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** One step of a run of a job, as it is recorded. */
export interface JobStep {
  readonly job_run_id: number;
  /** From 1. */
  readonly position: number;
  readonly name: string;
  /** The command and its arguments, as the config file has them. */
  readonly command: string;
  readonly status: StepStatus;
  readonly exit_code: number | null;
  readonly counts: JobCounts;
  /** Ids of the runs that it made; see `crm history`. */
  readonly crm_runs: readonly number[];
  readonly message: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

const RUN_COLUMNS = 'id, job, status, atomic, actor, host, exit_code, counts, message, started_at, finished_at';
const STEP_COLUMNS = 'job_run_id, position, name, command, status, exit_code, counts, crm_runs, message, started_at, finished_at';
type Reader = Pick<Connection, 'all'>;

/** The newest runs first, of one job or of all. */
export async function listJobRuns(reader: Reader, which: { readonly job?: string; readonly limit: number }): Promise<JobRun[]> {
  const where = which.job === undefined ? '' : 'WHERE job = ?';
  const parameters: SqlValue[] = which.job === undefined ? [which.limit] : [which.job, which.limit];
  return (await reader.all(`SELECT ${RUN_COLUMNS} FROM job_runs ${where} ORDER BY id DESC LIMIT ?`, parameters)).map(runOf);
}

/** One run of a job. @throws {CrmError} NOT_FOUND */
export async function getJobRun(reader: Reader, id: number): Promise<JobRun> {
  const [row] = await reader.all(`SELECT ${RUN_COLUMNS} FROM job_runs WHERE id = ?`, [id]);
  if (row === undefined) {
    const [newest] = await listJobRuns(reader, { limit: 1 });
    throw new CrmError('NOT_FOUND', `there is no run ${id} of a job`, {
      hint: newest === undefined ? 'none was run yet: crm job list' : `the newest is ${newest.id}; list them with: crm job history`,
    });
  }
  return runOf(row);
}

/** The steps of a run of a job that were begun or passed over, in their order. */
export async function listJobSteps(reader: Reader, jobRun: number): Promise<JobStep[]> {
  return (await reader.all(`SELECT ${STEP_COLUMNS} FROM job_steps WHERE job_run_id = ? ORDER BY position`, [jobRun])).map(stepOf);
}

/** Runs that count as running: at most one where the lock of jobs is free or one's own, and that one was broken off. */
export async function runningJobs(reader: Reader): Promise<JobRun[]> {
  return (await reader.all(`SELECT ${RUN_COLUMNS} FROM job_runs WHERE status = 'running' ORDER BY id`)).map(runOf);
}

/** The newest run of a job that got through; null where there is none. */
export async function lastGoodJobRun(reader: Reader, job: string): Promise<JobRun | null> {
  const sql = `SELECT ${RUN_COLUMNS} FROM job_runs WHERE job = ? AND status = 'done' ORDER BY id DESC LIMIT 1`;
  const [row] = await reader.all(sql, [job]);
  return row === undefined ? null : runOf(row);
}

function runOf(row: SqlRow): JobRun {
  return { ...row, atomic: row.atomic === 1, counts: storedJson(row.counts as string) } as unknown as JobRun;
}

function stepOf(row: SqlRow): JobStep {
  return { ...row, counts: storedJson(row.counts as string), crm_runs: storedJson(row.crm_runs as string) } as unknown as JobStep;
}
