import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CRM, ROOT } from '../support/cli.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { runProgram } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

/** One command of a document, with what it should print. */
interface Step {
  readonly line: number;
  readonly command: string;
  readonly expected: readonly string[];
}

/** Stands for the user's own PostgreSQL in the documents. */
const POSTGRES_URL = 'postgres://localhost/crm';
/** `crm` and `npx crm` are the program of this repository. */
const SHELL_HEAD = `crm() { "${process.execPath}" "${CRM}" "$@"; }; npx() { "$@"; };`;

// Documents run from their first command to their last in one folder, as a reader would.
describe.each([
  'README.md',
  'README.zh-CN.md',
  'docs/guide/archive.md',
  'docs/guide/backup.md',
  'docs/guide/doctor.md',
  'docs/guide/restore.md',
  'docs/guide/first-import.md',
  'docs/guide/nightly-job.md',
  'docs/guide/recovering.md',
  'docs/guide/moving-to-postgresql.md',
  'docs/guide/zh-CN/first-import.md',
  'docs/guide/zh-CN/nightly-job.md',
  'docs/guide/zh-CN/recovering.md',
  'docs/guide/zh-CN/moving-to-postgresql.md',
  'docs/guide/import.md',
  'docs/guide/migrate.md',
  'docs/guide/migrate-map.md',
  'docs/guide/migrate-sync.md',
  'docs/guide/plans.md',
  'docs/guide/presets.md',
  'docs/guide/measuring-duplicates.md',
  'docs/guide/normalize.md',
  'docs/guide/quality.md',
  'docs/guide/query.md',
  'docs/guide/related.md',
  'docs/guide/undo.md',
  'docs/guide/watch.md',
])('the commands of %s', (document) => {
  const steps = stepsOf(readFileSync(join(ROOT, document), 'utf8'));

  test('there are some', () => {
    expect(steps.length).toBeGreaterThan(2);
  });

  test('print what the document says', { timeout: 60_000 }, async () => {
    const cwd = tempDir();
    cpSync(join(ROOT, 'fixtures'), join(cwd, 'fixtures'), { recursive: true });
    const url = postgresAvailable ? freshSchemaUrl() : null;
    for (const { line, command, expected } of steps) {
      if (command.startsWith('npm ')) continue;
      if (command.includes(POSTGRES_URL) && url === null) continue;
      const script = `exec 2>&1; ${SHELL_HEAD}\n${command.replaceAll(POSTGRES_URL, `"${url}"`)}`;
      const printed = linesOf((await runProgram('bash', ['-c', script], { cwd })).stdout);
      const differs = !fits(expected, printed) && !fits(expected, printed.map(inMilliseconds));
      expect(differs ? `${document}:${line}: $ ${command}\n${printed.join('\n')}` : '').toBe(differs ? expected.join('\n') : '');
    }
  });
});

test('the library example of the README prints what it says', async () => {
  const [, code, output] = /```js\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  const cwd = tempDir();
  cpSync(join(ROOT, 'fixtures'), join(cwd, 'fixtures'), { recursive: true });
  const entry = pathToFileURL(join(ROOT, 'dist/index.js')).href;
  writeFileSync(join(cwd, 'example.mjs'), (code as string).replace("'crm-toolkit'", `'${entry}'`));
  const result = await runProgram(process.execPath, ['example.mjs'], { cwd });
  expect(result).toMatchObject({ exitCode: 0, stdout: output, stderr: '' });
});

describe('fits', () => {
  test.each<[string[], string[], boolean]>([
    [['a'], ['a'], true],
    [['a'], ['b'], false],
    [['a'], ['a', 'b'], false],
    [['a … c'], ['a b c'], true],
    [['a … c'], ['a b d'], false],
    [['a', '…', 'd'], ['a', 'b', 'c', 'd'], true],
    [['a', '…'], ['a'], true],
    [['…', 'd'], ['a', 'b'], false],
    [['(1+1)'], ['(1+1)'], true],
  ])('%j and %j: %s', (expected, printed, answer) => {
    expect(fits(expected, printed)).toBe(answer);
  });
});

/** Whether printed lines are the expected ones; `…` stands for any text in a line, and alone for any lines. */
function fits(expected: readonly string[], printed: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return printed.length === 0;
  if (first.trim() === '…')
    return Array.from({ length: printed.length + 1 }, (_, skip) => skip).some((skip) => fits(rest, printed.slice(skip)));
  const pattern = first.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return printed[0] !== undefined && new RegExp(`^${pattern.join('.*')}$`, 'u').test(printed[0]) && fits(rest, printed.slice(1));
}

/** On a busy machine what is documented in milliseconds takes seconds. */
function inMilliseconds(line: string): string {
  return line.replace(/\b(\d+(?:\.\d+)?) s\b/g, (_, seconds: string) => `${Number(seconds) * 1000} ms`);
}

/** Commands of the `console` blocks: a line after `$ ` is one, continued while it ends with a backslash. */
function stepsOf(text: string): Step[] {
  const steps: { line: number; command: string; expected: string[] }[] = [];
  let inBlock = false;
  for (const [index, line] of text.split('\n').entries()) {
    const last = steps.at(-1);
    if (line.startsWith('```')) inBlock = line === '```console';
    else if (inBlock && line.startsWith('$ ')) steps.push({ line: index + 1, command: line.slice(2), expected: [] });
    else if (inBlock && last?.command.endsWith('\\') === true) last.command = `${last.command.slice(0, -1)}${line.trim()}`;
    else if (inBlock) last?.expected.push(line.trimEnd());
  }
  for (const step of steps) while (step.expected.at(-1) === '') step.expected.pop();
  return steps;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
