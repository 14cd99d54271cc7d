import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BACKUP_PASSPHRASE, repositoryProblems, restoredState, restoredStates, snapshotIds } from '../../support/fault/backup-places.ts';
import { inconsistencies } from '../../support/customer-database.ts';
import { doneAt, type FaultPlace, withEngine } from '../../support/fault/fault-place.ts';
import type { FaultScenario } from '../../support/fault/fault-scenario.ts';
import { peopleCsv } from '../../support/people-file.ts';

const files = { 'people.csv': peopleCsv(300, { seed: 6 }) };

/** Snapshots that must be there whatever happens to the command, by the folder of the place they were made at. */
let kept: readonly string[] = [];

/** A database with so many snapshots, of which the newest `stay` must stay. */
const withSnapshots =
  (count: number, stay: number, ...more: readonly string[]): NonNullable<FaultScenario['prepare']> =>
  async (place) => {
    await doneAt(place, ['import', 'people.csv', '--source', 'shop', '--quiet']);
    for (let i = 0; i < count; i++) {
      await doneAt(place, ['edit', `${1 + i}`, `notes=before snapshot ${i}`, '--quiet']);
      await doneAt(place, ['backup', 'create', '--quiet', '--no-verify', ...more]);
    }
    await doneAt(place, ['edit', '9', 'city=Kiel', '--quiet']);
    kept = stay === 0 ? [] : (await snapshotIds(place)).slice(-stay);
  };

const SCENARIO = {
  files,
  // The database itself is only read.
  atomic: true,
  recovery: ['backup', 'list', '--quiet'],
  problems: (place) => repositoryProblems(place, kept),
  outcome: restoredStates,
  sweep: ['backup', 'prune', '--keep-last', '50', '--quiet'],
  // Of one line, from before it became the lock.
  engines: ['sqlite'],
} satisfies Partial<FaultScenario>;

const RESTORED = 'restored.db';

/** A restored file is whole or not there. */
async function restoredProblems(place: FaultPlace): Promise<string[]> {
  const path = join(place.folder, RESTORED);
  const found = await repositoryProblems(place, kept);
  return existsSync(path) ? [...found, ...(await withEngine(path, inconsistencies))] : found;
}

/** The moment is known when the place is made. */
const restoreAt = ['restore', '--at', 'moment', '--to', RESTORED, '--quiet'];

async function withMoment(place: FaultPlace): Promise<void> {
  await withSnapshots(2, 2)(place);
  await sleep(5);
  restoreAt[2] = new Date().toISOString();
  await sleep(5);
  await doneAt(place, ['edit', '9', 'city=Rome', '--quiet']);
  await doneAt(place, ['backup', 'create', '--quiet', '--no-verify']);
}

/** Backups, and what is done with them. */
export const BACKUP_SCENARIOS: readonly FaultScenario[] = [
  { ...SCENARIO, name: 'backup create', command: ['backup', 'create', '--quiet'], prepare: withSnapshots(1, 1), share: 0.5 },
  {
    ...SCENARIO,
    name: 'backup create of a new repository',
    command: ['backup', 'create', '--quiet'],
    prepare: withSnapshots(0, 0),
    recovery: ['query', '--count'],
    share: 0.3,
  },
  {
    ...SCENARIO,
    name: 'backup create, encrypted',
    command: ['backup', 'create', '--quiet'],
    env: { CRM_BACKUP_PASSPHRASE: BACKUP_PASSPHRASE },
    prepare: withSnapshots(1, 1, '--encrypt'),
    share: 0.1,
  },
  {
    ...SCENARIO,
    name: 'backup prune',
    command: ['backup', 'prune', '--keep-last', '2', '--quiet'],
    prepare: withSnapshots(5, 2),
    share: 0.5,
  },
  {
    ...SCENARIO,
    name: 'restore over the database',
    command: ['restore', 'latest', '--yes', '--quiet'],
    prepare: withSnapshots(2, 2),
    share: 0.5,
  },
  {
    ...SCENARIO,
    name: 'restore of some customers',
    command: ['restore', 'latest', '--where', 'id <= 40', '--yes', '--quiet'],
    prepare: async (place) => {
      await withSnapshots(2, 2)(place);
      await doneAt(place, ['delete', '3', '5', '8', '--yes', '--quiet']);
    },
    share: 0.3,
  },
  {
    ...SCENARIO,
    name: 'restore to another file',
    command: ['restore', 'latest', '--to', RESTORED, '--quiet'],
    prepare: withSnapshots(2, 2),
    exitWhenDone: 2,
    problems: restoredProblems,
    outcome: (place, era) => restoredState(join(place.folder, RESTORED), era),
    share: 0.5,
  },
  {
    ...SCENARIO,
    name: 'restore of a moment',
    command: restoreAt,
    prepare: withMoment,
    exitWhenDone: 2,
    problems: restoredProblems,
    outcome: (place, era) => restoredState(join(place.folder, RESTORED), era),
    share: 0.3,
  },
];
