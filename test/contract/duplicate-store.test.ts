import { describe, expect, it } from 'vitest';
import { DecisionLines } from '../../src/dedupe/decision-file.ts';
import { exportPairs } from '../../src/dedupe/export-pairs.ts';
import { ReviewSession } from '../../src/dedupe/review-session.ts';
import { takeDecisions } from '../../src/dedupe/take-decisions.ts';
import { CsvReader } from '../../src/formats/csv-reader.ts';
import type { DuplicateStore } from '../../src/repository/duplicate-store.ts';
import { importText, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { addClusters, addPairs, addRedirects } from '../support/duplicate-rows.ts';
import { describeEachEngine, type EngineTarget } from '../support/engines.ts';

const NOW = new Date('2026-03-01T10:00:00.000Z');

/** A database of customers 1 to `count`, external ids `shop:a1` and so on. */
async function database(target: EngineTarget, count = 6): Promise<{ made: TestDatabase; store: DuplicateStore }> {
  const made = await testDatabase(target, { now: () => NOW });
  const rows = Array.from({ length: count }, (_, i) => `a${i + 1},Person ${i + 1},p${i + 1}@example.com\n`);
  await importText(made, `id,name,email\n${rows.join('')}`, { source: 'shop' });
  return { made, store: await made.repository.duplicates() };
}

const idsOf = (pairs: readonly { left: number; right: number }[]): string => pairs.map(({ left, right }) => `${left}-${right}`).join(' ');
const decisionsOf = async (store: DuplicateStore): Promise<string[]> =>
  (await store.decisions()).map(({ left, right, decision, ground, decidedBy }) => `${left}-${right} ${decision} ${ground} ${decidedBy}`);

function linesOf(text: string): DecisionLines {
  const lines = new DecisionLines();
  const reader = new CsvReader({}, lines);
  reader.push(Buffer.from(text));
  reader.end();
  return lines;
}

async function take(store: DuplicateStore, text: string) {
  const { lines, rejects } = linesOf(text);
  return takeDecisions(store, lines, rejects);
}

describeEachEngine('the store of duplicates', (target) => {
  it('gives open pairs nearest to even odds first, without decided ones, other verdicts and customers that are gone', async () => {
    const { made, store } = await database(target);
    await addPairs(made.engine, [
      [1, 2, 5],
      [1, 3, -0.5],
      [2, 3, 0.5],
      [1, 4, -3],
      [2, 4, 9, { verdict: 'auto' }],
      [3, 4, -9, { verdict: 'distinct' }],
      [4, 5, 0.1],
      [5, 6, 0.2, { rule: 'phone', guards: ['shared_phone', 'nameless'] }],
      [5, 99, 0],
    ]);
    await store.decide([{ left: 5, right: 4, decision: 'distinct', ground: 'review' }]);
    expect(idsOf(await store.openPairs(10))).toBe('5-6 1-3 2-3 1-4 1-2');
    expect(idsOf(await store.openPairs(2))).toBe('5-6 1-3');
    expect(idsOf(await store.openPairs(10, 0.5))).toBe('5-6 2-3 1-2');
    expect([await store.lookups.countOpen(), await store.lookups.countOpen(0.5)]).toEqual([5, 3]);
    const { pair } = await store.pair(6, 5);
    expect(pair).toEqual({
      ...{ left: 5, right: 6, bits: 0.2, verdict: 'review', rule: 'phone' },
      ...{ guards: ['shared_phone', 'nameless'], score: expect.closeTo(0.5346, 3) },
    });
    expect(await store.pair(1, 6)).toEqual({ pair: null, decision: null });
    expect(idsOf(await store.pairsAmong([1, 2, 4]))).toBe('1-2 1-4 2-4');
    const all: string[] = [];
    for await (const batch of store.pairs(['auto', 'distinct'])) all.push(idsOf(batch));
    expect(all.join(' ')).toBe('2-4 3-4');
    await made.repository.remove([6]);
    expect(idsOf(await store.openPairs(10))).toBe('1-3 2-3 1-4 1-2');
  });

  it('keeps a decision, the newer one of a pair, and forgets it', async () => {
    const { store } = await database(target);
    await store.decide([
      { left: 3, right: 1, decision: 'same', ground: 'review' },
      { left: 1, right: 2, decision: 'same', ground: 'file' },
      { left: 2, right: 2, decision: 'same', ground: 'file' },
    ]);
    await store.decide([{ left: 1, right: 3, decision: 'distinct', ground: 'split' }]);
    expect(await decisionsOf(store)).toEqual(['1-2 same file tester', '1-3 distinct split tester']);
    expect((await store.pair(3, 1)).decision?.decidedAt).toBe(NOW.toISOString());
    await store.forgetDecision(3, 1);
    await store.forgetDecision(4, 5);
    expect(await decisionsOf(store)).toEqual(['1-2 same file tester']);
  });

  it('gives clusters by their numbers, the largest ones, and that of a customer', async () => {
    const { made, store } = await database(target);
    await addClusters(made.engine, [[2, 5, 6]], 'auto');
    await addClusters(made.engine, [[1, 3]]);
    const found = [];
    for await (const batch of store.clusters(['auto', 'review'])) found.push(...batch);
    expect(found).toEqual([
      { id: 1, verdict: 'review', customers: [1, 3] },
      { id: 2, verdict: 'auto', customers: [2, 5, 6] },
    ]);
    const reviewed = [];
    for await (const batch of store.clusters(['review'])) reviewed.push(...batch);
    expect(reviewed.map(({ id }) => id)).toEqual([1]);
    expect(await store.clusterOf(6)).toEqual(found[1]);
    expect([await store.clusterOf(4), await store.cluster(5)]).toEqual([null, null]);
    expect(await store.lookups.largestClusters(1)).toEqual([{ id: 2, verdict: 'auto', size: 3 }]);
  });

  it('pages through more clusters than one page holds', async () => {
    const { made, store } = await database(target, 1);
    await made.engine.transaction(async (connection) => {
      const rows = Array.from({ length: 12_000 }, (_, i) => ({ customer_id: i + 1, cluster_id: i - (i % 2) + 1, verdict: 'auto' }));
      await connection.upsert('duplicate_clusters', ['customer_id'], rows);
    });
    let count = 0;
    let last = 0;
    for await (const batch of store.clusters(['auto'])) {
      for (const { id, customers } of batch) {
        expect(id > last && customers.length === 2 && customers[0] === id).toBe(true);
        last = id;
        count++;
      }
    }
    expect(count).toBe(6000);
  });

  it('follows chains of merged customers to their end', async () => {
    const { made, store } = await database(target);
    await addRedirects(made.engine, [
      [11, 1],
      [12, 2],
      [2, 3],
      [3, 4],
    ]);
    expect([...(await store.redirects())].sort(([a], [b]) => a - b)).toEqual([
      [2, 4],
      [3, 4],
      [11, 1],
      [12, 4],
    ]);
  });

  it('samples pairs of a band, the same ones each time', async () => {
    const { made, store } = await database(target);
    await addPairs(made.engine, [
      [1, 2, 1],
      [1, 3, 2],
      [2, 3, 2.5],
      [3, 4, 3],
      [3, 99, 2.2],
    ]);
    expect(idsOf(await store.lookups.samplePairs(3, 9, 5))).toBe('3-4');
    const sample = await store.lookups.samplePairs(1, 3, 2);
    expect(sample).toHaveLength(2);
    expect(await store.lookups.samplePairs(1, 3, 2)).toEqual(sample);
    expect((await store.lookups.samplePairs(1, 3, 9)).length).toBe(3);
  });
});

describeEachEngine('a session of review', (target) => {
  const PAIRS = [
    [1, 2, 0.1],
    [2, 3, 0.2],
    [1, 3, 0.3],
    [4, 5, 0.4],
  ] as const;

  it('writes each answer at once, takes it back, and goes on where another session ended', async () => {
    const { made, store } = await database(target);
    await addPairs(made.engine, PAIRS);
    const first = await ReviewSession.start(store);
    expect(await first.back()).toBe(false);
    expect(idsOf([(await first.current()) as never])).toBe('1-2');
    await first.answer('same');
    expect(await decisionsOf(store)).toEqual(['1-2 same review tester']);
    expect(idsOf([(await first.current()) as never])).toBe('2-3');
    expect([await first.back(), await decisionsOf(store)]).toEqual([true, []]);
    expect([first.counts, first.position]).toEqual([{ same: 0, distinct: 0, unsure: 0 }, 1]);
    expect(idsOf([(await first.current()) as never])).toBe('1-2');
    await first.answer('distinct');

    const second = await ReviewSession.start(store, { limit: 2 });
    const shown: string[] = [];
    for (let pair = await second.current(); pair !== null; pair = await second.current()) {
      shown.push(idsOf([pair]));
      await second.answer('unsure');
    }
    expect([shown, second.counts.unsure, await second.open()]).toEqual([['2-3', '1-3'], 2, 3]);
  });

  it('shows pairs for later at the end, again and again', async () => {
    const { made, store } = await database(target);
    await addPairs(made.engine, PAIRS);
    const session = await ReviewSession.start(store);
    const shown: string[] = [];
    const answers = ['later', 'same', 'later', 'unsure', 'later', 'distinct', 'distinct'] as const;
    for (const answer of answers) {
      shown.push(idsOf([(await session.current()) as never]));
      await session.answer(answer);
    }
    expect(shown.join(' ')).toBe('1-2 2-3 1-3 4-5 1-2 1-3 1-2');
    expect(await session.current()).toBeNull();
    expect(session.counts).toEqual({ same: 1, distinct: 2, unsure: 1 });
    expect(await session.back()).toBe(true);
    expect(idsOf([(await session.current()) as never])).toBe('1-2');
  });

  it('lets what somebody else decided meanwhile stand, and tells of contradictions', async () => {
    const { made, store } = await database(target);
    await addPairs(made.engine, PAIRS);
    const session = await ReviewSession.start(store);
    await session.current();
    await store.decide([{ left: 1, right: 2, decision: 'same', ground: 'file' }]);
    expect((await session.answer('distinct')).decidedMeanwhile).toMatchObject({ decision: 'same', ground: 'file' });
    await session.current();
    expect(await session.answer('same')).toEqual({ decidedMeanwhile: null, contradiction: null });
    await session.current();
    expect((await session.answer('distinct')).contradiction).toEqual({ chain: [1, 2, 3], distinct: { left: 1, right: 3 } });
  });

  it('does not ask what was decided of customers that were merged since', async () => {
    const { made, store } = await database(target);
    await addPairs(made.engine, [
      [1, 2, 0.1],
      [1, 3, 0.2],
    ]);
    await store.decide([{ left: 2, right: 7, decision: 'distinct', ground: 'review' }]);
    await addRedirects(made.engine, [[7, 1]]);
    const session = await ReviewSession.start(store);
    expect(idsOf([(await session.current()) as never])).toBe('1-3');
  });
});

describeEachEngine('a file of decisions', (target) => {
  it('is taken once, told twice the same, and names what it cannot take', async () => {
    const { made, store } = await database(target);
    await addRedirects(made.engine, [
      [31, 3],
      [32, 3],
    ]);
    const text = [
      'left_id,right_id,decision,note',
      '1,2,same,x',
      '3,1,n,x',
      '#4,5,,x',
      '1,99,y,x',
      'one,2,y,x',
      '4,6,perhaps,x',
      '4,4,y,x',
      '5,6,yes,x',
      '6,5,no,x',
      '31,4,不同,x',
      '31,32,是,x',
      '31,3,no,x',
      '999999999999999999999,2,y,x',
      ',2,y,x',
      '1,2',
      '２,１,Ｙ,x',
    ].join('\n');
    const taken = await take(store, text);
    expect(taken).toEqual({
      ...{ same: 2, distinct: 2, unsure: 1, warnings: [] },
      rejects: [
        { line: 5, reason: 'right: there is no customer with this id' },
        { line: 6, reason: 'left: the id is no whole number' },
        { line: 7, reason: 'the decision is neither same nor distinct' },
        { line: 8, reason: 'left and right are the same customer' },
        { line: 9, reason: 'line 10 says the opposite of the same pair' },
        { line: 10, reason: 'line 9 says the opposite of the same pair' },
        { line: 13, reason: 'they were merged: take them apart with crm dedupe split' },
        { line: 14, reason: 'left: the id is no whole number' },
        { line: 15, reason: 'left: the id is missing' },
        { line: 16, reason: expect.stringMatching(/cells/) },
      ],
    });
    const after = ['1-2 same file tester', '1-3 distinct file tester', '3-4 distinct file tester'];
    expect(await decisionsOf(store)).toEqual(after);
    const before = await store.decisions();
    expect(await take(store, text)).toEqual(taken);
    expect(await store.decisions()).toEqual(before);
  });

  it('finds customers by ids of other systems', async () => {
    const { made, store } = await database(target);
    await importText(made, 'id,name,email\na1,Other,other@example.com\n', { source: 'crm2', name: 'other.csv' });
    const taken = await take(
      store,
      'left_external_id,right_external_id,decision\na2,shop:a3,y\na1,a2,y\nshop:a1,crm2:a1,n\nnone,a2,y\nshop:none,a2,\n',
    );
    expect(taken).toMatchObject({
      ...{ same: 1, distinct: 1, unsure: 0 },
      rejects: [
        { line: 3, reason: 'left: several customers have this external id: write it as source:id' },
        { line: 5, reason: 'left: there is no customer with this external id' },
        { line: 6, reason: 'left: there is no customer with this external id' },
      ],
    });
    expect(await decisionsOf(store)).toEqual(['1-7 distinct file tester', '2-3 same file tester']);
  });

  it('warns of what it changes and of what contradicts itself', async () => {
    const { store } = await database(target);
    await take(store, 'left_id,right_id,decision\n1,2,y\n2,3,n\n');
    const { warnings } = await take(store, 'left_id,right_id,decision\n2,3,y\n1,3,n\n');
    expect(warnings).toEqual([
      '1 pair was decided otherwise before: the file counts',
      'answers contradict each other: #1 = #2 = #3, but #1 ≠ #3',
    ]);
  });

  it('is what the export of pairs becomes when it is filled in', async () => {
    const { made, store } = await database(target);
    await made.repository.edit(1, { values: { name: '=1+1', phone: '+4930123456' }, addTags: [], removeTags: [] } as never);
    await addPairs(made.engine, [
      [1, 2, 0.5, { guards: ['shared_phone'] }],
      [2, 3, -4, { rule: 'name' }],
    ]);
    const text = async (options: Parameters<typeof exportPairs>[1] = {}): Promise<string> => {
      let written = '';
      await exportPairs(store, options, (piece) => {
        written += piece;
      });
      return written;
    };
    const open = await text();
    expect(open.split('\n')).toHaveLength(4);
    expect(open).toContain("\n1,2,0.585786,0.500,review,email,shared_phone,'=1+1,Person 2,p1@example.com,p2@example.com,'+4930123456,,");
    const filled = open.replace(/,\n2,/, ',same\n2,').replace(/,\n$/, ',distinct\n');
    expect(await take(store, filled)).toMatchObject({ same: 1, distinct: 1, unsure: 0, rejects: [] });
    expect(await text()).toBe(`${open.split('\n')[0]}\n`);
    expect(await text({ all: true })).toBe(filled);
    expect((await text({ all: true, minScore: 0.5 })).split('\n')).toHaveLength(3);
    expect((await text({ all: true, limit: 1 })).split('\n')).toHaveLength(3);
    const excel = await text({ all: true, excel: true });
    expect(excel).toBe(`\ufeff${filled.replaceAll('\n', '\r\n')}`);
    expect(await take(store, excel)).toMatchObject({ same: 1, distinct: 1, warnings: [], rejects: [] });
  });
});

describe('the header of a file of decisions', () => {
  it.each([
    ['left_id,right_id,decision', true],
    ['Left ID,Right-Id,DECISION', true],
    ['\ufeffleft_id;right_id;decision', true],
    ['decision,right_external_id,left_external_id', true],
    ['left_id,right_id', false],
    ['left_id,right_external_id,decision', false],
    ['1,2,same', false],
  ])('%s: %s', (header, isGood) => {
    const read = () => linesOf(`${header}\n`);
    if (isGood) expect(read().rejects).toEqual([]);
    else expect(read).toThrow('a file of decisions needs the columns left_id, right_id and decision');
  });
});
