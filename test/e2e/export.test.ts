import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CRM, runCli, runCliTty } from '../support/cli.ts';
import { runProgram } from '../support/run-program.ts';
import { resultOf, sampleFolder, withRepository } from '../support/sample-database.ts';
import { terminalAvailable } from '../support/terminal.ts';

let cwd = '';
beforeEach(async () => {
  cwd = await sampleFolder();
});

const crm = (...args: string[]) => runCli(args, { cwd });
const read = (file: string) => readFileSync(join(cwd, file), 'utf8');

describe('crm export', () => {
  test('writes every customer with all that an import can take back', async () => {
    const { exitCode, stdout, stderr } = await crm('export', 'out.csv');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^wrote 7 customers to out\.csv in .+ \(29 columns, .+ kB\)\n$/);
    const [header, first] = read('out.csv').split('\n') as [string, string];
    expect(header).toBe(
      'external_ids,kind,name,given_name,family_name,company_name,job_title,email,phone,phone_ext,website,street,city,region,postal_code,country,' +
        'birthday,gender,language,tax_id,lifecycle_stage,tier,owner,notes,first_contacted_at,last_contacted_at,created_at,tags,Lead source',
    );
    expect(first).toMatch(
      /^shop:1,person,Ada Lovelace,,,Analytical Engines,,ada@example\.com,\+442079460000,.*,"first ""programmer""",,,.*Z,early; vip,fair$/,
    );
    expect(readdirSync(cwd).filter((name) => name.includes('.part-'))).toEqual([]);
  });

  test.each(['out.csv', 'out.tsv', 'out.ndjson', 'out.jsonl'])('imported again, %s changes nothing', async (file) => {
    await crm('edit', '1', 'birthday=soon', 'attributes.tags=x', 'attributes.Mobile= 007', 'attributes.a;b=c', 'attributes.id=9');
    await crm('add', 'city=Nowhere', 'notes=without any key');
    await crm('edit', '2', 'notes=FranÃ§ois', 'city=#NAME?', 'postal_code=1.38E+10');
    await crm('export', file);
    const { read: rows, unchanged } = resultOf((await crm('import', file, '--json')).stdout);
    expect({ rows, unchanged }).toEqual({ rows: 8, unchanged: 8 });
  });

  test('writes what is selected, under names that an import understands', async () => {
    await crm('edit', '2', 'attributes.Mobile=x');
    await crm(
      'export',
      'some.csv',
      'country',
      '=',
      'Germany',
      '--select',
      'name,Lead source,tag',
      '--select',
      'attributes.Mobile',
      '--sort',
      '-name',
      '--limit',
      '2',
    );
    expect(read('some.csv')).toBe('name,Lead source,tag,attributes.Mobile\nMax Müller,web,vip,x\nEve Green,,cold,\n');
    await crm('query', 'tag = vip', '--save', 'vips');
    expect((await crm('export', '-', '--segment', 'vips', '--search', 'berlin', '--select', 'id')).stdout).toBe('id\n2\n');
  });

  test('writes NDJSON and JSON, numbers as numbers', async () => {
    expect((await crm('export', '-', 'id <= 2', '--select', 'id,name', '--format', 'ndjson')).stdout).toBe(
      '{"id":1,"name":"Ada Lovelace"}\n{"id":2,"name":"Max Müller"}\n',
    );
    await crm('export', 'out.json', 'id <= 2', '--select', 'id,name');
    expect(JSON.parse(read('out.json'))).toEqual([
      { id: 1, name: 'Ada Lovelace' },
      { id: 2, name: 'Max Müller' },
    ]);
    await crm('export', 'none.json', 'id = 99');
    expect(JSON.parse(read('none.json'))).toEqual([]);
  });

  test('writes CSV as spreadsheets want it', async () => {
    await crm('export', 'excel.csv', 'id = 4', '--select', 'name,notes,phone', '--excel', '--delimiter', ';');
    expect(read('excel.csv')).toBe('\ufeff"name";"notes";"phone"\r\nBob Stone;=1+1;\r\n'.replaceAll('"', ''));
    await crm('export', 'safe.csv', 'id in (4, 5)', '--select', 'notes,phone', '--formula-safe');
    expect(read('safe.csv')).toBe("notes,phone\n'=1+1,\n007,'+4930999999\n");
    await crm('export', 'tab.csv', 'id = 4', '--select', 'name,notes', '--delimiter', '\\t');
    expect(read('tab.csv')).toBe('name\tnotes\nBob Stone\t=1+1\n');
  });

  test('tells with --json what it did', async () => {
    const result = resultOf((await crm('export', 'out.csv', '--json')).stdout);
    expect(result).toEqual({
      file: 'out.csv',
      format: 'csv',
      rows: 7,
      columns: 29,
      bytes: statSync(join(cwd, 'out.csv')).size,
      elapsedMs: expect.any(Number),
    });
    expect(await crm('export', 'quiet.csv', '--quiet')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('replaces a file at once, keeps its mode, and follows a link', async () => {
    mkdirSync(join(cwd, 'real'));
    writeFileSync(join(cwd, 'real', 'old.csv'), 'old');
    chmodSync(join(cwd, 'real', 'old.csv'), 0o640);
    symlinkSync(join('real', 'old.csv'), join(cwd, 'link.csv'));
    await crm('export', 'link.csv', '--select', 'id', '--limit', '1');
    expect(readlinkSync(join(cwd, 'link.csv'))).toBe(join('real', 'old.csv'));
    expect(read('real/old.csv')).toBe('id\n1\n');
    expect(statSync(join(cwd, 'real', 'old.csv')).mode & 0o777).toBe(0o640);
  });

  test.each([
    [['-', '--json'], 2, /--json and -/],
    [['x.xlsx'], 2, /xlsx cannot be written/],
    [['nothing'], 2, /no ending/],
    [['x.ndjson', '--excel'], 2, /--excel is for CSV/],
    [['x.csv', '--delimiter', '""'], 2, /delimiter/],
    [['x.csv', 'cty = 1'], 2, /did you mean city/],
    [['none/x.csv'], 1, /its folder does not exist/],
    [['folder.csv'], 1, /it is a folder/],
  ])('%j fails and leaves nothing behind', async (args, exitCode, message) => {
    mkdirSync(join(cwd, 'folder.csv'));
    const failed = await crm('export', ...args);
    expect(failed).toMatchObject({ exitCode, stdout: '' });
    expect(failed.stderr).toMatch(message);
    expect(readdirSync(cwd).sort()).toEqual(expect.arrayContaining(['crm.db', 'folder.csv', 'people.csv']));
    expect(existsSync(join(cwd, 'x.csv'))).toBe(false);
    expect(readdirSync(cwd).filter((name) => name.includes('.part-'))).toEqual([]);
  });
});

describe('an export that is stopped', () => {
  test('by Ctrl-C leaves the old file and exits with 130', { timeout: 60_000 }, async () => {
    await withRepository(cwd, async (repository) => {
      for (let i = 0; i < 3000; i++) await repository.add({ name: `N${i}` });
    });
    writeFileSync(join(cwd, 'out.csv'), 'old');
    const pid = { value: 0 };
    const { exitCode, stderr } = await runCli(['export', 'out.csv'], {
      cwd,
      onStart: (child) => {
        pid.value = child.pid as number;
        const timer = setInterval(() => {
          if (!existsSync(join(cwd, `out.csv.part-${pid.value}`))) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 1);
        child.on('close', () => clearInterval(timer));
      },
    });
    // A fast machine may have finished before the signal came.
    if (exitCode === 0) expect(read('out.csv')).toContain('N2999');
    else
      expect({ exitCode, old: read('out.csv'), stderr }).toEqual({
        exitCode: 130,
        old: 'old',
        stderr: expect.stringContaining('interrupted'),
      });
    expect(readdirSync(cwd).filter((name) => name.includes('.part-'))).toEqual([]);
  });

  test('because the reader went away is no error', async () => {
    const line = `"${process.execPath}" "${CRM}" export - | head -1 | cut -c1-17; echo "\${PIPESTATUS[0]}"`;
    expect(await runProgram('bash', ['-c', line], { cwd })).toMatchObject({ stdout: 'external_ids,kind\n0\n', stderr: '' });
  });

  test.skipIf(!existsSync('/dev/full'))('because the disk is full says so', async () => {
    symlinkSync('/dev/full', join(cwd, 'full.csv'));
    expect(await crm('export', 'full.csv')).toMatchObject({ exitCode: 15, stderr: expect.stringContaining('no space left') });
  });

  test.skipIf(!terminalAvailable)('no progress disturbs an export to the terminal', async () => {
    const { output } = await runCliTty(['export', '-', '--select', 'id', '--limit', '2'], { cwd });
    expect(output).toBe('id\r\n1\r\n2\r\n');
  });
});
