import type { FaultScenario } from '../../support/fault/fault-scenario.ts';
import { doneAt } from '../../support/fault/fault-place.ts';
import { peopleCsv } from '../../support/people-file.ts';

const PEOPLE = peopleCsv(300, { seed: 2 });
const CHANGED = peopleCsv(400, { seed: 3, city: 'Kiel' });
const ORDERS = `order number,customer id,date,total,currency\n${Array.from({ length: 200 }, (_, i) => `A-${i},${1 + (i % 90)},2024-02-0${1 + (i % 9)},${i}.50,EUR`).join('\n')}\n`;
/** Few rows, yet as many bytes as make it a bulk load. */
const MANY = peopleCsv(4000)
  .trimEnd()
  .split('\n')
  .map((line, i) => `${line},${i === 0 ? 'Remark' : 'so much '.repeat(60)}\n`)
  .join('');
const SHOP = ['--source', 'shop', '--quiet'];

/** Imports, and what they meet. */
export const IMPORT_SCENARIOS: readonly FaultScenario[] = [
  {
    name: 'import that makes the database',
    command: ['import', 'people.csv', ...SHOP],
    files: { 'people.csv': PEOPLE },
    atomic: true,
    share: 0.7,
  },
  {
    // Indexes are made at the end, the full text by a thread of its own.
    name: 'import of many that makes the database',
    command: ['import', 'many.csv', ...SHOP],
    files: { 'many.csv': MANY },
    atomic: true,
    share: 0.3,
    engines: ['sqlite'],
    sweep: ['import', 'many.csv', '--db', 'other.db', '--quiet'],
  },
  {
    name: 'import that creates and updates',
    command: ['import', 'changed.csv', '--tag', 'new', ...SHOP],
    files: { 'people.csv': PEOPLE, 'changed.csv': CHANGED },
    prepare: async (place) => void (await doneAt(place, ['import', 'people.csv', ...SHOP])),
    atomic: true,
    share: 0.7,
  },
  {
    name: 'import of orders',
    command: ['import', 'orders.csv', '--type', 'orders', ...SHOP],
    files: { 'people.csv': PEOPLE, 'orders.csv': ORDERS },
    prepare: async (place) => void (await doneAt(place, ['import', 'people.csv', ...SHOP])),
    atomic: true,
    share: 0.3,
  },
];
