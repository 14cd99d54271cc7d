import type { Connection } from '../engines/connection.ts';
import type { PlanBaseline } from '../model/plan.ts';

/** What the database is now, without the run that asks. */
export async function baselineOf(connection: Pick<Connection, 'all'>, ownRun: number): Promise<PlanBaseline> {
  const sql = 'SELECT id, command, started_at, finished_at FROM runs WHERE id < ? ORDER BY id DESC LIMIT 1';
  const [run] = await connection.all(sql, [ownRun]);
  const [size] = await connection.all<{ n: number; last: number | null }>('SELECT count(*) AS n, max(id) AS last FROM customers');
  return { run: (run ?? null) as PlanBaseline['run'], customers: size?.n ?? 0, lastId: size?.last ?? 0 };
}

/** Whether a database is what it was. */
export function sameBaseline(left: PlanBaseline, right: PlanBaseline): boolean {
  const runOf = ({ run }: PlanBaseline): string =>
    run === null ? '' : JSON.stringify([run.id, run.command, run.started_at, run.finished_at]);
  return left.customers === right.customers && left.lastId === right.lastId && runOf(left) === runOf(right);
}

/** The runs done since, oldest first, at most `limit`. */
export async function runsSince(
  connection: Pick<Connection, 'all'>,
  baseline: PlanBaseline,
  ownRun: number,
  limit: number,
): Promise<{ id: number; command: string }[]> {
  const sql = 'SELECT id, command FROM runs WHERE id > ? AND id < ? ORDER BY id LIMIT ?';
  return connection.all<{ id: number; command: string }>(sql, [baseline.run?.id ?? 0, ownRun, limit]);
}
