import { archiveTarget } from '../../../src/archive/archive-target.ts';
import type { Engine } from '../../../src/engines/connection.ts';
import { CHILD_TABLES } from '../../../src/model/changeset.ts';
import { inconsistencies } from '../customer-database.ts';
import { canonicalState, type Era, stateHash } from './canonical-state.ts';
import { type FaultPlace, withEngine } from './fault-place.ts';

/** Counts of rows that belong to customers, wherever those are. */
type RowCounts = Readonly<Record<string, number>>;

/** What is there of customers in both databases together. */
export interface WholeCount {
  readonly ids: readonly number[];
  readonly rows: RowCounts;
}

/** Counts a database from which nobody was moved yet. */
export async function wholeCount({ db }: FaultPlace): Promise<WholeCount> {
  return withEngine(db, async (main) => ({ ids: await idsIn(main, 'SELECT id FROM customers'), rows: await rowCounts(main, []) }));
}

/** What is wrong between a database and its archive, where this much must be in both together. */
export async function archiveProblems(place: FaultPlace, expected: WholeCount): Promise<string[]> {
  return withEngine(place.db, async (main) => {
    const here = await idsIn(main, 'SELECT id FROM customers');
    const away = await idsIn(main, 'SELECT id FROM archived_customers');
    const void_ = new Set(await idsIn(main, 'SELECT customer_id AS id FROM archive_journal'));
    const problems: string[] = [];
    const both = here.filter((id) => away.includes(id));
    if (both.length > 0) problems.push(`${both.length} customers are in both places, #${both[0]} is one`);
    const all = [...here, ...away].sort((a, b) => a - b);
    if (`${all}` !== `${expected.ids}`)
      problems.push(`${expected.ids.length} customers there were, ${all.length} are in one place or the other`);
    return withArchive(place, problems, async (archive) => {
      const counted = await idsIn(archive, 'SELECT id FROM customers');
      const there = new Set(counted);
      const missing = away.filter((id) => !there.has(id) || void_.has(id));
      if (missing.length > 0) problems.push(`the archive lacks ${missing.length} customers, #${missing[0]} is one`);
      const stray = counted.filter((id) => !void_.has(id) && !away.includes(id));
      if (stray.length > 0) problems.push(`the archive has ${stray.length} customers that nobody moved, #${stray[0]} is one`);
      const [own, other] = [await rowCounts(main, []), await rowCounts(archive, [...void_])];
      for (const [table, count] of Object.entries(expected.rows)) {
        const sum = (own[table] ?? 0) + (other[table] ?? 0);
        if (sum !== count) problems.push(`${table}: ${count} rows there were, ${sum} are in one place or the other`);
      }
      problems.push(...(await inconsistencies(archive)).map((one) => `the archive: ${one}`));
    });
  });
}

/** All that the archive of a place holds, table by table. */
export async function archiveState(place: FaultPlace, era: Era): Promise<unknown> {
  return withEngine(archiveTarget(place.db, undefined), async (archive) => {
    const state = await canonicalState(archive, era, 'joined');
    return Object.fromEntries(Object.entries(state).map(([table, lines]) => [table, [lines.length, stateHash({ [table]: lines })]]));
  });
}

/** Looks into the archive, where there is one. */
async function withArchive(place: FaultPlace, problems: string[], look: (archive: Engine) => Promise<void>): Promise<string[]> {
  try {
    await withEngine(archiveTarget(place.db, undefined), async (archive) => {
      const hasTables = (await archive.all(archive.facts.tableExistsSql, ['customers'])).length > 0;
      if (hasTables) await look(archive);
    });
  } catch (error) {
    if ((error as { code?: string }).code !== 'NO_DATABASE') throw error;
  }
  return problems;
}

async function idsIn(engine: Engine, sql: string): Promise<number[]> {
  return (await engine.all<{ id: number }>(sql)).map(({ id }) => id).sort((a, b) => a - b);
}

async function rowCounts(engine: Engine, without: readonly number[]): Promise<RowCounts> {
  const counts: Record<string, number> = {};
  for (const table of [...Object.keys(CHILD_TABLES), 'external_ids', 'changes']) {
    const column = table === 'changes' ? 'entity_id' : 'customer_id';
    const sql = `SELECT count(*) AS n FROM ${table} WHERE NOT (${engine.facts.inJsonArray(column, 'integer')})`;
    counts[table] = Number(((await engine.all(sql, [JSON.stringify(without)]))[0] as { n: number }).n);
  }
  return counts;
}
