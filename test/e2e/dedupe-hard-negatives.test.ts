import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { corpusCsv, corpusTruth, hardNegativeCorpus } from '../support/hard-negatives.ts';
import { tempDir } from '../support/temp-dir.ts';

const BACKGROUND = 3000;
/** So many of the true duplicates are in one cluster, or were joined by the import. */
const FOUND = 0.8;

const corpus = hardNegativeCorpus(BACKGROUND);
const folder = tempDir();
/** By kind, pairs of records of two people: ids of the records. */
type Wrong = Record<string, string[]>;

let joined: Wrong;
let merged: Wrong;
let clusterOf: Map<string, string>;
let evaluation: { auto: { wrongPairs: number }; imported: { wrongPairs: number }; precision: number; recall: number };

const crm = async (...args: string[]) => {
  const done = await runCli(args, { cwd: folder, timeoutMs: 60_000 });
  expect(done.stderr).toBe('');
  expect(done.exitCode).toBe(0);
  return (JSON.parse(done.stdout) as { result: Record<string, unknown> }).result;
};

beforeAll(async () => {
  writeFileSync(join(folder, 'corpus.csv'), corpusCsv(corpus));
  writeFileSync(join(folder, 'truth.csv'), corpusTruth(corpus));
  expect(await crm('import', 'corpus.csv', '--json')).toMatchObject({ read: corpus.rows.length, rejected: 0 });
  await crm('dedupe', 'find', '--json', '--pairs-out', 'pairs.csv', '--clusters-out', 'clusters.csv');
  const recordsOf = new Map<string, string[]>();
  clusterOf = new Map();
  for (const [cluster = '', customer = '', record = ''] of cells('clusters.csv')) {
    clusterOf.set(record, cluster);
    recordsOf.set(customer, [...(recordsOf.get(customer) ?? []), record]);
  }
  joined = {};
  for (const records of recordsOf.values()) note(joined, records, records);
  merged = {};
  for (const [left = '', right = '', , verdict] of cells('pairs.csv'))
    if (verdict === 'auto') note(merged, recordsOf.get(left) ?? [], recordsOf.get(right) ?? []);
  evaluation = (await crm('dedupe', 'eval', '--truth', 'truth.csv', '--json')) as unknown as typeof evaluation;
}, 120_000);

describe('customers that must never be merged without asking', () => {
  test('are all there, of every kind', () => {
    expect([...clusterOf.keys()].sort()).toEqual(corpus.rows.map(({ id }) => id).sort());
    expect(new Set(corpus.kindOf.values()).size).toBeGreaterThan(35);
  });

  test('are not joined by an import', () => {
    expect(joined).toEqual({});
  });

  test('are not merged by a search', () => {
    expect(merged).toEqual({});
  });

  test('and a truth says the same', () => {
    expect(evaluation.imported.wrongPairs).toBe(0);
    expect(evaluation.auto.wrongPairs).toBe(0);
  });
});

test('most true duplicates are found', () => {
  const missed: Record<string, number> = {};
  for (const { kind, left, right } of corpus.duplicates)
    if (clusterOf.get(left) !== clusterOf.get(right)) missed[kind] = (missed[kind] ?? 0) + 1;
  const count = Object.values(missed).reduce((sum, one) => sum + one, 0);
  expect(1 - count / corpus.duplicates.length, JSON.stringify(missed)).toBeGreaterThanOrEqual(FOUND);
});

/** Notes the pairs of records of two people under the kind of the first one that is no background. */
function note(wrong: Wrong, left: readonly string[], right: readonly string[]): void {
  for (const a of left) {
    for (const b of right) {
      if ((left === right && a >= b) || corpus.personOf.get(a) === corpus.personOf.get(b)) continue;
      const kinds = [...new Set([a, b].map((id) => corpus.kindOf.get(id)))].join(' / ');
      wrong[kinds] = [...(wrong[kinds] ?? []), `${a} ${b}`];
    }
  }
}

function cells(file: string): string[][] {
  const [, ...lines] = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split(','));
}
