import type Database from 'better-sqlite3';
import type { SqlValue } from './engine.ts';

/** How SQLite goes about a statement, a step a line; steps of a step stand further in. */
export function queryPlan(db: Database.Database, sql: string, parameters: readonly SqlValue[]): string[] {
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { id: number; parent: number; detail: string }[];
  const depths = new Map<number, number>([[0, -1]]);
  return steps.map(({ id, parent, detail }) => {
    const depth = (depths.get(parent) ?? -1) + 1;
    depths.set(id, depth);
    return `${'  '.repeat(depth)}${detail}`;
  });
}
