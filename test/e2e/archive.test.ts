import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { peopleCsv } from '../support/people-file.ts';
import type { RunResult } from '../support/run-program.ts';
import { sampleFolder, withRepository } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';

const CONFIG = { archive: { policies: { berlin: 'city = Berlin', cold: 'tag = cold' } } };

async function folder(config: unknown = CONFIG): Promise<{ readonly cwd: string; crm(...args: string[]): Promise<RunResult> }> {
  const cwd = await sampleFolder();
  writeFileSync(join(cwd, 'crm.config.json'), JSON.stringify(config));
  return { cwd, crm: (...args) => runCli(args, { cwd }) };
}

const resultOf = ({ stdout }: RunResult): Record<string, unknown> => (JSON.parse(stdout) as { result: Record<string, unknown> }).result;

describe('crm archive', () => {
  test('moves by the policies of the config file, silently with --quiet, and back; the export is the same', async () => {
    const { cwd, crm } = await folder();
    await crm('export', 'before.csv', '--quiet');
    const dry = await crm('archive', 'run', '--dry-run', '--json');
    expect(resultOf(dry)).toMatchObject({ examined: 7, archived: 3, byPolicy: { berlin: 3, cold: 0 }, dryRun: true });
    expect(existsSync(join(cwd, 'crm-archive.db'))).toBe(false);
    expect(await crm('archive', 'run', '--quiet')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect((await crm('query', '--count')).stdout).toBe('4\n');
    const list = await crm('archive', 'list', '--format', 'csv');
    expect(list.stdout.split('\n').map((line) => line.replace(/,20\d\d-[^,]*/, ',WHEN'))).toEqual([
      'id,name,company_name,email,phone,city,country,archived_at,archived_by,policy',
      '2,Max Müller,Müller GmbH,max@example.de,+4930123456,Berlin,DE,WHEN,2,berlin',
      '4,Bob Stone,Stone,bob@example.com,,Berlin,DE,WHEN,2,berlin',
      '5,Eve Green,Green,eve@example.com,+4930999999,Berlin,DE,WHEN,2,berlin',
      '',
    ]);
    expect(resultOf(await crm('archive', 'search', 'mull', '--json'))).toMatchObject({ total: 1, rows: [{ id: 2 }] });
    expect(resultOf(await crm('archive', 'show', 'max@example.de', '--json'))).toMatchObject({
      customer: { id: 2 },
      archived: { run: 2, policy: 'berlin' },
    });
    const back = await crm('archive', 'restore', '2', '4', '5', '7', '--json');
    expect([back.exitCode, resultOf(back)]).toEqual([5, expect.objectContaining({ restored: 3, missing: [7], collisions: [] })]);
    await crm('export', 'after.csv', '--quiet');
    expect(readFileSync(join(cwd, 'after.csv'))).toEqual(readFileSync(join(cwd, 'before.csv')));
  });

  test.each([{}, { CRM_KEY: 'secret' }])(
    'moves many in several threads, and gives them back as they were %#',
    { timeout: 120_000 },
    async (env) => {
      const cwd = tempDir();
      const crm = (...args: string[]): Promise<RunResult> => runCli(args, { cwd, env });
      writeFileSync(join(cwd, 'people.csv'), peopleCsv(4000, { seed: 9 }));
      expect((await crm('import', 'people.csv', '--source', 'shop', '--quiet', '--rejects', 'rejects.csv')).exitCode).toBeLessThanOrEqual(
        3,
      );
      await crm('export', 'before.csv', '--sort', 'id', '--quiet');
      const archived = resultOf(await crm('archive', 'run', '--where', 'city != Dublin', '--json'));
      expect(archived.archived).toBeGreaterThan(2000);
      expect(resultOf(await crm('archive', 'search', 'ada', '--json'))).toMatchObject({ total: expect.any(Number) });
      expect(await crm('maintain', '--check', '--quiet')).toMatchObject({ exitCode: 0 });
      expect(resultOf(await crm('archive', 'restore', '--run', '2', '--json'))).toMatchObject({ restored: archived.archived });
      await crm('export', 'after.csv', '--sort', 'id', '--quiet');
      expect(readFileSync(join(cwd, 'after.csv'))).toEqual(readFileSync(join(cwd, 'before.csv')));
    },
  );

  test('is stopped by --max, and applies its plans', async () => {
    const { cwd, crm } = await folder();
    expect(await crm('archive', 'run', '--policy', 'berlin', '--max', '40%')).toMatchObject({
      exitCode: 6,
      stderr:
        'error: 3 of 7 customers would be archived, more than the allowed 40 %; nothing was written\nhint: look at who it would be: crm archive run --dry-run\n',
    });
    await crm('archive', 'run', '--policy', 'berlin', '--plan', 'plan.ndjson', '--quiet');
    expect(existsSync(join(cwd, 'crm-archive.db'))).toBe(false);
    const applied = await crm('apply', 'plan.ndjson', '--json');
    expect([applied.exitCode, resultOf(applied)]).toEqual([
      0,
      expect.objectContaining({ planned: 'archive run', archived: 3, rejects: null }),
    ]);
    expect((await crm('apply', 'plan.ndjson')).exitCode).toBe(6);
    expect((await crm('undo', 'last')).stdout).toContain('3 records changed back');
    expect((await crm('query', '--count')).stdout).toBe('7\n');
  });

  test.each<[readonly string[], number, string]>([
    [['run', '--policy', 'berln'], 2, 'there is no archive policy berln'],
    [['run', '--where', 'citty = Berlin'], 2, 'the filter, at character 1: there is no field citty; did you mean city?'],
    [['list'], 10, 'the archive: there is no database at ./crm-archive.db'],
    [['restore'], 2, 'say who is to come back: ids, --where or --run'],
    [['restore', '--run', '1', '4'], 2, 'ids cannot go with --where or --run'],
    [['run', '--where', 'id = 1', '--archive-db', './crm.db'], 2, 'a database cannot be its own archive'],
  ])('says what is wrong with %j', async (args, exitCode, message) => {
    const { crm } = await folder();
    const result = await crm('archive', ...args);
    expect([result.exitCode, result.stderr.split('\n')[0]]).toEqual([exitCode, `error: ${message}`]);
  });

  test('names the policy whose filter is wrong, and the place in the config file', async () => {
    const wrong = await folder({ archive: { policies: { old: 'last_contacted_at <' } } });
    expect((await wrong.crm('archive', 'run')).stderr).toMatch(/^error: policy old: /);
    const invalid = await folder({ archive: { policies: { old: 3 } } });
    expect((await invalid.crm('archive', 'run')).stderr).toMatch(
      /^error: .*crm\.config\.json: archive\.policies\.old: it must be a filter/,
    );
  });

  test('goes where the config file, the environment or the option says', async () => {
    const { cwd, crm } = await folder({ archive: { ...CONFIG.archive, database: './config.db' } });
    await crm('archive', 'run', '--policy', 'cold', '--where', 'id = 5', '--quiet');
    await runCli(['archive', 'list'], { cwd, env: { CRM_ARCHIVE_DB: './env.db' } }).then(({ exitCode }) => expect(exitCode).toBe(10));
    expect(existsSync(join(cwd, 'config.db'))).toBe(true);
    expect((await crm('archive', 'list', '--archive-db', './config.db', '--select', 'id', '--format', 'csv')).stdout).toBe('id\n5\n');
  });

  test('brings a customer back whom an import names, and the reader is told where one is', async () => {
    const { cwd, crm } = await folder();
    await crm('archive', 'run', '--quiet');
    writeFileSync(join(cwd, 'more.csv'), 'id,name,city\n4,Bob Stone,Bonn\n');
    expect((await crm('show', 'bob@example.com')).stderr).toMatch(
      /^error: customer 4 is archived since 20\d\d-\d\d-\d\d\nhint: look: crm archive show 4 · bring back: crm archive restore 4\n$/,
    );
    expect((await crm('archive', 'show', 'ada@example.com')).stderr).toMatch(
      /^error: customer 1 is not in the archive\nhint: look: crm show 1\n$/,
    );
    expect((await crm('archive', 'show', 'nowhere@example.com')).stderr).toMatch(/^error: there is no customer with that id/);
    const { stdout, stderr } = await crm('import', 'more.csv', '--source', 'shop');
    expect(stdout).toContain('read 1 row in');
    expect(stderr).toContain('warning: 1 row about archived customers: brought back (line 2)');
    expect((await crm('query', 'id = 4', '--select', 'city', '--format', 'csv')).stdout).toBe('city\nBonn\n');
  });
});

test('crm show notes that a customer was looked at, and nothing else', async () => {
  const { cwd, crm } = await folder();
  const state = (): Promise<unknown> =>
    withRepository(cwd, async (repository) => [(await repository.get(1))?.customer, await repository.runs({ limit: 9 })]);
  const [before, runs] = (await state()) as [object, unknown];
  await crm('show', '1');
  expect(await state()).toEqual([{ ...before, accessed_at: expect.stringMatching(/^20\d\d-/) }, runs]);
});
