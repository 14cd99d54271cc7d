import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { ROOT, runCli, runCliTty } from '../support/cli.ts';
import { COMMAND_NAMES, GROUP_NAMES } from '../support/command-names.ts';
import type { SyntaxNode } from '../support/source-tree.ts';
import { readSourceTree, resolveImport } from '../support/source-tree.ts';
import { tempDir } from '../support/temp-dir.ts';
import { terminalAvailable } from '../support/terminal.ts';

const cwd = tempDir();
const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

describe('help', () => {
  test('crm alone shows what to type first, and every command', async () => {
    const { exitCode, stdout, stderr } = await runCli([], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')[2]).toMatch(/^ {2}crm import contacts\.csv {3,}\S/);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test.each([[['--help']], [['-h']], [['help']]])('crm %j tells of commands and global options, examples first', async (args) => {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(sections(stdout)).toEqual(['Usage:', 'Examples:', 'Commands:', 'Options:', 'Exit status:']);
    for (const [name, { summary }] of Object.entries(COMMANDS))
      expect(stdout).toMatch(new RegExp(`^  ${name} +${summary.replace(/[()]/g, '\\$&')}$`, 'm'));
  });

  test('crm import --help and crm help import say the same', async () => {
    const { exitCode, stdout } = await runCli(['import', '--help'], { cwd });
    expect(exitCode).toBe(0);
    expect(sections(stdout)).toEqual(['Usage:', 'Examples:', 'Arguments:', 'Options:']);
    expect(stdout.replace(/\s+/g, ' ')).toContain('what a row does to its customer: update (default), fill, skip, create --on-archived');
    expect((await runCli(['help', 'import'], { cwd })).stdout).toBe(stdout);
  });

  test('a command of two words has help, said the same in each way of asking', async () => {
    const { exitCode, stdout } = await runCli(['migrate', 'up', '--help'], { cwd });
    expect(exitCode).toBe(0);
    expect(sections(stdout)).toEqual(['Usage:', 'Examples:', 'Options:']);
    expect(stdout).toContain('Usage: crm migrate up [options]');
    for (const args of [
      ['help', 'migrate', 'up'],
      ['migrate', 'help', 'up'],
    ]) {
      expect({ args, ...(await runCli(args, { cwd })) }).toMatchObject({ args, exitCode: 0, stdout });
    }
  });

  test('the help of a group names its commands, with the examples of all', async () => {
    const { exitCode, stdout } = await runCli(['migrate', '--help'], { cwd });
    expect(exitCode).toBe(0);
    expect(sections(stdout)).toEqual(['Usage:', 'Examples:', 'Commands:', 'Options:']);
    for (const text of [/^ {2}status +which schema/m, /^ {2}up +apply/m, /^ {2}crm migrate status/m, /^ {2}crm migrate up/m]) {
      expect(stdout).toMatch(text);
    }
    for (const args of [
      ['help', 'migrate'],
      ['migrate', 'help'],
    ])
      expect((await runCli(args, { cwd })).stdout).toBe(stdout);
  });

  test.each([...COMMAND_NAMES, ...GROUP_NAMES])('crm %s --help fits 80 columns, but for examples', async (name) => {
    const { exitCode, stdout, stderr } = await runCli([...name.split(' '), '--help'], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const lines = stdout.split('\n').filter((line) => !/^ {2}(crm|cat|source|#) |^Every command/.test(line));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test.skipIf(!terminalAvailable)('is bold on a terminal, and not with --no-color', async () => {
    expect((await runCliTty(['--help'], { cwd })).output).toContain('\u001b[1mUsage:');
    expect((await runCliTty([], { cwd })).output).toContain('\u001b[1m');
    expect((await runCliTty(['--help', '--no-color'], { cwd })).output).not.toContain('\u001b[');
    expect((await runCliTty([], { cwd, env: { NO_COLOR: '1' } })).output).not.toContain('\u001b[');
  });

  test.each([[['--version']], [['--version', '--json']], [['import', '--version']]])('crm %j shows the version', async (args) => {
    expect(await runCli(args, { cwd })).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
  });
});

describe('wrong usage', () => {
  test.each<[string[], string, string]>([
    [['imprt', 'a.csv'], 'there is no command “imprt”', 'did you mean crm import?'],
    [['help', 'qurey'], 'there is no command “qurey”', 'did you mean crm query?'],
    [['zzzzzzz'], 'there is no command “zzzzzzz”', 'see: crm --help'],
    [['--quite'], "unknown option '--quite'", 'did you mean --quiet? See: crm --help'],
    [['import', '--tagg', 'a.csv'], "unknown option '--tagg'", 'did you mean --tag? See: crm import --help'],
    [['import', '--frobnicate', 'a.csv'], "unknown option '--frobnicate'", 'see: crm import --help'],
    [['import'], "missing required argument 'files'", 'see: crm import --help'],
    [['import', 'a.csv', '--map'], "option '--map <Header=field>' argument missing", 'see: crm import --help'],
    [
      ['import', 'a.csv', '--blank', 'maybe'],
      "option '--blank <what>' argument 'maybe' is invalid. Allowed choices are keep, clear.",
      'see: crm import --help',
    ],
    [['--quiet'], 'no command was given', 'one of: init, inspect, import, query, '],
    [
      ['migrate'],
      'crm migrate: no command was given',
      'one of: migrate status, migrate plan, migrate up, migrate down, migrate copy, migrate map, migrate verify, migrate diff, migrate sync',
    ],
    [
      ['migrate', '--quiet'],
      'crm migrate: no command was given',
      'one of: migrate status, migrate plan, migrate up, migrate down, migrate copy, migrate map, migrate verify, migrate diff, migrate sync',
    ],
    [['migrate', 'upp'], 'there is no command “migrate upp”', 'did you mean crm migrate up?'],
    [['migrate', 'help', 'stats'], 'there is no command “migrate stats”', 'did you mean crm migrate status?'],
    [['migrate', 'zzzzzz'], 'there is no command “migrate zzzzzz”', 'see: crm migrate --help'],
    [['migrat', 'up'], 'there is no command “migrat”', 'did you mean crm migrate?'],
    [['qurey', 'migrate'], 'there is no command “qurey”', 'did you mean crm query?'],
    [['migrate', 'up', '--dry-rum'], "unknown option '--dry-rum'", 'did you mean --dry-run? See: crm migrate up --help'],
    [['migrate', 'up', 'extra'], "too many arguments for 'up'. Expected 0 arguments but got 1.", 'see: crm migrate up --help'],
    [['init', 'extra'], "too many arguments for 'init'. Expected 0 arguments but got 1.", 'see: crm init --help'],
  ])('crm %j', async (args, message, hint) => {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.startsWith(`error: ${message}\nhint: ${hint}`)).toBe(true);
    expect(stderr.split('\n')).toHaveLength(3);
  });

  test('is one JSON object with --json, naming the command', async () => {
    const { exitCode, stdout, stderr } = await runCli(['import', '--json'], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      ok: false,
      command: 'import',
      error: { code: 'USAGE', message: "missing required argument 'files'", hint: 'see: crm import --help', exitCode: 2 },
    });
  });
});

describe('start-up loads what it needs and nothing else', () => {
  // Measured on an idle machine: crm --version 1.25 × node itself, crm --help 1.5 ×. What is loaded decides, and can be tested without a clock.
  test('main', () => {
    expect(loadedBy('src/main.ts')).toEqual(['src/errors.ts', 'src/main.ts', 'src/ui/io.ts']);
  });

  test('cli, for --help', () => {
    const loaded = loadedBy('src/cli.ts');
    expect(loaded.filter((path) => /^src\/(repository|engines|import|normalize|formats|query|context|config)/.test(path))).toEqual([]);
    expect(loaded.length).toBeLessThanOrEqual(12);
  });

  test('crm query, on SQLite', () => {
    const loaded = new Set(
      ['src/context.ts', 'src/commands/query.ts', 'src/repository/repository.ts', 'src/engines/sqlite.ts'].flatMap(loadedBy),
    );
    expect([...loaded].filter((path) => /phone-(library|plan)|postgres-connection|formats\/(csv-reader|decode)/.test(path))).toEqual([]);
  });
});

/** Source files that come with one when it is loaded, itself included: its static imports of values, all the way down. */
function loadedBy(path: string): string[] {
  const tree = new Map(readSourceTree().map((file) => [file.path, file]));
  const found = new Set<string>();
  const visit = (at: string): void => {
    const file = tree.get(at);
    if (file === undefined || found.has(at)) return;
    found.add(at);
    for (const statement of file.statements) {
      const source = (statement.source as SyntaxNode | null | undefined)?.value;
      const names = (statement.specifiers as SyntaxNode[] | undefined) ?? [];
      const isType = statement.importKind === 'type' || statement.exportKind === 'type';
      const onlyTypes = names.length > 0 && names.every((name) => name.importKind === 'type' || name.exportKind === 'type');
      if (typeof source === 'string' && !isType && !onlyTypes) visit(resolveImport(file, source) ?? '');
    }
  };
  visit(path);
  return [...found].sort();
}

function sections(help: string): string[] {
  return [...help.matchAll(/^(Usage|Examples|Commands|Arguments|Options|Exit status):/gm)].map((match) => match[0]);
}
