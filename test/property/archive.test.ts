import fc from 'fast-check';
import { expect, it } from 'vitest';
import { archiveCustomers } from '../../src/archive/archive-customers.ts';
import { restoreArchived } from '../../src/archive/restore-archived.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { inconsistencies, openTestDatabase, type TestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { randomMember } from '../support/random-customers.ts';
import { wholeDatabase } from '../support/whole-database.ts';

const customer = fc.record({
  member: randomMember,
  kind: fc.constantFrom('person', 'organisation'),
  tags: fc.subarray(['vip', 'hold', 'new'], { maxLength: 1 }),
  company: fc.option(fc.nat({ max: 5 }), { nil: null }),
  hasOrder: fc.boolean(),
});
const scenario = fc.record({
  customers: fc.array(customer, { minLength: 1, maxLength: 6 }),
  /** Who is archived, in several runs, and who comes back first. */
  archived: fc.array(fc.nat({ max: 63 }), { minLength: 1, maxLength: 3 }),
  first: fc.nat({ max: 63 }),
});

async function fill(
  { repository }: TestDatabase,
  customers: readonly (typeof customer extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<void> {
  for (const [i, { member, kind, tags, hasOrder }] of customers.entries()) {
    const { value } = await repository.add({ ...member.values, kind }, { tags, externalIds: [{ source: member.source, id: String(i) }] });
    if (!hasOrder) continue;
    const row = { number: 'O', ordered_at: '2024-01-01T00:00:00Z', total_minor: 1, total_currency: 'EUR' };
    const { value: order } = await repository.addChild(value.id, { table: 'orders', row });
    const item = { order_id: order, line: 1, quantity: 1, price_minor: 1, price_currency: 'EUR' };
    await repository.addChild(value.id, { table: 'order_items', row: item });
  }
  for (const [i, { company }] of customers.entries())
    if (company !== null && company % customers.length !== i)
      await repository.edit(i + 1, { values: { company_id: (company % customers.length) + 1 } });
}

const members = (bits: number): number[] => [1, 2, 3, 4, 5, 6].filter((id) => (bits & (1 << (id - 1))) !== 0);

describeEachEngine('archive and restore', (target) => {
  it('are inverse, whoever goes and comes in whatever order', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(scenario, async ({ customers, archived, first }) => {
      const { database, close } = await openTestDatabase(target);
      const archive = await openRepository(target.freshUrl(), { create: true });
      const openArchive = async (): Promise<typeof archive> => archive;
      try {
        await fill(database, customers);
        const before = await wholeDatabase(database.engine);
        for (const bits of archived) {
          const selection = { ids: members(bits) };
          await archiveCustomers(database.repository, { policies: [{ name: null, selection }], openArchive });
        }
        expect(await inconsistencies(database.engine)).toEqual([]);
        expect((await database.repository.count()) + (await archive.count())).toBe(customers.length);
        await restoreArchived(database.repository, { ids: members(first) }, { openArchive });
        expect((await database.repository.count()) + (await archive.count())).toBe(customers.length);
        await restoreArchived(database.repository, { ids: members(63) }, { openArchive });
        expect(await inconsistencies(database.engine)).toEqual([]);
        expect(await wholeDatabase(database.engine)).toEqual(before);
      } finally {
        await archive.close();
        await close();
      }
    });
    await fc.assert(property, { numRuns: target.name === 'sqlite' ? 25 : 6, seed: 6 });
  });
});
