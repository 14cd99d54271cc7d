import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import completionSchema from '../../schemas/results/completion.schema.json' with { type: 'json' };
import { COMMANDS } from '../../src/commands/index.ts';
import { runCli } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schema.ts';
import { runProgram } from '../support/run-program.ts';
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
