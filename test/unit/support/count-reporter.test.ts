import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../support/cli.ts';
import { runProgram } from '../../support/run-program.ts';
import { tempDir } from '../../support/temp-dir.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const REPORTER = join(ROOT, 'test/support/count-reporter.ts');

/** Runs the files in a project of their own; answers the last line of the output and the exit status. */
async function lastLine(files: Record<string, string>, config = '') {
  const cwd = tempDir();
  mkdirSync(join(cwd, 'tests'));
  const reporters = JSON.stringify(['default', REPORTER]);
  writeFileSync(join(cwd, 'vitest.config.mjs'), `export default { test: { globals: true, reporters: ${reporters}, ${config} } };`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, 'tests', name), text);
  const { exitCode, stdout } = await runProgram(process.execPath, [VITEST, 'run'], { cwd });
  return { exitCode, last: stdout.trimEnd().split('\n').at(-1) };
}

test('counts every test, files that do not load and hooks that fail', async () => {
  const files = {
    'mixed.test.mjs': `test('a', () => {}); test('b', () => { throw new Error('no') }); test.skip('c', () => {}); test.todo('d');`,
    'unloadable.test.mjs': `throw new Error('no');`,
    'hook.test.mjs': `describe('suite', () => { beforeAll(() => { throw new Error('no') }); test('e', () => {}); });`,
    'nested.test.mjs': `describe('x', () => { describe('y', () => { test('f', () => {}); test('g', () => {}); }); });`,
  };
  expect(await lastLine(files)).toEqual({ exitCode: 1, last: '3 passed, 3 failed, 3 skipped' });
});

test('a run in which all is well ends with exit status 0', async () => {
  expect(await lastLine({ 'one.test.mjs': `test('a', () => {});` })).toEqual({ exitCode: 0, last: '1 passed, 0 failed, 0 skipped' });
});

test('an error outside of any test counts as a failure', async () => {
  const text = `test('a', () => { void Promise.reject(new Error('nobody waits for me')); });`;
  expect(await lastLine({ 'loose.test.mjs': text })).toEqual({ exitCode: 1, last: '1 passed, 1 failed, 0 skipped' });
});

test('a set-up that fails is not silence', async () => {
  const result = await lastLine({ 'one.test.mjs': `test('a', () => {});` }, `globalSetup: ['./missing.mjs']`);
  expect(result).toEqual({ exitCode: 1, last: '0 passed, 1 failed, 0 skipped' });
});
