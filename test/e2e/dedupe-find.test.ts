import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findDuplicates } from '../../src/dedupe/find-duplicates.ts';
import { writePairs } from '../../src/dedupe/find-files.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { runCli } from '../support/cli.ts';
import { corpusCsv, hardNegativeCorpus } from '../support/hard-negatives.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Enough for the search to use several threads. */
const MANY = 5000;
const cwd = tempDir();
const crm = (...args: string[]) => runCli(args, { cwd, timeoutMs: 60_000 });

beforeAll(async () => {
  writeFileSync(join(cwd, 'many.csv'), corpusCsv(hardNegativeCorpus(MANY)));
  writeFileSync(
    join(cwd, 'few.csv'),
    'id,first_name,last_name,email,birthday,Shoe size\n1,Ada,Lovelace,ada@x.org,1815-12-10,38\n2,Ada,Lovelace,ada.l@x.org,1815-12-10,38\n3,Bob,Miller,bob@x.org,,44\n4,王,小明,,1990-01-31,\n',
  );
  expect(await crm('import', 'many.csv', '--db', 'many.db', '-q')).toMatchObject({ exitCode: 0 });
  expect(await crm('import', 'few.csv', '--db', 'few.db', '-q')).toMatchObject({ exitCode: 0 });
}, 120_000);

describe('crm dedupe find', () => {
  test('says in a few lines what it found, and what to do next', async () => {
    const { stdout, stderr, exitCode } = await crm('dedupe', 'find', '--db', 'few.db');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/^4 customers compared in .* \(6 pairs\): 1 cluster of likely duplicates, 1 customer too many\n/);
    expect(stdout).toMatch(/merge: crm dedupe merge --auto --dry-run|decide: crm dedupe review/);
    const quiet = await crm('dedupe', 'find', '--db', 'few.db', '-q');
    expect(quiet).toMatchObject({ stdout: '', stderr: '', exitCode: 0 });
  });

  test('writes pairs and clusters, to a file or to standard output', async () => {
    const clusters = await crm('dedupe', 'find', '--db', 'few.db', '--clusters-out', '-');
    expect(clusters.stdout).toBe('cluster_id,customer_id,external_id\n1,1,1\n1,2,2\n3,3,3\n4,4,4\n');
    expect(await crm('dedupe', 'find', '--db', 'few.db', '--pairs-out', 'pairs.csv', '-q')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(cwd, 'pairs.csv'), 'utf8')).toMatch(/^left_id,right_id,score,verdict\n1,2,(?:1|0\.9\d*),(auto|review)\n$/);
    expect(await crm('dedupe', 'find', '--db', 'few.db', '--pairs-out', 'none/pairs.csv')).toMatchObject({ exitCode: 1 });
    expect(await crm('dedupe', 'find', '--db', 'few.db', '--pairs-out', '-', '--json')).toMatchObject({ exitCode: 2 });
  });

  test('compares the fields that are named, and knows them', async () => {
    const named = await crm('dedupe', 'find', '--db', 'few.db', '--columns', 'given_name,family_name,Shoe size', '--json', '--no-keep');
    const { model } = (JSON.parse(named.stdout) as { result: { model: { populations: { comparisons: { field: string }[] }[] } } }).result;
    expect(model.populations[0]?.comparisons.map(({ field }) => field)).toEqual(['given_name', 'family_name', 'attributes.Shoe size']);
    const wrong = await crm('dedupe', 'find', '--db', 'few.db', '--columns', 'Shoe sise');
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    expect(wrong.stderr).toContain('did you mean “Shoe size”?');
    expect(await crm('dedupe', 'find', '--db', 'few.db', '--new', '--where', 'id = 1')).toMatchObject({ exitCode: 2 });
    expect(await crm('dedupe', 'find', '--db', 'none.db')).toMatchObject({ exitCode: 10 });
  });

  test('says the same in several threads as in one', async () => {
    expect(await crm('dedupe', 'find', '--db', 'many.db', '--pairs-out', 'threads.csv', '-q')).toMatchObject({ exitCode: 0, stderr: '' });
    const repository = await openRepository(join(cwd, 'many.db'));
    try {
      const found = await findDuplicates(await repository.duplicates(), { scope: {}, columns: null, keep: false });
      expect(found.summary.candidatePairs).toBeGreaterThan(100_000);
      let text = '';
      await writePairs(found, (more) => {
        text += more;
      });
      expect(readFileSync(join(cwd, 'threads.csv'), 'utf8')).toBe(text);
    } finally {
      await repository.close();
    }
  }, 60_000);

  test('an import warns of likely duplicates', async () => {
    writeFileSync(join(cwd, 'more.csv'), 'id,first_name,last_name,email,birthday\n9,Ada,Lovelace,a.lovelace@y.org,1815-12-10\n');
    const { stdout, exitCode } = await crm('import', 'more.csv', '--db', 'few.db', '--check-duplicates', '--match', 'none', '--json');
    expect(exitCode).toBe(0);
    const { result, warnings } = JSON.parse(stdout) as { result: { duplicates: { pairs: number } }; warnings: string[] };
    expect(result.duplicates.pairs).toBe(2);
    expect(warnings.at(-1)).toMatch(/^2 likely duplicate pairs/);
  });
});
