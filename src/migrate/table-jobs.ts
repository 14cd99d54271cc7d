/** Something to do with a table, after others. */
export interface TableJob {
  readonly name: string;
  /** Names of jobs that must be done before. */
  readonly after: readonly string[];
}

/**
 * Does jobs, several at a time, in their order as far as they do not wait for others.
 * @param work the number of the worker comes with each job: one does one job at a time
 * @param onFailure told when the first one fails; those under way are awaited, and no other begins
 * @throws what the first that failed has thrown
 */
export async function runJobs<T extends TableJob>(
  jobs: readonly T[],
  workers: number,
  work: (job: T, worker: number) => Promise<void>,
  onFailure: () => void,
): Promise<void> {
  const queue = [...jobs];
  const undone = new Set(jobs.map(({ name }) => name));
  const failures: unknown[] = [];
  let wake: () => void = () => undefined;
  let changed = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const tell = (): void => {
    wake();
    changed = new Promise((resolve) => {
      wake = resolve;
    });
  };
  const next = (): T | undefined => {
    const at = queue.findIndex(({ after }) => !after.some((name) => undone.has(name)));
    return at < 0 ? undefined : queue.splice(at, 1)[0];
  };
  const run = async (worker: number): Promise<void> => {
    while (queue.length > 0 && failures.length === 0) {
      const job = next();
      if (job === undefined) {
        await changed;
        continue;
      }
      try {
        await work(job, worker);
        undone.delete(job.name);
      } catch (error) {
        failures.push(error);
        onFailure();
      }
      tell();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(workers, jobs.length)) }, (_, worker) => run(worker)));
  if (failures.length > 0) throw failures[0];
}
