import type { ChildProcess } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { MARKER } from '../support/failing-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const MEGABYTE = 1024 * 1024;
const LONG = `${MARKER} ${'x'.repeat(50 * MEGABYTE)}`;

/** Largest memory of a process so far, in bytes; looked at while it runs, where the system tells. */
function watchMemory(): { readonly onStart: (child: ChildProcess) => void; peakBytes(): number } {
  let peak = 0;
  return {
    onStart: (child) => {
      const timer = setInterval(() => {
        try {
          const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
          peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
        } catch {
          // not this system, or gone
        }
      }, 20);
      child.on('exit', () => clearInterval(timer));
    },
    peakBytes: () => peak,
  };
}

describe('a line of 50 MB', { timeout: 60_000 }, () => {
  it.each([
    ['as the header', 'people.csv', `${LONG}\nAda\n`, 4, /^error: people\.csv: the column names on line 1 are too long\nhint: /, 0],
    ['as the whole file', 'people.csv', LONG, 4, /^error: people\.csv: the column names on line 1 are too long\nhint: /, 0],
    ['as a row', 'people.csv', `name,email\nAda,a@x.org\n${LONG}\nBob,b@x.org\n`, 3, /^$/, 2],
    ['as an open quote', 'people.csv', `name,email\nAda,a@x.org\n"${LONG}\nBob,b@x.org\n`, 3, /^$/, 2],
    ['as a cell', 'people.csv', `name,email\n"${LONG}",a@x.org\nBob,b@x.org\n`, 3, /^$/, 1],
    ['of NDJSON', 'people.ndjson', `{"name":"Ada"}\n{"name":"${LONG}"}\n{"name":"Bob"}\n`, 3, /^$/, 2],
  ])('%s', async (_, name, text, exitCode, stderr, customers) => {
    const cwd = tempDir();
    writeFileSync(join(cwd, name), text);
    const memory = watchMemory();
    const start = performance.now();
    const result = await runCli(['import', name], { cwd, onStart: memory.onStart, timeoutMs: 50_000 });
    expect(performance.now() - start).toBeLessThan(30_000);
    expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode, stderr: expect.stringMatching(stderr) });
    expect(memory.peakBytes()).toBeLessThan(450 * MEGABYTE);
    expect(result.stderr + result.stdout).not.toContain(MARKER);
    expect(await runCli(['query', '--count'], { cwd })).toMatchObject({ exitCode: 0, stdout: `${customers}\n` });
    if (exitCode === 3) expect(statSync(join(cwd, `${name}.rejects.csv`)).size).toBeLessThan(MEGABYTE);
  });

  it('of a hundred thousand columns', async () => {
    const cwd = tempDir();
    const header = Array.from({ length: 100_000 }, (_, i) => `column${i}`).join();
    writeFileSync(join(cwd, 'people.csv'), `name,${header}\nAda${','.repeat(100_000)}x\n`);
    const result = await runCli(['import', 'people.csv', '--quiet'], { cwd, timeoutMs: 50_000 });
    expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect((await runCli(['show', '1'], { cwd })).stdout).toContain('column99999');
  });
});
