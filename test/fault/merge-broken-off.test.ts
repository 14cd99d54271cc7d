import { expect, it } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { dump, inconsistencies } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { copyPlace, doneAt, type FaultPlace, newPlace, runAt, withEngine } from '../support/fault/fault-place.ts';
import { killAt } from '../support/fault/killed-command.ts';
import { peopleCsv } from '../support/people-file.ts';

/** Clusters of two customers each: more than are merged in one transaction. */
const CLUSTERS = 5400;
const MERGE = ['dedupe', 'merge', '--auto', '--json'];

let made: Promise<FaultPlace> | undefined;

async function prepared(): Promise<FaultPlace> {
  made ??= (async () => {
    const place = await newPlace('sqlite', { 'people.csv': peopleCsv(2 * CLUSTERS + 200) });
    await doneAt(place, ['import', 'people.csv', '--source', 'shop', '--quiet']);
    await withEngine(place.db, async (engine) => {
      const ids = (await engine.all<{ id: number }>('SELECT id FROM customers ORDER BY id')).map(({ id }) => id);
      await setClusters(
        engine,
        Array.from({ length: CLUSTERS }, (_, i) => [ids[2 * i] as number, ids[2 * i + 1] as number]),
      );
    });
    return place;
  })();
  return copyPlace(await made);
}

const merged = async (engine: Engine): Promise<number> =>
  Number(Object.values((await engine.all('SELECT count(*) AS n FROM redirects'))[0] ?? {})[0]);

/** When some clusters are in the database, and some are not. */
const BETWEEN = { label: 'COMMIT', nth: 1, side: 'after' } as const;

it('a merge that is killed between two transactions goes on, and both of its runs are undone', { timeout: 240_000 }, async () => {
  const place = await prepared();
  const before = await withEngine(place.db, (engine) => dump(engine));
  expect((await killAt(place, MERGE, BETWEEN)).wasKilled).toBe(true);
  const first = await withEngine(place.db, merged);
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(CLUSTERS);
  await doneAt(place, MERGE);
  expect(await withEngine(place.db, merged)).toBe(CLUSTERS);
  for (const run of ['3', '2']) await doneAt(place, ['undo', run, '--quiet']);
  const { duplicate_pairs: _, ...after } = await withEngine(place.db, (engine) => dump(engine));
  const { duplicate_pairs: __, ...expected } = before;
  expect(after).toEqual(expected);
  expect(await withEngine(place.db, inconsistencies)).toEqual([]);
});

it('SIGINT ends a merge after the clusters at hand, says what is done, and how to go on', { timeout: 120_000 }, async () => {
  const place = await prepared();
  const { exitCode, stderr } = (await killAt(place, MERGE, { ...BETWEEN, signal: 'SIGINT' })).result;
  expect(exitCode).toBe(130);
  const first = await withEngine(place.db, merged);
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(CLUSTERS);
  expect(JSON.parse(stderr)).toMatchObject({ ok: false, error: { code: 'INTERRUPTED', hint: expect.stringContaining('crm undo 2') } });
  expect((await runAt(place, ['history', '--run', '2'])).stdout).toContain('failed: broken off');
  await doneAt(place, MERGE);
  expect(await withEngine(place.db, merged)).toBe(CLUSTERS);
});
