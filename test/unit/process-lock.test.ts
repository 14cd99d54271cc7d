import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type LockOwner, lockOwner, type ProcessLock, takeLock } from '../../src/process-lock.ts';
import { ROOT } from '../support/cli.ts';
import { tempDir } from '../support/temp-dir.ts';

const NOW = { waitMs: 0 };
const HOLDER = `import { takeLock } from '${ROOT}dist/process-lock.js'; const lock = await takeLock(process.argv[1], { waitMs: 0 }); process.stdout.write('release' in lock ? 'taken' : 'refused'); process.stdin.resume();`;

function taken(lock: ProcessLock | LockOwner): ProcessLock {
  if ('release' in lock) return lock;
  throw new Error(`held by ${lock.pid}`);
}

/** A lock file of another process, as that would write it. */
function written(owner: LockOwner): string {
  const json = JSON.stringify(owner);
  return `${json} ${createHash('sha256').update(json).digest('hex').slice(0, 16)}\n`;
}

describe('a lock', () => {
  test('is held by one, named by its file, and free again afterwards', async () => {
    const path = join(tempDir(), 'lock');
    const lock = taken(await takeLock(path, NOW));
    expect(await takeLock(path, NOW)).toMatchObject({ pid: process.pid, host: hostname() });
    expect(lockOwner(path)).toMatchObject({ pid: process.pid });
    lock.release();
    lock.release();
    expect(lockOwner(path)).toBeNull();
    taken(await takeLock(path, NOW)).release();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  test('of a living process holds others off, and is taken over when that has been killed', async () => {
    const path = join(tempDir(), 'lock');
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      expect(String((await once(holder.stdout, 'data'))[0])).toBe('taken');
      expect(await takeLock(path, { waitMs: 150 })).toMatchObject({ pid: holder.pid });
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'close');
    }
    expect(existsSync(path)).toBe(true);
    taken(await takeLock(path, NOW)).release();
  });

  test('is waited for', async () => {
    const path = join(tempDir(), 'lock');
    const lock = taken(await takeLock(path, NOW));
    const waiting = takeLock(path, { waitMs: 20_000 });
    await sleep(20);
    lock.release();
    taken(await waiting).release();
    const held = taken(await takeLock(path, NOW));
    const signal = AbortSignal.abort();
    await expect(takeLock(path, { waitMs: 20_000, signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    held.release();
  });

  test('of a process number that another process has now, or of a machine that was started again, is free', async () => {
    const path = join(tempDir(), 'lock');
    const lock = taken(await takeLock(path, NOW));
    const text = readFileSync(path, 'utf8');
    const owner = lockOwner(path) as LockOwner;
    lock.release();
    expect(owner).toEqual({ host: hostname(), pid: process.pid, boot: expect.anything(), started: expect.anything() });
    const others: readonly [Partial<LockOwner>, boolean][] = [
      [{}, true],
      [{ started: '1' }, false],
      [{ boot: 'another start' }, false],
      [{ pid: 2 ** 22 + 1 }, false],
      [{ host: 'elsewhere', started: '1' }, true],
      [{ boot: null, started: null }, true],
      [{ boot: null, started: null, pid: 2 ** 22 + 1 }, false],
    ];
    for (const [other, holds] of others) {
      writeFileSync(path, written({ ...owner, ...other }));
      expect(lockOwner(path) !== null, JSON.stringify(other)).toBe(holds);
    }
    writeFileSync(path, written(owner));
    expect(readFileSync(path, 'utf8')).toBe(text);
    // Whatever a damaged file says, it holds nobody off.
    for (const damaged of ['', '{', text.slice(0, -2), text.replace(/\d/, '7').replace(hostname(), 'elsewhere'), text.toUpperCase()]) {
      writeFileSync(path, damaged);
      expect(lockOwner(path)).toBeNull();
      taken(await takeLock(path, NOW)).release();
    }
  });

  test('is taken over at once where others have died while they took it over, and nothing of them is left', async () => {
    const folder = tempDir();
    const path = join(folder, 'lock');
    const lock = taken(await takeLock(path, NOW));
    const living = lockOwner(path) as LockOwner;
    lock.release();
    const sum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
    const dead = (started: string): string => written({ ...living, started });
    const claim = `${path}.takeover-${sum(dead('1'))}`;
    const claimToClaim = `${claim}.takeover-${sum(dead('2'))}`;
    writeFileSync(path, dead('1'));
    writeFileSync(claim, dead('2'));
    writeFileSync(claimToClaim, dead('3'));
    for (const left of [path, claim, claimToClaim]) writeFileSync(`${left}.part-${2 ** 22 + 1}`, '');
    writeFileSync(`${path}-of-another`, dead('1'));
    const again = taken(await takeLock(path, NOW));
    expect(readdirSync(folder).sort()).toEqual(['lock', 'lock-of-another']);
    // A claim of a living process holds off: that one is about to have the lock.
    again.release();
    writeFileSync(path, dead('1'));
    writeFileSync(claim, written(living));
    expect(await takeLock(path, NOW)).toEqual(living);
  });

  test('goes to one of many that ask at once, also where its owner has died', async () => {
    const folder = tempDir();
    const path = join(folder, 'lock');
    const dead = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(dead.stdout, 'data');
    dead.kill('SIGKILL');
    await once(dead, 'close');
    const askers = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', HOLDER, path], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    try {
      const answers = await Promise.all(askers.map(async (asker) => String((await once(asker.stdout, 'data'))[0])));
      expect(answers.sort()).toEqual(['refused', 'refused', 'refused', 'refused', 'refused', 'taken']);
    } finally {
      for (const asker of askers) asker.kill('SIGKILL');
    }
  });
});
