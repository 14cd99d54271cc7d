import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../../src/repository/repository.ts';
import { CRM, runCli } from '../support/cli.ts';
import { peopleCsv } from '../support/people-file.ts';
import { cleanEnvironment, type RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const LARGE = peopleCsv(30_000);
const SIGNALS = [
  ['SIGINT', 130, 'INTERRUPTED'],
  ['SIGTERM', 143, 'TERMINATED'],
] as const;

function folderWithPeople(): string {
  const folder = tempDir();
  writeFileSync(join(folder, 'people.csv'), LARGE);
  return folder;
}

async function counts(folder: string): Promise<[customers: number, runs: number]> {
  if (!existsSync(join(folder, 'crm.db'))) return [0, 0];
  const repository = await openRepository(join(folder, 'crm.db'));
  try {
    return [await repository.count(), (await repository.runs({ limit: 10 })).length];
  } finally {
    await repository.close();
  }
}

/** Sends a signal as soon as something is so. */
function signalWhen(signal: NodeJS.Signals, isSo: (child: ChildProcess) => boolean, afterMs = 0): (child: ChildProcess) => void {
  return (child) => {
    const timer = setInterval(() => {
      if (!isSo(child)) return;
      clearInterval(timer);
      setTimeout(() => child.kill(signal), afterMs);
    }, 5);
    child.on('exit', () => clearInterval(timer));
  };
}

/** Sends a signal when the import has come to its first rejected row. */
function signalWhenWriting(folder: string, signal: NodeJS.Signals, afterMs = 0): (child: ChildProcess) => void {
  return signalWhen(signal, (child) => existsSync(join(folder, `people.csv.rejects.csv.part-${child.pid}`)), afterMs);
}

describe('an import that is interrupted', () => {
  it.each(SIGNALS)('by %s is rolled back and says so', async (signal, exitCode, code) => {
    for (const json of [false, true]) {
      const cwd = folderWithPeople();
      const args = ['import', 'people.csv', ...(json ? ['--json'] : [])];
      const result: RunResult = await runCli(args, { cwd, onStart: signalWhenWriting(cwd, signal) });
      expect(result).toMatchObject({
        exitCode,
        stdout: '',
        stderr: json ? expect.stringContaining(`"code":"${code}"`) : 'error: interrupted; nothing was changed\n',
      });
      expect(await counts(cwd)).toEqual([0, 0]);
      expect(readdirSync(cwd).filter((name) => name.includes('rejects'))).toEqual([]);
    }
  });

  it.each(SIGNALS)('by %s while it waits for its standard input ends at once', async (signal, exitCode) => {
    for (const start of ['', 'name,email\nAda,a@x.org\n']) {
      const cwd = tempDir();
      const spool = tempDir();
      await runCli(['init', '--yes'], { cwd });
      const child = spawn(process.execPath, [CRM, 'import', '-'], { cwd, env: { ...cleanEnvironment(), TMPDIR: spool }, stdio: 'pipe' });
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
      child.stdin.write(start);
      while (readdirSync(spool).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, 300));
      const sentAt = performance.now();
      child.kill(signal);
      expect(await ended).toBe(exitCode);
      expect(performance.now() - sentAt).toBeLessThan(2500);
      expect(await counts(cwd)).toEqual([0, 0]);
      expect(readdirSync(spool)).toEqual([]);
    }
  });

  it('while it updates customers is rolled back too', async () => {
    const cwd = folderWithPeople();
    await runCli(['import', 'people.csv', '--quiet'], { cwd, timeoutMs: 60_000 });
    const before = await counts(cwd);
    writeFileSync(join(cwd, 'people.csv'), peopleCsv(30_000, { city: 'Kiel' }));
    const later = (child: ChildProcess): void => signalWhenWriting(cwd, 'SIGINT', 400)(child);
    const result = await runCli(['import', 'people.csv'], { cwd, onStart: later, timeoutMs: 60_000 });
    expect(result).toMatchObject({ exitCode: 130, stdout: '', stderr: 'error: interrupted; nothing was changed\n' });
    expect(await counts(cwd)).toEqual(before);
  });

  it('twice ends at once, and nothing was changed either', async () => {
    const cwd = folderWithPeople();
    const twice = (child: ChildProcess): void => {
      signalWhenWriting(cwd, 'SIGINT')(child);
      const timer = setInterval(() => child.kill('SIGINT'), 20);
      child.on('exit', () => clearInterval(timer));
    };
    const result = await runCli(['import', 'people.csv'], { cwd, onStart: twice });
    expect(result.exitCode === 130 || result.signal === 'SIGINT').toBe(true);
    expect(await counts(cwd)).toEqual([0, 0]);
  });
});

describe('a standard input that is slow', () => {
  it('is waited for', async () => {
    const cwd = tempDir();
    const child = spawn(process.execPath, [CRM, 'import', '-', '--json'], { cwd, env: cleanEnvironment(), stdio: 'pipe' });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    for (const line of ['name,email\n', 'Ada,a@x.org\n', 'Bob,', 'b@x.org\n']) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.stdin.write(line);
    }
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(await counts(cwd)).toEqual([2, 1]);
  });
});

describe('an undo that is interrupted', () => {
  it.each(SIGNALS)('by %s is rolled back and says so', async (signal, exitCode) => {
    const cwd = folderWithPeople();
    expect((await runCli(['import', 'people.csv', '--quiet'], { cwd, timeoutMs: 60_000 })).exitCode).toBe(3);
    const before = await counts(cwd);
    const result = await runCli(['undo', '1'], {
      cwd,
      timeoutMs: 60_000,
      onStart: signalWhen(signal, () => existsSync(join(cwd, 'crm.db-shm'))),
    });
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: 'error: interrupted; nothing was changed\n' });
    expect(await counts(cwd)).toEqual(before);
  });
});

describe('a reader that goes away', () => {
  it('ends the program quietly', async () => {
    const cwd = folderWithPeople();
    await runCli(['import', 'people.csv', '--quiet'], { cwd, timeoutMs: 60_000 });
    for (const args of [
      ['query'],
      ['query', '--json'],
      ['query', '--format', 'csv'],
      ['export', '-', '--format', 'csv'],
      ['query', '--sql', 'SELECT * FROM customers'],
    ]) {
      const result = await runCli(args, { cwd, onStart: (child) => child.stdout?.once('data', () => child.stdout?.destroy()) });
      expect({ args, exitCode: result.exitCode, stderr: result.stderr }).toEqual({ args, exitCode: 0, stderr: '' });
    }
  });
});
