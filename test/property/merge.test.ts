import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import { DEFAULT_SURVIVORSHIP, SURVIVOR_RULES, type Survivorship, mergeValues } from '../../src/dedupe/survivorship.ts';
import { SURVIVORSHIP_RULES } from '../../src/dedupe/survivorship-rules.ts';
import { splitCustomer } from '../../src/dedupe/split-customer.ts';
import type { SqlRow } from '../../src/engines/engine.ts';
import type { NewChild } from '../../src/repository/editing.ts';
import { dump, inconsistencies, openTestDatabase, type TestDatabase } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { describeEachEngine } from '../support/engines.ts';
import { randomMember } from '../support/random-customers.ts';

const instant = fc.constantFrom('2024-01-01T00:00:00.000Z', '2025-06-01T12:00:00.000Z', '2026-01-31T10:00:00.000Z');
const child: fc.Arbitrary<NewChild> = fc.oneof(
  fc
    .record({ occurred_at: instant, subject: fc.constantFrom('a', 'b') })
    .map((row) => ({ table: 'interactions' as const, row: { kind: 'note', ...row } })),
  instant.map((ordered_at) => ({ table: 'orders' as const, row: { number: 'O', ordered_at, total_minor: 1, total_currency: 'EUR' } })),
  fc
    .record({ channel: fc.constantFrom('email', 'sms'), status: fc.constantFrom('in', 'out'), decided_at: instant })
    .map((row) => ({ table: 'consents' as const, row })),
  fc
    .constantFrom(['email', 'a@x.org'], ['email', 'c@x.org'], ['phone', '+4930111111'], ['url', 'x.org'])
    .map(([kind, value]) => ({ table: 'contact_points' as const, row: { kind: kind as string, value: value as string } })),
);
const customer = fc.record({
  member: randomMember,
  children: fc.array(child, { maxLength: 3 }),
  tags: fc.subarray(['vip', 'new']),
  company: fc.option(fc.nat({ max: 9 }), { nil: null }),
  isIn: fc.nat({ max: 3 }),
});

type RandomCustomer = typeof customer extends fc.Arbitrary<infer T> ? T : never;

async function fill({ repository, engine }: TestDatabase, customers: readonly RandomCustomer[]): Promise<number[][]> {
  for (const [i, { member, children, tags }] of customers.entries()) {
    const values = { kind: 'organisation', ...member.values };
    const { value } = await repository.add(values, { tags, externalIds: [{ source: member.source, id: String(i) }] });
    for (const one of children) {
      const id = await repository.addChild(value.id, one);
      if (one.table === 'orders')
        await repository.addChild(value.id, {
          table: 'order_items',
          row: { order_id: id.value, line: 1, quantity: 1, price_minor: 1, price_currency: 'EUR' },
        });
    }
  }
  const count = customers.length;
  for (const [i, { company }] of customers.entries())
    if (company !== null) await repository.edit(i + 1, { values: { company_id: (company % count) + 1 } });
  const groups = [1, 2, 3].map((group) => customers.flatMap(({ isIn }, i) => (isIn === group ? [i + 1] : [])));
  const clusters = groups.filter((ids) => ids.length > 1);
  await setClusters(engine, clusters);
  return clusters;
}

/** Everything but what a search for duplicates derives. */
async function lasting({ engine }: TestDatabase): Promise<Record<string, SqlRow[]>> {
  const { duplicate_pairs: _, ...tables } = await dump(engine);
  return tables;
}

describeEachEngine('merging', (target) => {
  const runs = { numRuns: target.name === 'sqlite' ? 60 : 8, interruptAfterTimeLimit: 8000 };
  const withDatabase = async (test: (database: TestDatabase) => Promise<void>): Promise<void> => {
    // The same steps at the same times, wherever they are done.
    let steps = 0;
    const now = (): Date => new Date(Date.parse('2026-02-01T00:00:00.000Z') + 1000 * steps++);
    const { database, close } = await openTestDatabase(target, { now });
    try {
      await test(database);
    } finally {
      await close();
    }
  };

  it('loses nothing, is undone exactly, done again, and taken apart', { timeout: 90_000 }, async () => {
    const property = fc.asyncProperty(fc.array(customer, { minLength: 2, maxLength: 9 }), (customers) =>
      withDatabase(async (database) => {
        const { repository, engine } = database;
        const clusters = await fill(database, customers);
        const before = await lasting(database);
        const { run, result } = await mergeClusters(repository, { clusters: 'auto' });
        expect(result).toMatchObject({ clusters: clusters.length, merged: clusters.flat().length - clusters.length, skipped: [] });
        if (run === null) return;
        expect(await inconsistencies(engine)).toEqual([]);
        const after = await lasting(database);
        for (const table of ['external_ids', 'interactions', 'orders', 'order_items'])
          expect(after[table]).toHaveLength(before[table]?.length ?? 0);
        const survivors = new Map<number, number>();
        for (const ids of clusters) {
          const found = await Promise.all(ids.map(async (id) => (await repository.get(id))?.customer.id as number));
          expect(new Set(found).size).toBe(1);
          for (const id of ids) survivors.set(id, found[0] as number);
        }
        expectNothingLost(before, after, survivors);
        const undo = await repository.undo(run);
        expect(undo.value.kept).toEqual([]);
        expect(await lasting(database)).toEqual(before);
        await repository.undo(undo.run as number);
        expect(await lasting(database)).toEqual(after);
        for (const id of new Set(survivors.values())) expect((await splitCustomer(repository, id)).result.kept).toEqual([]);
        expect(await lasting(database)).toEqual(before);
        expect(await inconsistencies(engine)).toEqual([]);
      }),
    );
    await fc.assert(property, runs);
  });

  it('comes to the same whichever cluster is merged first', { timeout: 90_000 }, async () => {
    // Whether two companies are one is known only when they are merged: customers of clusters have none here.
    const linked = customer.map((one) => (one.isIn === 0 ? one : { ...one, company: null }));
    const property = fc.asyncProperty(fc.array(linked, { minLength: 4, maxLength: 9 }), (customers) =>
      withDatabase((one) =>
        withDatabase(async (other) => {
          const clusters = await fill(one, customers);
          await fill(other, customers);
          await mergeClusters(one.repository, { clusters: 'auto' });
          for (const ids of clusters.toReversed()) await mergeClusters(other.repository, { clusters: { id: Math.max(...ids) } });
          expect(shape(await lasting(other))).toEqual(shape(await lasting(one)));
        }),
      ),
    );
    await fc.assert(property, { ...runs, numRuns: Math.ceil(runs.numRuns / 3) });
  });
});

/** Tags, consents and ways to reach somebody of every customer are with the one that it went into. */
function expectNothingLost(
  before: Record<string, SqlRow[]>,
  after: Record<string, SqlRow[]>,
  survivors: ReadonlyMap<number, number>,
): void {
  const owner = (id: unknown): number => survivors.get(id as number) ?? (id as number);
  const tags = new Set(after.tags?.map(({ customer_id, tag }) => `${customer_id} ${tag}`));
  for (const { customer_id, tag } of before.tags ?? []) expect(tags).toContain(`${owner(customer_id)} ${tag}`);
  const consents = new Map(after.consents?.map(({ customer_id, channel, status }) => [`${customer_id} ${channel}`, status]));
  for (const { customer_id, channel, status } of before.consents ?? [])
    if (status === 'out') expect(consents.get(`${owner(customer_id)} ${channel}`)).toBe('out');
  const reach = new Set([
    ...(after.contact_points ?? []).map(({ customer_id, value }) => `${customer_id} ${value}`),
    ...(after.customers ?? []).flatMap(({ id, email, phone, phone_ext, website }) => [
      `${id} ${email}`,
      `${id} ${phone}${phone_ext === null ? '' : ` ext. ${phone_ext}`}`,
      `${id} ${phone}`,
      `${id} ${website}`,
    ]),
  ]);
  for (const { id, email, phone, phone_ext, website } of before.customers ?? []) {
    const number = phone === null || phone_ext === null ? phone : `${phone} ext. ${phone_ext}`;
    for (const value of [email, number, website]) if (value !== null) expect(reach).toContain(`${owner(id)} ${value}`);
  }
  for (const { customer_id, value } of before.contact_points ?? []) expect(reach).toContain(`${owner(customer_id)} ${value}`);
}

/** What does not depend on when something was written, and which ids it got. */
function shape(tables: Record<string, SqlRow[]>): unknown {
  const entries = Object.entries(tables).map(([name, rows]) => {
    const bare = rows.map(({ run_id: _, created_at: __, ...row }) => JSON.stringify(name === 'contact_points' ? { ...row, id: 0 } : row));
    return [name, bare.sort()];
  });
  return Object.fromEntries(entries);
}

it('values do not depend on the order of the customers', () => {
  const survivorship: fc.Arbitrary<Survivorship> = fc.record({
    survivor: fc.shuffledSubarray([...SURVIVOR_RULES]),
    byDefault: fc.shuffledSubarray([...SURVIVORSHIP_RULES]),
    sources: fc.shuffledSubarray(['erp', 'shop']),
    fields: fc.constant({}),
  });
  const members = fc
    .array(randomMember, { minLength: 1, maxLength: 5 })
    .map((all) => all.map(({ customer: fields, source }, i) => ({ customer: { ...fields, id: i + 1 }, sources: [source] })));
  fc.assert(
    fc.property(members, fc.oneof(survivorship, fc.constant(DEFAULT_SURVIVORSHIP)), fc.nat(), (all, rules, turn) => {
      const shuffled = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)].reverse();
      expect(mergeValues(shuffled, rules)).toEqual(mergeValues(all, rules));
    }),
    { numRuns: 500 },
  );
});
