import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countsOf, dump, importText, inconsistencies, openTestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const cell = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const FILES = {
  orders: fc.tuple(
    cell('A', 'B', 'C', ''),
    cell('1', '2', '9', ''),
    cell('2026-01-01', '31.12.2025', 'soon'),
    cell('1', '1,5', '1.500', '-2', ''),
    cell('x', ''),
  ),
  interactions: fc.tuple(
    cell('i', 'j', ''),
    cell('1', '2', '9'),
    cell('2026-01-01', '2026-01-02T10:00:00+02:00', ''),
    cell('Hi', ''),
    cell('x', ''),
  ),
  consents: fc.tuple(
    cell('email', 'sms', 'pigeon'),
    cell('1', '2'),
    cell('2026-01-01', '2026-01-02', ''),
    cell('in', 'out', '?'),
    cell('x', ''),
  ),
} as const;
const HEADS = {
  orders: 'number;customer id;date;total;Extra',
  interactions: 'id;customer id;date;subject;Extra',
  consents: 'channel;customer id;date;status;Extra',
} as const;

/** Several rows of one key may contradict each other: the last one counts; and one that was rejected may find what a later one made. */
function isOnce(rows: readonly (readonly string[])[]): boolean {
  const keys = rows.map(([key, customer]) => `${key} ${customer}`).filter((key) => !key.startsWith(' '));
  return new Set(keys).size === keys.length;
}

describeEachEngine('related data', (target) => {
  it.each(Object.keys(FILES) as (keyof typeof FILES)[])(
    '%s: any file twice is the file once, and undo brings back what was',
    { timeout: 60_000 },
    async (type) => {
      await fc.assert(
        fc.asyncProperty(fc.array(FILES[type], { minLength: 1, maxLength: 8 }), cell('shop', ''), async (rows, source) => {
          const { database, close } = await openTestDatabase(target);
          try {
            await importText(database, 'id,name\n1,Ada\n2,Bob\n', { source: 'shop' });
            const before = await dump(database.engine);
            const text = `${HEADS[type]}\n${rows.map((row) => row.join(';')).join('\n')}\n`;
            const options = { type, currency: 'EUR', name: 'related.csv', ...(source === '' ? {} : { source }) };
            const first = await importText(database, text, options);
            const { read, created, updated, unchanged, skipped, rejected } = first.result;
            expect(read).toBe(rows.length);
            expect(created + updated + unchanged + skipped + rejected).toBe(read);
            const after = await dump(database.engine);
            const second = await importText(database, text, options);
            const { skipped: left } = second.result;
            expect(second.result.created).toBe(0);
            if (isOnce(rows)) {
              expect(countsOf(second)).toBe(`${read} = 0 + 0 + ${read - rejected - left} + ${left} + ${rejected}`);
              expect(await dump(database.engine)).toEqual(after);
            }
            expect(await inconsistencies(database.engine)).toEqual([]);
            await database.repository.undo(second.run as number);
            expect((await database.repository.undo(first.run as number)).value.kept).toEqual([]);
            expect(await dump(database.engine)).toEqual(before);
          } finally {
            await close();
          }
        }),
        { numRuns: target.name === 'sqlite' ? 20 : 5, interruptAfterTimeLimit: 8_000 },
      );
    },
  );
});
