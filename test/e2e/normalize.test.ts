import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { tempDir } from '../support/temp-dir.ts';

const FILE =
  'id,name,city,zip,country,phone\n1,"SMITH, JOHN",SAN FRANCISCO,94105,USA,(415) 555-2671\n2,张　伟,深圳,518057,中国,138 0013 8000\n3,Ada King,London,SW1A 1AA,UK,\n';

async function folder(): Promise<string> {
  const cwd = tempDir();
  writeFileSync(join(cwd, 'old.csv'), FILE);
  await runCli(['import', 'old.csv', '--no-normalize', '--quiet'], { cwd });
  return cwd;
}

describe('crm normalize', () => {
  test('shows what would change, changes it, and has nothing to do then', async () => {
    const cwd = await folder();
    const dry = await runCli(['normalize', '--dry-run'], { cwd });
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
    expect(dry.stdout).toContain('would change 2 customers');
    expect(dry.stdout).toMatch(/ name +│ +2 │ +0 │ +0 │ SMITH, JOHN → John Smith/);
    expect(dry.stdout).toContain('dry run: nothing was changed');
    expect((await runCli(['normalize', '--check'], { cwd })).exitCode).toBe(5);
    const done = await runCli(['normalize', '--json'], { cwd });
    expect(JSON.parse(done.stdout)).toMatchObject({ ok: true, command: 'normalize', run: 2, result: { examined: 3, changed: 2 } });
    expect(await runCli(['normalize', '--check', '--quiet'], { cwd })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    const history = (await runCli(['history', '--run', '2'], { cwd })).stdout;
    expect(history).toContain('name  SMITH, JOHN → John Smith');
  });

  test('saves a plan that apply executes', async () => {
    const cwd = await folder();
    const plan = await runCli(['normalize', '--fill', '--plan', 'plan.ndjson'], { cwd });
    expect(plan.stdout).toContain('plan saved to plan.ndjson; nothing was changed · do it: crm apply plan.ndjson');
    const applied = await runCli(['apply', 'plan.ndjson'], { cwd });
    expect(applied.stdout).toMatch(/^plan\.ndjson \(normalize\) → .*\napplied in .*: 3 examined, 3 changed/);
    expect((await runCli(['history', '--run', '2'], { cwd })).stdout).toContain('given_name  (empty) → 伟  (parts_from_name)');
    expect((await runCli(['normalize', '--fill', '--check'], { cwd })).exitCode).toBe(0);
    expect((await runCli(['normalize', '--plan', '-', '--json'], { cwd })).exitCode).toBe(2);
    const toStdout = await runCli(['normalize', '--plan', '-'], { cwd });
    expect(JSON.parse(toStdout.stdout.split('\n')[0] as string)).toMatchObject({ format: 'crm-plan', command: 'normalize' });
  });

  test('goes by the rules of the config file, and names a mistake in them', async () => {
    const cwd = await folder();
    writeFileSync(join(cwd, 'cities.csv'), 'written,canonical\nSan Francisco,SF\n');
    writeFileSync(
      join(cwd, 'crm.config.json'),
      '{ "normalize": { "rules": [{ "name": "cities", "field": "city", "lookup": "cities.csv" }] } }',
    );
    expect((await runCli(['normalize', '--field', 'city', '--dry-run'], { cwd })).stdout).toContain('SAN FRANCISCO → SF  (cities)');
    await runCli(['edit', '3', 'city=San Francisco', '--quiet'], { cwd });
    expect((await runCli(['query', 'id = 3', '--select', 'city', '--format', 'csv'], { cwd })).stdout).toBe('city\nSF\n');
    writeFileSync(join(cwd, 'crm.config.json'), '{ "normalize": { "rules": [{ "field": "cty", "map": {} }] } }');
    const wrong = await runCli(['normalize'], { cwd });
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    expect(wrong.stderr).toContain('normalize.rules[0].field: there is no field cty that can be set\nhint: did you mean city?');
  });

  test.each([
    [['--field', 'nmae'], 2, 'there is no field nmae to normalise; did you mean name?'],
    [['--where', 'cty = x'], 2, 'there is no field cty'],
    [['--max-changed', '1'], 6, 'more than the allowed 1 customers; nothing was changed'],
    [['--max-changed', '10%'], 6, 'more than the allowed 10 %'],
    [['--max-changed', 'few'], 2, '--max-changed few: give a number of customers or a percentage'],
    [['--keys', '--fill'], 2, 'cannot be used with option'],
    [['--db', 'none.db'], 10, 'there is no database at none.db'],
  ])('%j', async (args, exitCode, message) => {
    const cwd = await folder();
    const result = await runCli(['normalize', ...args], { cwd });
    expect(result.stderr).toContain(message);
    expect(result.exitCode).toBe(exitCode);
  });

  test('makes match keys again', async () => {
    const cwd = await folder();
    expect((await runCli(['normalize', '--keys'], { cwd })).stdout).toMatch(
      /^match keys of 3 customers examined in .*: all are up to date\n$/,
    );
  });
});
