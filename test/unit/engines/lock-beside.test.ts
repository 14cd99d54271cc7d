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
