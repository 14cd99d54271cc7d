import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { runCli, runCliTty } from '../support/cli.ts';
import { PEOPLE, resultOf, sampleFolder } from '../support/sample-database.ts';
import { terminalAvailable } from '../support/terminal.ts';

let cwd = '';
beforeEach(async () => {
  cwd = await sampleFolder();
});

interface History {
  readonly runs: readonly { readonly id: number; readonly command: string; readonly status: string }[];
}

const crm = (...args: string[]) => runCli(args, { cwd });
const runs = async (...args: string[]) =>
  resultOf<History>((await crm('history', ...args, '--json')).stdout).runs.map(({ id, command, status }) => `${id} ${command} ${status}`);

describe('crm history', () => {
  test('lists the runs, the newest first, and what each was about', async () => {
    await crm('edit', '2', 'city=Bonn', 'tier=A');
    await crm('delete', '3', '4');
    await crm('undo', '2');
    const { stdout, exitCode } = await crm('history');
    const lines = stdout
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'NOW')
      .split('\n')
      .map((line) =>
        line
          .split('│')
          .map((cell) => cell.trim())
          .slice(0, 6)
          .join('|'),
      );
    expect({ exitCode, lines }).toEqual({
      exitCode: 0,
      lines: [
        'run|when|command|what|did|status',
        expect.stringMatching(/^─+/),
        '4|NOW|undo|run 2|1 reverted|done',
        '3|NOW|delete|#3, #4|2 deleted|done',
        '2|NOW|edit|#2 city, tier|1 updated|undone',
        '1|NOW|import|people.csv|7 created|done',
        '',
      ],
    });
    expect(await runs('--limit', '2')).toEqual(['4 undo done', '3 delete done']);
  });

  test('of one customer, also of a deleted one', async () => {
    await crm('edit', '2', 'city=Bonn');
    await crm('delete', '3');
    expect(await runs('--customer', 'max@example.de')).toEqual(['2 edit done', '1 import done']);
    expect(await runs('--customer', '3')).toEqual(['3 delete done', '1 import done']);
    expect(await runs('--customer', '13800138000', '--country', 'CN', '--customer', '2')).toEqual(['2 edit done', '1 import done']);
    expect(await crm('history', '--customer', 'x@nowhere.example')).toMatchObject({ exitCode: 2 });
  });

  test('shows the changes of a run, before and after', async () => {
    await crm('edit', '2', 'city=Bonn', 'notes=', '--tag', 'new');
    const { stdout } = await crm('history', '--run', 'last');
    expect(stdout).toContain('run 2  edit #2 city, notes\n');
    expect(stdout).toContain('Changed\n  #2 tags added\n    tag  new\n  #2\n    city  Berlin → Bonn\n    notes  two⏎lines → (empty)\n');
    expect(stdout).toContain('take it back: crm undo 2');
    const { run, changes, inserts } = resultOf<{ run: { id: number }; changes: unknown[]; inserts: unknown[] }>(
      (await crm('history', '--run', '2', '--json')).stdout,
    );
    expect({ id: run.id, changes: changes.length, inserts }).toEqual({ id: 2, changes: 2, inserts: [] });
    const imported = resultOf<{ inserts: unknown[] }>((await crm('history', '--run', '1', '--json')).stdout);
    expect(imported.inserts).toEqual([{ entity: 'customers', first_id: 1, last_id: 7 }]);
    expect((await crm('history', '--run', '1')).stdout).toMatch(/Made 7 customers: #1 – #7\n/);
  });

  test('shows as many changes as asked for', async () => {
    writeFileSync(join(cwd, 'people.csv'), PEOPLE.replaceAll('Berlin', 'Bonn'));
    await crm('import', 'people.csv', '--source', 'shop', '--quiet');
    const { stdout } = await crm('history', '--run', '2', '--limit', '2');
    expect(stdout.match(/Berlin → Bonn/g)).toHaveLength(2);
    expect(stdout).toContain('the first 2 changes · more: crm history --run 2 --limit N');
  });

  test('an unknown run is an error', async () => {
    expect(await crm('history', '--run', '9')).toMatchObject({
      exitCode: 2,
      stderr: 'error: there is no run 9\nhint: the newest is 1; list the runs with: crm history\n',
    });
    expect(await crm('history', '--run', 'x')).toMatchObject({ exitCode: 2 });
  });
});

describe('crm undo', () => {
  test('takes an import back and does it again', async () => {
    const undone = await crm('undo', 'last');
    expect(undone).toMatchObject({
      exitCode: 0,
      stdout: 'took back run 1: import people.csv (7 created)\n7 records changed back\nrun 2 · do it again: crm undo 2\n',
      stderr: '',
    });
    expect(await crm('query', '--count')).toMatchObject({ stdout: '0\n' });
    expect(await crm('undo', '1')).toMatchObject({
      exitCode: 2,
      stderr: 'error: run 1 is undone already\nhint: run 2 undid it; to do it again: crm undo 2\n',
    });
    expect(await crm('undo', 'last')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('there is no run to take back') });
    await crm('undo', '2');
    expect(await crm('query', 'tag = vip', '--count')).toMatchObject({ stdout: '2\n' });
    expect(await runs()).toEqual(['3 undo done', '2 undo undone', '1 import done']);
  });

  test('keeps what was changed since and says what', async () => {
    await crm('edit', '2', 'city=Bonn', 'tier=A');
    await crm('edit', '2', 'city=Kiel');
    await crm('edit', '5', 'city=Ulm');
    const dry = JSON.parse((await crm('undo', '2', '--dry-run', '--json')).stdout) as Record<string, unknown>;
    const kept = [{ entity: 'customers', id: 2, field: 'city', reason: 'changed since' }];
    expect(dry).toEqual({ ok: true, command: 'undo', result: { run: 2, reverted: 1, kept }, warnings: [] });
    const { stdout } = await crm('undo', '2');
    expect(stdout).toBe(
      'took back run 2: edit #2 city, tier (1 updated)\n1 record changed back\nkept 1 value that would have lost a later change:\n  #2 city: changed since\nrun 5 · do it again: crm undo 5\n',
    );
    expect(await crm('query', 'id = 2 and city = Kiel and tier is empty', '--count')).toMatchObject({ stdout: '1\n' });
  });

  test('a dry run changes nothing', async () => {
    expect(await crm('undo', '1', '--dry-run')).toMatchObject({
      exitCode: 0,
      stdout: 'would take back run 1: import people.csv (7 created)\n7 records would be changed back\ndry run: nothing was changed\n',
    });
    expect(await runs()).toEqual(['1 import done']);
  });

  test.skipIf(!terminalAvailable)('shows its progress on a terminal and leaves no trace of it', async () => {
    const { output, exitCode } = await runCliTty(['undo', '1', '--no-color'], { cwd });
    expect(exitCode).toBe(0);
    expect(output).toContain('7 records changed back\r\nrun 2');
  });

  test.each([['0'], ['-1'], ['1.5'], ['all']])('%s is no run', async (run) => {
    expect(await crm('undo', run)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
