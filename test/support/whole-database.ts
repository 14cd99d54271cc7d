import type { Engine } from '../../src/engines/connection.ts';
import { dump } from './customer-database.ts';

/** Everything that a database holds of customers, and what its runs recorded, but for the runs themselves. */
export async function wholeDatabase(engine: Pick<Engine, 'all'>): Promise<unknown> {
  const tables = ['row_marks ORDER BY 1, 2', 'run_inserts ORDER BY 1, 2, 3', 'sequences ORDER BY 1'];
  const changes = await engine.all('SELECT run_id, seq, entity_id, entity, action, before, after FROM changes ORDER BY run_id, seq');
  const others = [];
  for (const table of tables) others.push(await engine.all(`SELECT * FROM ${table}`));
  return [await dump(engine, { exact: true }), ...others, changes.map(comparable)];
}

/** PostgreSQL orders the members of an object in its own way. */
function comparable(change: Readonly<Record<string, unknown>>): unknown {
  const members = (text: unknown): unknown => (typeof text === 'string' ? Object.entries(JSON.parse(text) as object).sort() : text);
  return { ...change, before: members(change.before), after: members(change.after) };
}
