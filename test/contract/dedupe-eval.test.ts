import { expect, it } from 'vitest';
import { estimateByStoredDecisions, SampleDecisions } from '../../src/dedupe/eval-decisions.ts';
import { drawSample } from '../../src/dedupe/eval-sample.ts';
import { TruthLines } from '../../src/dedupe/eval-truth.ts';
import { evaluateDuplicates } from '../../src/dedupe/evaluate.ts';
import { importText, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { addClusters, addPairs } from '../support/duplicate-rows.ts';
import { describeEachEngine } from '../support/engines.ts';

// Customers 1 to 6: Ada twice under one mailbox is customer 1, with the ids 1 and 2.
const PEOPLE = `id,first_name,last_name,email,city
1,Ada,Berg,ada@x.org,Leeds
2,Ada,Berg,ada@x.org,Leeds
3,Ada,Borg,ada@y.org,Leeds
4,Bob,Dorn,bob@x.org,York
5,Robert,Dorn,rob@x.org,York
6,Eve,Frank,eve@x.org,Bath
7,Eva,Frank,eva@x.org,Bath
`;

function truthOf(text: string) {
  const lines = new TruthLines();
  const [header = '', ...records] = text.split('\n');
  lines.header(header.split(','));
  for (const [index, record] of records.entries()) lines.record(record.split(','), { line: index + 2 });
  return lines.truth;
}

async function searched(database: TestDatabase): Promise<void> {
  await importText(database, PEOPLE, { name: 'shop.csv' });
  await addPairs(database.engine, [
    [1, 2, 9, { verdict: 'auto' }],
    [3, 4, -3, { verdict: 'distinct' }],
    [5, 6, 4, { rule: 'name' }],
  ]);
  await addClusters(database.engine, [[1, 2]], 'auto');
  await addClusters(database.engine, [[5, 6]]);
  await database.engine.transaction(async (connection) => {
    await connection.run('UPDATE duplicate_clusters SET auto_id = 1 WHERE cluster_id = 1');
  });
}

const OPTIONS = { examples: 2, worst: 5 };

describeEachEngine('measuring duplicates', (target) => {
  it('by a truth: external ids are the records', async () => {
    const database = await testDatabase(target);
    await searched(database);
    const store = await database.repository.duplicates();
    const truth = truthOf('external_id,cluster\n1,ada\n2,ada\n3,ada\nshop:4,bob\n5,bob\n6,eve\n7,eva\n99,nobody');
    const found = await evaluateDuplicates(store, truth, OPTIONS);
    expect(found).toMatchObject({
      ...{ records: 7, truePairs: 4, foundPairs: 4, missedPairs: 1, wrongPairs: 1 },
      ...{ precision: 0.75, recall: 0.75, f1: 0.75 },
      auto: { precision: 1, recall: 0.75, foundPairs: 3, wrongPairs: 0 },
      pairwise: { precision: 0.75, recall: 0.75 },
      blocking: { recall: 1 },
      imported: { pairs: 1, wrongPairs: 0 },
      ids: { unknown: 1, ambiguous: 0, contradictory: 0, unlabelled: 0 },
      examined: { missed: 1, merged: 1 },
    });
    expect(found.bcubed.precision).toBeCloseTo(6 / 7);
    expect(found.errors).toMatchObject([
      { kind: 'nickname', falseNegatives: 1, falsePositives: 0, examples: [{ left_external_id: 'shop:4', right_external_id: '5' }] },
      { kind: 'other name', falseNegatives: 0, falsePositives: 1, examples: [{ error: 'merged', left_id: 5, right_id: 6 }] },
      { kind: 'changed e-mail', falseNegatives: 1, falsePositives: 0 },
    ]);
    expect(found.worst).toMatchObject([{ left_id: 5, right_id: 6, left_external_id: '6', right_external_id: '7', bits: 4, rule: 'name' }]);
  });

  it('by pairs that are one person, and customers that the import joined wrongly', async () => {
    const database = await testDatabase(target);
    await searched(database);
    const store = await database.repository.duplicates();
    const found = await evaluateDuplicates(store, truthOf('left_external_id,right_external_id\n4,5\n1,1\n2,3'), OPTIONS);
    expect(found).toMatchObject({ records: 5, truePairs: 2, foundPairs: 3, imported: { pairs: 1, wrongPairs: 1 } });
    expect(found.ids.unlabelled).toBe(2);
    expect(found.errors.find(({ kind }) => kind === 'joined by the import')).toMatchObject({
      falsePositives: 1,
      examples: [{ left_external_id: '1', right_external_id: '2' }],
    });
  });

  it('an id of several sources is left out until its source is named', async () => {
    const database = await testDatabase(target);
    await searched(database);
    await importText(database, 'id,name\n6,Zoe Igel\n', { name: 'crm.csv' });
    const store = await database.repository.duplicates();
    const bare = await evaluateDuplicates(store, truthOf('external_id,cluster\n6,a\n7,a'), OPTIONS);
    expect(bare).toMatchObject({ records: 1, truePairs: 0, ids: { ambiguous: 1 } });
    const named = await evaluateDuplicates(store, truthOf('external_id,cluster\nshop:6,a\ncrm:6,b\n7,a'), OPTIONS);
    expect(named).toMatchObject({ records: 3, truePairs: 1, recall: 1, ids: { ambiguous: 0 } });
  });

  it('by a sample: drawn the same way twice, decided by a person', async () => {
    const database = await testDatabase(target);
    await importText(database, `id,name\n${Array.from({ length: 60 }, (_, i) => `${i + 1},"=P${i}"\n`).join('')}`);
    await addPairs(
      database.engine,
      Array.from({ length: 50 }, (_, i) => [i + 1, i + 2, i / 2, { verdict: i % 2 === 0 ? 'auto' : 'review' }] as const),
    );
    const store = await database.repository.duplicates();
    const draw = async (seed: number) => {
      const text: string[] = [];
      const result = await drawSample(store, { size: 20, seed, write: (more) => void text.push(more) });
      return { result, lines: text.join('').trimEnd().split('\n') };
    };
    const { result, lines } = await draw(1);
    expect(result).toMatchObject({ population: 50, sampled: 20 });
    expect(result.strata.map(({ pairs, sampled }) => [pairs, sampled])).toEqual(Array.from({ length: 10 }, () => [5, 2]));
    expect((await draw(1)).lines).toEqual(lines);
    expect((await draw(2)).lines).not.toEqual(lines);
    expect(lines[1]).toContain("'=P");
    const decisions = new SampleDecisions();
    const [header = '', ...records] = lines;
    decisions.header(header.split(','));
    for (const [index, record] of records.entries()) {
      const cells = record.split(',');
      decisions.record([...cells.slice(0, -1), Number(cells[4]) >= 5 ? 'same' : 'distinct'], { line: index + 2 });
    }
    const { estimate } = decisions;
    expect(estimate).toMatchObject({ population: 50, decided: 20, same: 16 });
    expect(estimate.precision?.value).toBeCloseTo(0.8);

    expect((await estimateByStoredDecisions(store, undefined)).precision).toBeNull();
    await store.decide([
      { left: 50, right: 51, decision: 'same', ground: 'review' },
      { left: 1, right: 2, decision: 'distinct', ground: 'review' },
    ]);
    expect(await estimateByStoredDecisions(store, undefined)).toMatchObject({
      population: 50,
      decided: 2,
      same: 1,
      precision: { value: 0.5 },
    });
  });
});
