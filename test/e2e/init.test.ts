import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import initSchema from '../../schemas/results/init.schema.json' with { type: 'json' };
import { runCli, runCliTty } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schema.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';
import { terminalAvailable } from '../support/terminal.ts';

describe('crm init without a terminal', () => {
  test('makes ./crm.db and asks nothing; a second time it changes nothing', async () => {
    const cwd = tempDir();
    const first = await runCli(['init'], { cwd });
    expect(first).toMatchObject({ exitCode: 0, stdout: 'made ./crm.db (SQLite)\nnext: crm import contacts.csv\n', stderr: '' });
    const bytes = readFileSync(join(cwd, 'crm.db'));
    const second = await runCli(['init', '--yes'], { cwd });
    expect(second).toMatchObject({
      exitCode: 0,
      stdout: './crm.db is there already: 0 customers, nothing was changed\nnext: crm import contacts.csv\n',
      stderr: '',
    });
    expect(readFileSync(join(cwd, 'crm.db')).equals(bytes)).toBe(true);
  });

  test('says with --json what it did, with --quiet nothing', async () => {
    const cwd = tempDir();
    const { stdout } = await runCli(['init', '--json', '--db', 'people.db', '--config-file', '--country', 'China'], { cwd });
    const outcome = JSON.parse(stdout) as { result: unknown };
    expect(outcome).toEqual({
      ok: true,
      command: 'init',
      result: { database: 'people.db', engine: 'sqlite', created: true, encrypted: false, configFile: './crm.config.json' },
      warnings: [],
    });
    expect(schemaErrors(initSchema, outcome.result)).toEqual([]);
    expect(await runCli(['init', '--quiet', '--db', 'other.db'], { cwd })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(existsSync(join(cwd, 'other.db'))).toBe(true);
  });

  test('writes a config file that the next command reads, and leaves an existing one alone without --yes', async () => {
    const cwd = tempDir();
    await runCli(['init', '--db', 'people.db', '--config-file', '--country', 'CN'], { cwd });
    const config = join(cwd, 'crm.config.json');
    expect(readFileSync(config, 'utf8')).toContain('"database": "people.db"');
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(await runCli(['init'], { cwd })).toMatchObject({ stdout: expect.stringContaining('people.db is there already') });
    writeFileSync(config, '{ "database": "people.db" /* mine */ }');
    const kept = await runCli(['init', '--config-file'], { cwd });
    expect(kept).toMatchObject({
      exitCode: 0,
      stderr: 'warning: ./crm.config.json is there already and was left as it is; --yes replaces it\n',
    });
    expect(readFileSync(config, 'utf8')).toContain('mine');
    await runCli(['init', '--config-file', '--yes'], { cwd });
    expect(readFileSync(config, 'utf8')).not.toContain('mine');
    expect(readFileSync(config, 'utf8')).toContain('"database": "people.db"');
  });

  test.each<[string, string[], number, string]>([
    ['no such country', ['--country', 'Atlantis'], 2, 'error: --country Atlantis: there is no such country\nhint: '],
    ['a folder that does not exist', ['--db', 'none/crm.db'], 15, 'error: the folder of none/crm.db does not exist\nhint: '],
    ['a file that is not ours', ['--db', 'note.txt'], 10, 'error: '],
    ['a config file that is missing', ['--config', 'none.json'], 2, 'error: there is no config file none.json\nhint: '],
    ['a config file that is broken', ['--config', 'broken.json'], 2, 'error: broken.json is not valid JSON'],
    ['a config file that is a folder', ['--config', 'folder'], 2, 'error: the config file folder cannot be read (EISDIR)\nhint: '],
  ])('refuses %s', async (_what, args, exitCode, stderr) => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'note.txt'), 'dear diary, this is no database at all'.repeat(100));
    writeFileSync(join(cwd, 'broken.json'), '{ "database": }');
    mkdirSync(join(cwd, 'folder'));
    const result = await runCli(['init', ...args], { cwd });
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr.startsWith(stderr)).toBe(true);
    expect(result.stderr.split('\n')).toHaveLength(3);
    expect(existsSync(join(cwd, 'crm.db'))).toBe(false);
  });

  test.skipIf(!postgresAvailable)('makes the tables of a PostgreSQL database', async () => {
    const url = freshSchemaUrl();
    const result = async (): Promise<unknown> =>
      (JSON.parse((await runCli(['init', '--json', '--db', url])).stdout) as { result: unknown }).result;
    expect(await result()).toMatchObject({ engine: 'postgres', created: true });
    expect(await result()).toMatchObject({ engine: 'postgres', created: false });
  });
});

describe.skipIf(!terminalAvailable)('crm init on a terminal', () => {
  test('asks where, which country, and whether to write that down', async () => {
    const cwd = tempDir();
    const { exitCode, output } = await runCliTty(['init'], {
      cwd,
      dialogue: [
        { when: /Where should the database be/, type: '\u0015people.db\r' },
        { when: /In which country/, type: 'Atlantis\r' },
        { when: /That is no country[\s\S]*In which country/, type: '中国\r' },
        { when: /config file\?/, type: 'y\r' },
      ],
    });
    expect(output).toContain('made people.db (SQLite)');
    expect(exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'crm.config.json'), 'utf8')).toMatch(/"database": "people.db",[\s\S]*"country": "CN"/);
  });

  test('takes the defaults when Enter is pressed three times, and leaves nothing behind after Ctrl-C', async () => {
    const cwd = tempDir();
    const stopped = await runCliTty(['init'], { cwd, dialogue: [{ when: /Where should/, type: '\u0003' }] });
    expect(stopped.exitCode).toBe(130);
    expect(existsSync(join(cwd, 'crm.db'))).toBe(false);
    const done = await runCliTty(['init'], {
      cwd,
      dialogue: [
        { when: /Where should/, type: '\r' },
        { when: /In which country/, type: '\r' },
        { when: /config file\?/, type: '\r' },
      ],
    });
    expect(done.exitCode).toBe(0);
    expect(existsSync(join(cwd, 'crm.db'))).toBe(true);
    expect(existsSync(join(cwd, 'crm.config.json'))).toBe(false);
  });

  test.each([['--yes'], ['--no-input'], ['--quiet'], ['--json']])('asks nothing with %s', async (flag) => {
    const cwd = tempDir();
    const { exitCode, output } = await runCliTty(['init', flag], { cwd });
    expect(output).not.toContain('Where');
    expect(exitCode).toBe(0);
    expect(existsSync(join(cwd, 'crm.db'))).toBe(true);
  });
});
