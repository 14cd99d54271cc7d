import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CRM, runCli } from '../support/cli.ts';
import { runProgram } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const PEOPLE = 'id,name,email,city\n1,Ada King,ada@example.org,Rome\n2,Bob Ray,bob@example.org,Oslo\n';

let cwd = '';
beforeEach(() => {
  cwd = tempDir();
  writeFileSync(join(cwd, 'people.csv'), PEOPLE);
});

const crm = (...args: string[]) => runCli(args, { cwd });

describe('crm import --plan and crm apply', () => {
  test('save what would happen, and do exactly that', async () => {
    const planned = await crm('import', 'people.csv', '--plan', 'plan.ndjson');
    expect(planned).toMatchObject({ exitCode: 0, stderr: '' });
    expect(planned.stdout).toContain('would read 2 rows');
    expect(planned.stdout).toContain('crm apply plan.ndjson');
    expect((await crm('query', '--count')).stdout).toBe('0\n');
    const applied = await crm('apply', 'plan.ndjson');
    expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
    expect(applied.stdout).toMatch(/applied 2 rows in .*: 2 created, 0 updated, 0 unchanged, 0 rejected\nrun \d+ /);
    expect((await crm('query', '--select', 'name,city', '--format', 'csv')).stdout).toBe('name,city\nAda King,Rome\nBob Ray,Oslo\n');
    const history = (await crm('history', '--json')).stdout;
    expect(JSON.parse(history)).toMatchObject({ result: { runs: [{ command: 'apply', source_name: 'people.csv' }] } });
  });

  test('through a pipe', async () => {
    await crm('init', '--yes');
    const script = `"${process.execPath}" "${CRM}" import people.csv --plan - | "${process.execPath}" "${CRM}" apply - --json`;
    const { stdout, exitCode } = await runProgram('bash', ['-o', 'pipefail', '-c', script], { cwd });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      command: 'apply',
      result: { plan: 'standard input', planned: 'import', created: 2 },
    });
  });

  test('exit 6 when the data moved, and 3 when rows were rejected', async () => {
    writeFileSync(join(cwd, 'people.csv'), `${PEOPLE}3,x,y,z,too,many\n`);
    expect((await crm('import', 'people.csv', '--plan', 'plan.ndjson')).exitCode).toBe(3);
    expect(existsSync(join(cwd, 'people.csv.rejects.csv'))).toBe(false);
    expect((await crm('apply', 'plan.ndjson')).exitCode).toBe(3);
    expect(readFileSync(join(cwd, 'people.csv.rejects.csv'), 'utf8')).toContain('TOO_MANY_CELLS');
    const again = await crm('apply', 'plan.ndjson');
    expect(again).toMatchObject({ exitCode: 6, stdout: '' });
    expect(again.stderr).toMatch(
      /^error: the data moved since the plan was made; since then: run \d+ \(apply\); 4 places differ: #1 external_id, #2 external_id, #1 email, #2 email; nothing was written\nhint: /,
    );
    expect(again.stderr).not.toContain('ada@example.org');
  });

  test('exit 4 for what is no plan, 14 for a changed one, 10 without a database, 2 for two outputs in one', async () => {
    expect((await crm('apply', 'people.csv')).exitCode).toBe(4);
    expect((await crm('apply', 'missing.ndjson')).exitCode).toBe(4);
    await crm('import', 'people.csv', '--plan', 'plan.ndjson');
    expect((await crm('--db', 'none.db', 'apply', 'plan.ndjson')).exitCode).toBe(10);
    writeFileSync(join(cwd, 'changed.ndjson'), readFileSync(join(cwd, 'plan.ndjson'), 'utf8').replaceAll('Rome', 'Home'));
    expect((await crm('apply', 'changed.ndjson')).exitCode).toBe(14);
    expect((await crm('import', 'people.csv', '--plan', '-', '--json')).exitCode).toBe(2);
  });

  test('a plan that cannot be made leaves what was there', async () => {
    await crm('import', 'people.csv', '--plan', 'plan.ndjson');
    const before = readFileSync(join(cwd, 'plan.ndjson'), 'utf8');
    writeFileSync(join(cwd, 'bad.csv'), 'name,email\nA,a@example.org,x\n');
    expect((await crm('import', 'bad.csv', '--max-rejects', '0', '--plan', 'plan.ndjson')).exitCode).toBe(6);
    expect(readFileSync(join(cwd, 'plan.ndjson'), 'utf8')).toBe(before);
  });
});
