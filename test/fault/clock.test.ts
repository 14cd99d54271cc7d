import { expect, it } from 'vitest';
import { normalizeCustomers } from '../../src/cleansing/normalize-customers.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { importText, inconsistencies, openTestDatabase, type TestDatabase } from '../support/customer-database.ts';
import { describeEachEngine, type EngineTarget } from '../support/engines.ts';
import { type CanonicalState, canonicalState, stateDifferences } from '../support/fault/canonical-state.ts';
import { reportFaults } from '../support/fault/fault-report.ts';
import { randomOf, reproduction, roundsOf } from '../support/fault/fault-settings.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.parse('2026-06-15T12:00:00.000Z');
const FIRST = 'id,name,email,city,phone\n1,Ada Lovelace,a@x.org,Rome,+4930111111\n2,Bob,b@x.org,Kiel,\n3,Eve,e@x.org,,\n';
const SECOND = 'id,name,email,city,phone\n1,Ada Lovelace,a@x.org,Oslo,\n3,Eve Green,e@x.org,Bern,\n4,Max,m@x.org,,\n';

/** A clock that goes so far each time it is asked. */
function steps(byMs: number): () => Date {
  let time = NOON;
  return () => {
    time += byMs;
    return new Date(time);
  };
}

type Step = (database: TestDatabase) => Promise<unknown>;

/** What is done, in this order; each is a run of its own. */
const STEPS: readonly Step[] = [
  (database) => importText(database, FIRST, { source: 'shop', tags: ['first'] }),
  ({ repository }) => repository.edit(2, { values: { city: 'Bonn', notes: 'x' }, addTags: ['vip'] }),
  (database) => importText(database, SECOND, { source: 'shop' }),
  ({ repository }) =>
    repository.addChild(1, {
      table: 'orders',
      row: { number: 'A', ordered_at: '2026-01-01T00:00:00.000Z', total_minor: 1, total_currency: 'EUR' },
    }),
  ({ repository }) => normalizeCustomers(repository, { fill: true }),
  ({ repository }) => repository.remove([2]),
  ({ repository }) => repository.edit(1, { values: { city: 'Paris' } }),
  async ({ repository }) => repository.undo((await repository.lastDoneRun())?.id as number),
  async ({ repository }) => repository.undo((await repository.lastDoneRun())?.id as number),
  ({ repository }) => repository.edit(2, { values: { notes: 'y' } }),
  ({ repository }) => repository.undo(3),
  (database) => importText(database, SECOND, { source: 'shop' }),
];

/** What is there after each step, by a clock that says something else each time it is asked. */
async function statesBy(target: EngineTarget, now: () => Date): Promise<{ states: CanonicalState[]; runs: number[][] }> {
  const { database, close } = await openTestDatabase(target, { now });
  const [states, runs]: [CanonicalState[], number[][]] = [[], []];
  for (const step of STEPS) {
    await step(database);
    // A second process has the same clock, and no memory of what it said before.
    const later = await openRepository(database.url, { now });
    runs.push((await later.runs({ limit: 100 })).map(({ id }) => id));
    await later.close();
    const era = { since: '0', lastRun: 0, lastCustomer: 0, folder: database.folder };
    states.push(await canonicalState(database.engine, era, 'exact'));
  }
  expect(await inconsistencies(database.engine)).toEqual([]);
  await close();
  return { states, runs };
}

describeEachEngine('a clock that jumps', (target) => {
  const name = `clock [${target.name}]`;
  it('backwards and forwards changes nothing but the times that are recorded', { timeout: 300_000 }, async () => {
    const steady = await statesBy(target, steps(1000));
    const rounds = roundsOf(0.3);
    let losses = 0;
    for (const round of rounds) {
      const random = randomOf(name, round);
      // In the first round it only runs backwards.
      const jumping = await statesBy(target, round === 0 ? steps(-HOUR_MS) : () => new Date(NOON + (random(20_000) - 10_000) * DAY_MS));
      const differences = STEPS.flatMap((_, i) => [
        ...stateDifferences(jumping.states[i] ?? null, steady.states[i] ?? null),
        ...(`${jumping.runs[i]}` === `${steady.runs[i]}` ? [] : [`runs are shown as ${jumping.runs[i]}, not ${steady.runs[i]}`]),
      ]);
      if (differences.length > 0) losses++;
      expect(differences, reproduction(name, round)).toEqual([]);
    }
    reportFaults({ scenario: name, rounds: rounds.length, faults: rounds.length * STEPS.length, losses });
  });
});
