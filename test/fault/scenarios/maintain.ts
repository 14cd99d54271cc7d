import { doneAt, type FaultPlace, KEYS, runAt, withEngine } from '../../support/fault/fault-place.ts';
import type { FaultScenario } from '../../support/fault/fault-scenario.ts';
import { peopleCsv } from '../../support/people-file.ts';

const files = { 'people.csv': peopleCsv(300, { seed: 7 }) };

/** A database with gaps: many of its customers are gone. */
async function withGaps(place: FaultPlace): Promise<void> {
  await doneAt(place, ['import', 'people.csv', '--source', 'shop', '--quiet']);
  await doneAt(place, ['delete', ...Array.from({ length: 100 }, (_, i) => String(2 * i + 1)), '--yes', '--quiet']);
}

/** An index is missing, and the full text lacks words. */
async function withDamage(place: FaultPlace): Promise<void> {
  await withGaps(place);
  await withEngine(place.db, (engine) =>
    engine.transaction(async (connection) => {
      await connection.script('DROP INDEX customers_phone_key');
      await connection.run("UPDATE customers SET name_key = 'nobody' WHERE id = 2");
      if (engine.facts.name === 'sqlite') await connection.run('DELETE FROM customer_search WHERE rowid < 50');
      else await connection.run('UPDATE customers SET search = NULL WHERE id < 50');
    }),
  );
}

/** Which key opens it after all. */
async function opensWith(place: FaultPlace): Promise<string[]> {
  const keys: string[] = [];
  for (const [name, key] of Object.entries(KEYS))
    if ((await runAt(place, ['query', '--count'], { env: { CRM_KEY: key } })).exitCode === 0) keys.push(name);
  return keys;
}

const SCENARIO = { files, prepare: withGaps, atomic: true } satisfies Partial<FaultScenario>;

/** Upkeep of a database. */
export const MAINTAIN_SCENARIOS: readonly FaultScenario[] = [
  { ...SCENARIO, name: 'maintain', command: ['maintain', '--quiet'], share: 0.3 },
  { ...SCENARIO, name: 'maintain --vacuum', command: ['maintain', '--vacuum', '--quiet'], share: 0.4 },
  { ...SCENARIO, name: 'maintain --reindex', command: ['maintain', '--reindex', '--quiet'], share: 0.2, engines: ['sqlite'] },
  {
    ...SCENARIO,
    name: 'maintain --repair',
    command: ['maintain', '--repair', '--quiet', '--yes'],
    prepare: withDamage,
    isDamaged: true,
    atomic: false,
    share: 0.3,
  },
  {
    ...SCENARIO,
    name: 'maintain --rekey',
    command: ['maintain', '--rekey', '--quiet', '--yes'],
    prepare: async (place) => {
      await doneAt(place, ['init', '--encrypt', '--yes', '--quiet']);
      await withGaps(place);
    },
    env: { CRM_KEY: KEYS.first, CRM_NEW_KEY: KEYS.second },
    // The first key opens it no more.
    exitWhenDone: 16,
    outcome: opensWith,
    share: 0.5,
    engines: ['sqlite'],
  },
];
