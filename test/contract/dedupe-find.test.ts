import { beforeAll, expect, it } from 'vitest';
import { findDuplicates, type FindOptions } from '../../src/dedupe/find-duplicates.ts';
import { findNew } from '../../src/dedupe/find-new.ts';
import { keptModels } from '../../src/dedupe/find-duplicates.ts';
import { writeClusters, writePairs } from '../../src/dedupe/find-files.ts';
import type { Found } from '../../src/dedupe/find-duplicates.ts';
import type { DuplicateStore } from '../../src/repository/duplicate-store.ts';
import { importText, sharedDatabase, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { corpusCsv, hardNegativeCorpus } from '../support/hard-negatives.ts';

/** More records than are compared with all others, so that blocking is at work. */
const lines = corpusCsv(hardNegativeCorpus(1200)).trimEnd().split('\n');
const [header = '', ...rows] = lines;
const WHOLE: FindOptions = { scope: {}, columns: null, keep: true };
/** What a search says on the first engine; the others have to say the same, byte by byte. */
let said: string | null = null;

async function textOf(found: Found, store: DuplicateStore): Promise<string> {
  let text = '';
  await writePairs(found, (more) => {
    text += more;
  });
  await writeClusters(found, store, (more) => {
    text += more;
  });
  return text;
}

async function stored(store: DuplicateStore): Promise<{ pairs: string[]; clusters: string[] }> {
  const pairs: string[] = [];
  for await (const batch of store.pairs(['auto', 'review']))
    for (const { left, right, bits, verdict, guards } of batch)
      pairs.push(`${left} ${right} ${bits.toFixed(6)} ${verdict} ${guards.join()}`);
  const clusters: string[] = [];
  for await (const batch of store.clusters(['auto', 'review']))
    for (const { customers, verdict } of batch) clusters.push(`${customers.join()} ${verdict}`);
  return { pairs: pairs.sort(), clusters: clusters.sort() };
}

describeEachEngine('finding duplicates', (target) => {
  let database: TestDatabase;
  let store: DuplicateStore;

  beforeAll(async () => {
    database = await sharedDatabase(target);
    await importText(database, lines.join('\n'), { source: 'shop' });
    store = await database.repository.duplicates();
  });

  it('says the same on every engine, and twice', async () => {
    const first = await textOf(await findDuplicates(store, WHOLE), store);
    const second = await textOf(await findDuplicates(store, WHOLE), store);
    expect(second).toBe(first);
    said ??= first;
    expect(first).toBe(said);
    expect(first.split('\n').length).toBeGreaterThan(rows.length);
  });

  it('keeps pairs and clusters, the same as it says', async () => {
    const { linked, summary } = await findDuplicates(store, WHOLE);
    const { pairs, clusters } = await stored(store);
    expect(pairs).toHaveLength(summary.verdicts.auto + summary.verdicts.review);
    expect(clusters).toHaveLength(summary.clusters);
    expect(summary.candidatePairs).toBe(summary.verdicts.auto + summary.verdicts.review + summary.verdicts.distinct);
    expect(linked.map(({ population }) => population.kind)).toEqual(['person', 'organisation']);
  });

  it('never proposes again what was said to be different, and joins what was said to be the same', async () => {
    await findDuplicates(store, WHOLE);
    const [open] = await store.openPairs(1);
    const { left, right } = open as { left: number; right: number };
    await store.decide([{ left, right, decision: 'distinct', ground: 'review' }]);
    const { linked } = await findDuplicates(store, WHOLE);
    expect((await store.pair(left, right)).pair).toBeNull();
    for (const { population, clusters } of linked) {
      const [a, b] = [population.customers.indexOf(left), population.customers.indexOf(right)];
      if (a >= 0) expect(clusters.cluster[a]).not.toBe(clusters.cluster[b]);
    }
    await store.decide([{ left, right, decision: 'same', ground: 'review' }]);
    await findDuplicates(store, WHOLE);
    const cluster = await store.clusterOf(left);
    expect(cluster?.customers).toContain(right);
    await store.forgetDecision(left, right);
  });

  it('of some customers leaves what is known of the others', async () => {
    await findDuplicates(store, WHOLE);
    const before = await stored(store);
    const { summary } = await findDuplicates(store, { ...WHOLE, scope: { filter: 'country = ZZ' } });
    expect(summary).toMatchObject({ records: 0, candidatePairs: 0, clusters: 0, expectedPrecision: null });
    expect(await stored(store)).toEqual(before);
  });

  it('of new customers finds what a search of all would', async () => {
    const late = 40;
    const half = await testDatabase(target);
    await importText(half, [header, ...rows.slice(0, -late)].join('\n'), { source: 'shop' });
    const kept = await half.repository.duplicates();
    await findDuplicates(kept, WHOLE);
    await importText(half, [header, ...rows.slice(-late)].join('\n'), { source: 'shop' });
    const found = await findNew(kept, {});
    expect(found.whole).toBeNull();
    expect(found.customers).toBeGreaterThan(0);
    const after = await stored(kept);
    expect(await findNew(kept, {})).toMatchObject({ customers: 0, candidatePairs: 0, pairs: [] });
    expect(await stored(kept)).toEqual(after);
    await findDuplicates(kept, { ...WHOLE, models: await keptModels(kept) });
    expect(after).toEqual(await stored(kept));
  });

  it('of a customer that was changed or removed forgets what was', async () => {
    await findDuplicates(store, WHOLE);
    const [first] = (await stored(store)).pairs;
    const [left = 0, right = 0] = (first ?? '').split(' ').map(Number);
    await database.repository.remove([right]);
    const { customers } = await findNew(store, {});
    expect(customers).toBe(0);
    expect((await store.pair(left, right)).pair).toBeNull();
    expect((await store.clusterOf(left))?.customers ?? []).not.toContain(right);
  });

  it('of nobody, of one and of two', async () => {
    const empty = await testDatabase(target);
    const none = await empty.repository.duplicates();
    await expect(findNew(none, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await findDuplicates(none, WHOLE)).summary).toMatchObject({ records: 0, clusters: 0, estimatedRecall: null });
    await empty.repository.add({
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
      email: 'ada@x.org',
      birthday: '1815-12-10',
    });
    expect((await findDuplicates(none, WHOLE)).summary).toMatchObject({ records: 1, clusters: 0 });
    await empty.repository.add({
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
      email: 'ada@x.org',
      birthday: '1815-12-10',
    });
    expect((await findDuplicates(none, WHOLE)).summary).toMatchObject({ records: 2, clusters: 1 });
    await empty.repository.add({ name: null, notes: 'nobody' });
    await empty.repository.add({ name: null, notes: 'nobody' });
    expect((await findDuplicates(none, WHOLE)).summary).toMatchObject({ records: 4, clusters: 1 });
  });
});
