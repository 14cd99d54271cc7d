import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { runProgram } from './run-program.ts';
import { tempDir } from './temp-dir.ts';

/** The browser that is installed, if any; `describe.skipIf(CHROMIUM === undefined)`. In CI there must be one. */
export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0,
);
if (CHROMIUM === undefined) {
  const message = 'no browser for the tests of pages: chromium is not installed';
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

/** Without what a browser does of its own accord; as root it has no sandbox. */
const QUIET =
  '--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-default-apps --disable-extensions --disable-dev-shm-usage --enable-logging=stderr --v=0'.split(
    ' ',
  );

/** Runs the browser once with a profile of its own. */
export async function browse(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const profile = tempDir();
  const run = await runProgram(CHROMIUM as string, [...QUIET, `--user-data-dir=${profile}`, ...args], { timeoutMs: 60_000 });
  expect(run.exitCode).toBe(0);
  return run;
}
