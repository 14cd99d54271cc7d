import { hostname } from 'node:os';
import type { Engine } from '../engines/connection.ts';
import type { SqlValue } from '../engines/engine.ts';
import {
  getJobRun,
  type JobCounts,
  type JobRun,
  type JobStatus,
  type JobStep,
  lastGoodJobRun,
  listJobRuns,
  listJobSteps,
  runningJobs,
  type StepStatus,
} from './job-records.ts';

/** How a step ended. */
export interface StepEnd {
  readonly status: Exclude<StepStatus, 'running'>;
  readonly exitCode: number | null;
  readonly counts: JobCounts;
  /** Ids of the runs that it made. */
  readonly crmRuns: readonly number[];
  /** Without values of customers. */
  readonly message: string | null;
}

/** How a job ended. */
export interface JobEnd {
  readonly status: Exclude<JobStatus, 'running'>;
  readonly exitCode: number | null;
  readonly counts: JobCounts;
  readonly message: string | null;
}

/** The record of jobs, and the lock by which one job at a time works on a database. Every call is one short transaction. */
export class JobStore {
  readonly #engine: Engine;
  readonly #actor: string;
  readonly #now: () => Date;

  /** Use `Repository.jobs()`. */
  constructor(engine: Engine, actor: string, now: () => Date) {
    this.#engine = engine;
    this.#actor = actor;
    this.#now = now;
  }

  /** The moment, by the clock of the repository. */
  now(): Date {
    return this.#now();
  }

  /** Takes the lock of jobs, which ends with the process; null where another process has it. @returns what gives it back */
  tryLock(): Promise<(() => Promise<void>) | null> {
    return this.#engine.tryLock('job');
  }

  /** Takes the lock that a step holds while it works; null where the step of a job that was killed still does. */
  tryStepLock(): Promise<(() => Promise<void>) | null> {
    return this.#engine.tryLock('job-step');
  }

  /** Records that a job begins. @returns the number of its run */
  start(job: string, atomic: boolean): Promise<number> {
    return this.#engine.transaction(async (connection) => {
      const id = await connection.reserveIds('job_runs', 1);
      await connection.run(`INSERT INTO job_runs (id, job, status, atomic, actor, host, started_at) VALUES (?, ?, 'running', ?, ?, ?, ?)`, [
        id,
        job,
        atomic ? 1 : 0,
        this.#actor,
        hostname(),
        this.#time(),
      ]);
      return id;
    });
  }

  /** Records that a step begins. */
  async startStep(jobRun: number, step: Pick<JobStep, 'position' | 'name' | 'command'>): Promise<void> {
    await this.#write(`INSERT INTO job_steps (job_run_id, position, name, command, status, started_at) VALUES (?, ?, ?, ?, 'running', ?)`, [
      jobRun,
      step.position,
      step.name,
      step.command,
      this.#time(),
    ]);
  }

  /** Records how a step ended. */
  async endStep(jobRun: number, position: number, end: StepEnd): Promise<void> {
    await this.#write(
      `UPDATE job_steps SET status = ?, exit_code = ?, counts = ?, crm_runs = ?, message = ?, finished_at = ?
       WHERE job_run_id = ? AND position = ?`,
      [end.status, end.exitCode, JSON.stringify(end.counts), JSON.stringify(end.crmRuns), end.message, this.#time(), jobRun, position],
    );
  }

  /** Records that what a step had done was taken back, or why it could not be. */
  async setUndone(jobRun: number, position: number, status: StepStatus, message: string): Promise<void> {
    await this.#write('UPDATE job_steps SET status = ?, message = ? WHERE job_run_id = ? AND position = ?', [
      status,
      message,
      jobRun,
      position,
    ]);
  }

  /** Records how a job ended. */
  async end(jobRun: number, end: JobEnd): Promise<void> {
    await this.#write('UPDATE job_runs SET status = ?, exit_code = ?, counts = ?, message = ?, finished_at = ? WHERE id = ?', [
      end.status,
      end.exitCode,
      JSON.stringify(end.counts),
      end.message,
      this.#time(),
      jobRun,
    ]);
  }

  /** Adds to the message of a run that has ended: what did not work after it. */
  async addNote(jobRun: number, note: string): Promise<void> {
    await this.#write(`UPDATE job_runs SET message = CASE WHEN message IS NULL THEN ? ELSE message || '; ' || ? END WHERE id = ?`, [
      note,
      note,
      jobRun,
    ]);
  }

  /** The newest runs of jobs first, of one job or of all. */
  runs(which: { readonly job?: string; readonly limit: number }): Promise<JobRun[]> {
    return listJobRuns(this.#engine, which);
  }

  /** One run of a job. @throws {CrmError} NOT_FOUND */
  run(id: number): Promise<JobRun> {
    return getJobRun(this.#engine, id);
  }

  /** Its steps in their order. */
  steps(jobRun: number): Promise<JobStep[]> {
    return listJobSteps(this.#engine, jobRun);
  }

  /** Runs that count as running. */
  running(): Promise<JobRun[]> {
    return runningJobs(this.#engine);
  }

  /** The newest run of a job that got through; null where there is none. */
  lastGood(job: string): Promise<JobRun | null> {
    return lastGoodJobRun(this.#engine, job);
  }

  /** How often a job was started. */
  async countRuns(job: string): Promise<number> {
    return Number((await this.#engine.all('SELECT count(*) AS n FROM job_runs WHERE job = ?', [job]))[0]?.n ?? 0);
  }

  /** Runs in the history that steps of this run of a job made and that stand, the newest first; with `step` those of that one. */
  async madeRuns(jobRun: number, step?: number): Promise<number[]> {
    const { jsonText } = this.#engine.facts;
    const which = step === undefined ? '' : ` AND ${jsonText('arguments')} = ?`;
    const rows = await this.#engine.all<{ id: number }>(
      `SELECT id FROM runs WHERE status <> 'undone' AND ${jsonText('arguments')} = ?${which} ORDER BY id DESC`,
      step === undefined ? ['jobRun', String(jobRun)] : ['jobRun', String(jobRun), 'jobStep', String(step)],
    );
    return rows.map(({ id }) => id);
  }

  /** The newest import that stands of a file with these bytes (hex SHA-256); null where there is none. */
  async importOf(sha256: string): Promise<number | null> {
    const sql = `SELECT id FROM runs WHERE command = 'import' AND status = 'done' AND source_sha256 = ? ORDER BY id DESC LIMIT 1`;
    const [row] = await this.#engine.all<{ id: number }>(sql, [sha256]);
    return row?.id ?? null;
  }

  #time(): string {
    return this.#now().toISOString();
  }

  async #write(sql: string, parameters: readonly SqlValue[]): Promise<void> {
    await this.#engine.transaction((connection) => connection.run(sql, parameters));
  }
}
