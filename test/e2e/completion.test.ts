import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import completionSchema from '../../schemas/results/completion.schema.json' with { type: 'json' };
import { COMMANDS } from '../../src/commands/index.ts';
import { CRM, runCli } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schema.ts';
import { runProgram } from '../support/run-program.ts';
import { sampleFolder } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';

const folder = tempDir();
const scripts: Record<string, string> = {};
const NAMES = [...Object.keys(COMMANDS), 'help'].sort();

/** What a shell offers for the last word of a command line; each shell is asked in its own way. */
const SHELLS: Readonly<Record<string, (words: readonly string[]) => string[]>> = {
  bash: (words) => [
    '-c',
    `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _crm; printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    join(folder, 'crm.bash'),
    ...words,
  ],
  // The builtins of zsh's line editor are replaced by ones that print what they are given.
  zsh: (words) => [
    '-fc',
    `compdef() { :; }; compset() { local rest=\${cur##$~2}; [[ $2 == '-' && $cur != -* ]] && return 1; pre=$pre\${cur%$rest}; cur=$rest; }
     compadd() { shift; while [[ $1 != -- && $1 == -* || $1 == '' ]]; do shift; done; [[ $1 == -- ]] && shift; for w in "$@"; do [[ $w == \${cur}* ]] && print -r -- "$pre$w"; done }
     _describe() { for e in "\${entries[@]}"; do w="\${e%%:*}"; [[ $w == \${cur}* ]] && print -r -- "$w"; done }
     _files() { print -rl -- \${cur}*(N) }
     source "$1"; shift; words=("$@"); CURRENT=$#; pre=''; cd ${folder}; _crm`,
    'zsh',
    join(folder, 'crm.zsh'),
    ...words,
  ],
  fish: (words) => [
    '-Nc',
    `source ${join(folder, 'crm.fish')}; complete -C ${JSON.stringify(words.join(' '))} | string replace -r '\\t.*' ''`,
  ],
};

beforeAll(async () => {
  for (const shell of Object.keys(SHELLS)) {
    const { exitCode, stdout, stderr } = await runCli(['completion', shell], { cwd: folder });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    scripts[shell] = stdout;
    writeFileSync(join(folder, `crm.${shell}`), stdout);
  }
  writeFileSync(join(folder, 'people one.csv'), '');
  mkdirSync(join(folder, 'people'));
});

describe.each(Object.keys(SHELLS))('crm completion %s', (shell) => {
  const here = spawnSync(shell, ['-c', 'true']).status === 0;

  async function offered(...words: string[]): Promise<string[]> {
    const { stdout, stderr } = await runProgram(shell, (SHELLS[shell] as (typeof SHELLS)[string])(words), { cwd: folder });
    expect(stderr).toBe('');
    return [...new Set(stdout.split('\n').filter((line) => line !== ''))].sort();
  }

  test('names every command and option of the program', () => {
    for (const name of NAMES) expect(scripts[shell]).toContain(name);
    for (const flag of ['on-match', 'config-file', 'no-input', 'db']) expect(scripts[shell]).toContain(flag);
  });

  test.skipIf(!here)('is valid', async () => {
    const check = shell === 'fish' ? ['-n', join(folder, 'crm.fish')] : ['-n', join(folder, `crm.${shell}`)];
    expect(await runProgram(shell, check)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.skipIf(!here)('completes commands, options, choices, files and shells', async () => {
    expect(await offered('crm', '')).toEqual(NAMES);
    expect(await offered('crm', 'in')).toEqual(['init', 'inspect']);
    expect(await offered('crm', 'import', '--on')).toEqual(['--on-ambiguous-date', '--on-archived', '--on-match']);
    expect(await offered('crm', 'import', '--on-match', '')).toEqual(['create', 'fill', 'skip', 'update']);
    expect(await offered('crm', 'import', 'people')).toEqual(
      shell === 'fish' ? ['people one.csv', 'people/'] : ['people', 'people one.csv'],
    );
    expect(await offered('crm', 'completion', '')).toEqual(['bash', 'fish', 'zsh']);
    expect(await offered('crm', 'help', 'im')).toEqual(['import']);
    expect(await offered('crm', 'migrate', '')).toEqual(['copy', 'diff', 'down', 'help', 'map', 'plan', 'status', 'sync', 'up', 'verify']);
    expect(await offered('crm', 'migrate', 'up', '--dr')).toEqual(['--dry-run']);
    expect(await offered('crm', 'help', 'migrate', 's')).toEqual(['status', 'sync']);
    expect(await offered('crm', 'migrate', 'help', 'u')).toEqual(['up']);
    expect(await offered('crm', 'init', '--db', 'people')).toContain('people one.csv');
  });

  test.skipIf(!here)('is not led astray by values that look like commands, and knows global options everywhere', async () => {
    expect(await offered('crm', '--db', 'import', 'ini')).toEqual(['init']);
    expect(await offered('crm', 'import', '--source', 'query', '--blank', 'k')).toEqual(['keep']);
    expect(await offered('crm', 'import', '--qui')).toEqual(['--quiet']);
    expect(await offered('crm', '--no-')).toEqual(['--no-color', '--no-input']);
  });

  test.skipIf(!here)('completes the last of several fields', async () => {
    expect(await offered('crm', 'query', '--select', 'given')).toEqual(['given_name']);
    expect(await offered('crm', 'query', '--select', 'name,ema')).toEqual(['name,email']);
    expect(await offered('crm', 'query', '--sort', 'orders.t')).toEqual(['orders.total']);
    expect(await offered('crm', 'query', '--sort', 'name,-orders.t')).toEqual(['name,-orders.total']);
    expect(await offered('crm', 'query', '--sort', '-cit')).toEqual(['-city']);
    expect(await offered('crm', 'query', '--group-by', 'countr')).toEqual(['country']);
  });
});

describe('names that are looked up', () => {
  let cwd = '';
  let env: Record<string, string> = {};

  beforeAll(async () => {
    cwd = await sampleFolder();
    const bin = tempDir();
    writeFileSync(join(bin, 'crm'), `#!/bin/sh\nexec "${process.execPath}" "${CRM}" "$@"\n`, { mode: 0o755 });
    env = { PATH: `${bin}:${process.env.PATH}` };
    writeFileSync(
      join(cwd, 'crm.config.json'),
      `{ "jobs": { "nightly": { "steps": [{ "run": "normalize" }] } }, "presets": { "our-shop": {} },
         "archive": { "policies": { "inactive": "last_contacted_at < -3y" } } }`,
    );
    for (const args of [
      ['query', 'city = Berlin', '--save', '柏林', '--quiet'],
      ['query', 'city = Berlin', '--save', 'a $(touch pwned) b', '--quiet'],
      ['job', 'run', 'nightly', '--quiet'],
      ['backup', 'create', '--quiet'],
    ])
      expect(await runCli(args, { cwd })).toMatchObject({ exitCode: 0 });
  });

  async function names(kind: string, ...words: string[]): Promise<string[]> {
    const { exitCode, stdout, stderr } = await runCli(['__complete', kind, ...words], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] as string]));
  }

  test('are those that there are', async () => {
    expect(await names('segments')).toEqual(['a $(touch pwned) b', '柏林']);
    expect(await names('runs')).toEqual(['last', '1']);
    expect(await names('jobs')).toEqual(['nightly']);
    expect(await names('jobRuns')).toEqual(['last', '1']);
    expect(await names('policies')).toEqual(['inactive']);
    expect(await names('snapshots')).toEqual(['latest', expect.stringMatching(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/)]);
    expect(await names('presets')).toEqual(expect.arrayContaining(['our-shop', 'hubspot-contacts', 'none']));
    expect(await names('nonsense')).toEqual([]);
    expect(await names('constructor')).toEqual([]);
  });

  test('are those of the database that the line names; there are none of one that is not there, is damaged, or is held', async () => {
    expect(await names('segments', 'crm', 'query', '--db=./crm.db', '--segment')).toHaveLength(2);
    expect(await names('segments', 'crm', '--db', '=', './crm.db', 'query', '--segment')).toHaveLength(2);
    expect(await names('segments', 'crm', '--db', 'none.db', 'query', '--segment')).toEqual([]);
    expect(existsSync(join(cwd, 'none.db'))).toBe(false);
    writeFileSync(join(cwd, 'bad.db'), 'no database');
    expect(await names('runs', 'crm', 'undo', '--db', 'bad.db')).toEqual([]);
    expect(await names('jobs', 'crm', 'job', 'run', '--config', 'none.json')).toEqual([]);
    const held = new Database(join(cwd, 'held.db'));
    held.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE t (a)');
    expect(await names('segments', '--db', 'held.db')).toEqual([]);
    held.close();
  });

  test('bash offers them, and expands nothing that is in them', async () => {
    const offered = async (...words: string[]): Promise<string[]> => {
      const { stdout, stderr } = await runProgram('bash', (SHELLS.bash as (typeof SHELLS)[string])(words), { cwd, env });
      expect(stderr).toBe('');
      return stdout.split('\n').filter((line) => line !== '');
    };
    expect(await offered('crm', 'query', '--segment', 'a')).toEqual(['a\\ \\$\\(touch\\ pwned\\)\\ b']);
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
    expect(await offered('crm', 'query', '--segment', '柏')).toHaveLength(1);
    expect(await offered('crm', 'job', 'run', '')).toEqual(['nightly']);
    expect(await offered('crm', 'archive', 'run', '--policy', 'in')).toEqual(['inactive']);
    expect(await offered('crm', 'undo', 'l')).toEqual(['last']);
    expect(await offered('crm', 'history', '--run', '')).toEqual(['last', '1']);
    expect(await offered('crm', 'backup', 'drill', 'la')).toEqual(['latest']);
    expect(await offered('crm', 'import', '--preset', 'our')).toEqual(['our-shop']);
  });
});

describe('crm completion', () => {
  test('completes after = in bash', async () => {
    const words = ['crm', 'import', '--blank', '='];
    const run = async (list: string[]): Promise<string> => (await runProgram('bash', SHELLS.bash?.(list) ?? [])).stdout;
    expect(await run(words)).toBe('keep\nclear\n');
    expect(await run([...words, 'cl'])).toBe('clear\n');
  });

  test('is registered when bash sources it', async () => {
    const { stdout } = await runProgram('bash', ['-c', `source ${join(folder, 'crm.bash')}; complete -p crm`]);
    expect(stdout).toBe('complete -F _crm crm\n');
  });

  test('gives the script as a result with --json, and with --quiet too', async () => {
    const { stdout } = await runCli(['completion', 'fish', '--json'], { cwd: folder });
    const { result } = JSON.parse(stdout) as { result: unknown };
    expect(result).toEqual({ shell: 'fish', script: scripts.fish });
    expect(schemaErrors(completionSchema, result)).toEqual([]);
    expect((await runCli(['completion', 'fish', '--quiet'], { cwd: folder })).stdout).toBe(scripts.fish);
  });

  test.each([
    [['completion'], "missing required argument 'shell'"],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish.'],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd: folder });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
