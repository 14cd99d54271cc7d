import { doneAt, type FaultPlace, withEngine } from '../../support/fault/fault-place.ts';
import type { FaultScenario } from '../../support/fault/fault-scenario.ts';
import { setClusters } from '../../support/duplicate-clusters.ts';
import { peopleCsv } from '../../support/people-file.ts';

const PEOPLE = peopleCsv(300, { seed: 2 });
const CHANGED = peopleCsv(400, { seed: 3, city: 'Kiel' });
const SHOP = ['--source', 'shop', '--quiet'];
/** Clusters of two customers each: more than are merged in one transaction. */
const CLUSTERS = 5400;

/** Each command is done at the place that it is to meet. */
const after =
  (...commands: readonly (readonly string[])[]): NonNullable<FaultScenario['prepare']> =>
  async (place) => {
    for (const command of commands) await doneAt(place, command);
  };

async function withClusters(place: FaultPlace, rows: number): Promise<void> {
  await withEngine(place.db, async (engine) => {
    const ids = (await engine.all<{ id: number }>('SELECT id FROM customers ORDER BY id')).map(({ id }) => id);
    await setClusters(
      engine,
      Array.from({ length: Math.min(rows, ids.length >> 1) }, (_, i) => [ids[2 * i] as number, ids[2 * i + 1] as number]),
    );
  });
}

/** Every cluster is merged wholly or not at all, and what is merged is in the runs. */
async function mergeProblems({ db }: FaultPlace): Promise<string[]> {
  return withEngine(db, async (engine) => {
    const numberOf = async (sql: string): Promise<number> => Number(Object.values((await engine.all(sql))[0] ?? {})[0]);
    const redirects = await numberOf('SELECT count(*) FROM redirects');
    const inserted = await numberOf('SELECT sum(last_id - first_id + 1) FROM run_inserts');
    const problems: string[] = [];
    const customers = await numberOf('SELECT count(*) FROM customers');
    if (customers + redirects !== inserted)
      problems.push(`${inserted} customers came, ${customers} are there and ${redirects} were merged`);
    const recorded = await numberOf("SELECT count(*) FROM changes WHERE entity = 'redirects' AND action = 'insert'");
    if (recorded !== redirects) problems.push(`${redirects} merged customers, but ${recorded} in the runs`);
    return problems;
  });
}

const files = { 'people.csv': PEOPLE, 'changed.csv': CHANGED };
const imported = after(['import', 'people.csv', ...SHOP]);

/** Commands that change customers in one database. */
export const CHANGES_SCENARIOS: readonly FaultScenario[] = [
  {
    name: 'undo of an import',
    command: ['undo', '2'],
    files,
    prepare: after(['import', 'people.csv', ...SHOP], ['import', 'changed.csv', '--tag', 'new', ...SHOP]),
    atomic: true,
    exitWhenDone: 2,
    share: 0.7,
  },
  {
    name: 'normalize',
    command: ['normalize', '--fill', '--quiet'],
    files,
    prepare: after(['import', 'people.csv', '--no-normalize', ...SHOP]),
    atomic: true,
    share: 0.7,
  },
  {
    name: 'apply of a plan',
    command: ['apply', 'plan.ndjson', '--quiet'],
    files,
    prepare: after(['import', 'people.csv', ...SHOP], ['import', 'changed.csv', '--plan', 'plan.ndjson', '--dry-run', ...SHOP]),
    atomic: true,
    exitWhenDone: 6,
    share: 0.4,
  },
  { name: 'edit', command: ['edit', '1', 'city=Rome', '--quiet'], files, prepare: imported, atomic: true, share: 0.2 },
  {
    name: 'delete',
    command: ['delete', ...Array.from({ length: 40 }, (_, i) => String(3 * i + 1)), '--yes', '--quiet'],
    files,
    prepare: imported,
    atomic: true,
    exitWhenDone: 2,
    share: 0.3,
  },
  { name: 'dedupe find', command: ['dedupe', 'find', '--quiet'], files, prepare: imported, atomic: true, share: 0.3 },
  {
    name: 'dedupe merge',
    command: ['dedupe', 'merge', '--auto', '--quiet'],
    files,
    prepare: async (place) => {
      await imported(place);
      await withClusters(place, CLUSTERS);
    },
    // That it ended is written in a transaction of its own.
    atomic: false,
    problems: mergeProblems,
    share: 0.5,
  },
  {
    name: 'dedupe merge in several transactions',
    command: ['dedupe', 'merge', '--auto', '--quiet'],
    files: { 'people.csv': peopleCsv(2 * CLUSTERS + 200) },
    prepare: async (place) => {
      await imported(place);
      await withClusters(place, CLUSTERS);
    },
    atomic: false,
    problems: mergeProblems,
    share: 0.2,
    engines: ['sqlite'],
  },
];
