import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lockBeside } from '../../../src/engines/sqlite-storage.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('one at a time has the lock, and the file goes with it', async () => {
  const path = join(tempDir(), 'crm.db');
  const unlock = lockBeside(path, 'work');
  expect(unlock).not.toBeNull();
  expect(lockBeside(path, 'work')).toBeNull();
  expect(lockBeside(path, 'other')).not.toBeNull();
  await unlock?.();
  expect(existsSync(`${path}-work.lock`)).toBe(false);
});

test('asked for twice by the one who has it, it still keeps other processes out', async () => {
  const path = join(tempDir(), 'crm.db');
  const unlock = lockBeside(path, 'work');
  expect(lockBeside(path, 'work')).toBeNull();
  expect(lockedByAnother(`${path}-work.lock`)).toBe('SQLITE_BUSY');
  await unlock?.();
  expect(lockedByAnother(`${path}-work.lock`)).toBe('taken');
});

test('taken and given back many times by several, it is never had twice', async () => {
  const path = join(tempDir(), 'crm.db');
  let holders = 0;
  let most = 0;
  const worker = async (): Promise<number> => {
    let had = 0;
    while (had < 50) {
      const unlock = lockBeside(path, 'work');
      if (unlock === null) {
        await tick();
        continue;
      }
      most = Math.max(most, ++holders);
      await tick();
      holders--;
      had++;
      await unlock();
    }
    return had;
  };
  expect(await Promise.all([worker(), worker(), worker()])).toEqual([50, 50, 50]);
  expect(most).toBe(1);
});

/** What another process is told that wants the lock. */
function lockedByAnother(file: string): string {
  const script = `import Database from 'better-sqlite3';
    try {
      new Database(process.argv[1], { timeout: 0 }).exec('BEGIN EXCLUSIVE');
      process.stdout.write('taken');
    } catch (error) {
      process.stdout.write(error.code);
    }`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script, file], { encoding: 'utf8' }).stdout;
}
