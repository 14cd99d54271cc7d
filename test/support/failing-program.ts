import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openRepository } from '../../src/repository/repository.ts';
import { CRM, runCli } from './cli.ts';
import { type RunOptions, type RunResult, runProgram } from './run-program.ts';
import { tempDir } from './temp-dir.ts';

/** Stands in the data of every test: a customer's value, which no message may show. */
export const MARKER = 'Marker-Ada-4711';

/** How a command must fail. */
export interface Failure {
  readonly exit: number;
  readonly code: string;
  /** What the message must say. */
  readonly says: RegExp;
  /** What the hint must say. */
  readonly hints?: RegExp;
}

/** Where and how a command that fails is run. */
export interface FailureSetUp extends RunOptions {
  /** Run as a user without rights, where the tests run as root. */
  readonly asNobody?: boolean;
  /** Makes the files that the command meets. */
  readonly prepare?: (folder: string) => void | Promise<void>;
}

const DATABASE_FILE = /\.db(-wal|-shm)?$/;

/**
 * Runs a command that must fail, in a folder of its own, once for people and once with `--json`: the exit status, two
 * lines on standard error (or one JSON object) that name no customer and no line of our code, nothing on standard
 * output, and no file made or changed.
 */
export async function expectFailure(args: readonly string[], failure: Failure, setUp: FailureSetUp = {}): Promise<void> {
  for (const json of [false, true]) {
    const folder = setUp.cwd ?? tempDir();
    await setUp.prepare?.(folder);
    const before = { files: contentsOf(folder), rows: await rowsOf(folder) };
    const result = await run(json ? [...args, '--json'] : args, { ...setUp, cwd: folder });
    expect({ exit: result.exitCode, stdout: result.stdout, stderr: result.stderr }).toEqual({
      exit: failure.exit,
      stdout: '',
      stderr: json
        ? expect.stringMatching(/^\{"ok":false,.*\}\n$/)
        : expect.stringMatching(/^error: .+\n( {2}.*\n| {2}\^\n)*(hint: .+\n)?$/),
    });
    const error = json ? (JSON.parse(result.stderr) as { error: Record<string, unknown> }).error : null;
    if (error !== null)
      expect(error).toMatchObject({ code: failure.code, exitCode: failure.exit, message: expect.stringMatching(failure.says) });
    expect(result.stderr).toMatch(failure.says);
    if (failure.hints !== undefined) expect(result.stderr).toMatch(failure.hints);
    expect(result.stderr).not.toContain(MARKER);
    expect(result.stderr).not.toMatch(/^\s+at |\.js:\d+|node:internal/m);
    expect({ files: contentsOf(folder), rows: await rowsOf(folder) }).toEqual(before);
  }
}

/** Runs the program as it is, or without rights. */
export function run(args: readonly string[], options: FailureSetUp): Promise<RunResult> {
  if (options.asNobody !== true || process.getuid?.() !== 0) return runCli(args, options);
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  return runProgram('setpriv', [...user, process.execPath, CRM, ...args], options);
}

/** Names and sizes of the files of a folder, databases left out. */
function contentsOf(folder: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || DATABASE_FILE.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    found[path] = statSync(path).size;
  }
  return found;
}

/** Customers and runs in `crm.db`: none where there is none, or where it cannot be read. */
async function rowsOf(folder: string): Promise<unknown> {
  const path = join(folder, 'crm.db');
  if (!existsSync(path)) return [0, 0];
  try {
    const repository = await openRepository(path);
    const rows = [await repository.count(), (await repository.runs({ limit: 1000 })).length];
    await repository.close();
    return rows;
  } catch {
    return [0, 0];
  }
}
