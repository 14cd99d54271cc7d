import { type WholeCount, archiveProblems, archiveState, wholeCount } from '../../support/fault/archive-places.ts';
import { doneAt, type FaultPlace } from '../../support/fault/fault-place.ts';
import type { FaultScenario } from '../../support/fault/fault-scenario.ts';
import { peopleCsv } from '../../support/people-file.ts';

/** More than are moved in the first transaction, and enough for the thread that copies. */
const PEOPLE = 4000;
const ORDERS = Array.from({ length: 600 }, (_, i) => `A-${i},${1 + ((i * 7) % PEOPLE)},2020-02-0${1 + (i % 9)},${i}.50,EUR`);
const files = {
  'people.csv': peopleCsv(PEOPLE, { seed: 4 }),
  'orders.csv': `order number,customer id,date,total,currency\n${ORDERS.join('\n')}\n`,
  'changed.csv': peopleCsv(60, { seed: 5, city: 'Kiel' }),
};
const ARCHIVE = ['archive', 'run', '--where', 'tag = vip and city != Dublin', '--quiet', '--yes'];

/** What there is, wherever it is: the same before and after every archiving. */
let everything: WholeCount | undefined;

async function filled(place: FaultPlace): Promise<void> {
  for (const [file, ...more] of [['people.csv'], ['orders.csv', '--type', 'orders'], ['changed.csv']])
    await doneAt(place, ['import', file as string, ...more, '--source', 'shop', '--quiet']);
  await doneAt(place, ['edit', '7', 'notes=keep', '--tag', 'hold', '--quiet']);
  everything = await wholeCount(place);
}

async function archived(place: FaultPlace): Promise<void> {
  await filled(place);
  await doneAt(place, ARCHIVE);
}

const SCENARIO = {
  files,
  atomic: false,
  recovery: ['archive', 'list', '--quiet'],
  problems: (place) => archiveProblems(place, everything as WholeCount),
  outcome: archiveState,
  mayStay: /\.lock(-journal)?$/,
} satisfies Partial<FaultScenario>;

/** Customers that move between two databases. */
export const ARCHIVE_SCENARIOS: readonly FaultScenario[] = [
  // Nobody can be asked for an archive that is not there yet.
  { ...SCENARIO, name: 'archive run', command: ARCHIVE, prepare: filled, recovery: ['query', '--count'], share: 0.7 },
  {
    ...SCENARIO,
    name: 'archive run --vacuum',
    command: [...ARCHIVE, '--vacuum'],
    prepare: filled,
    recovery: ['query', '--count'],
    share: 0.2,
  },
  {
    ...SCENARIO,
    name: 'archive restore',
    command: ['archive', 'restore', '--where', 'city = Berlin or city is empty', '--quiet', '--yes'],
    prepare: archived,
    share: 0.6,
  },
  { ...SCENARIO, name: 'archive undo', command: ['undo', '5', '--quiet', '--yes'], prepare: archived, exitWhenDone: 2, share: 0.3 },
];
