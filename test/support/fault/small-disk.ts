import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { tempDir } from '../temp-dir.ts';

const mounted: string[] = [];
afterAll(() => {
  for (const path of mounted.splice(0)) spawnSync('umount', ['-l', path]);
});

/** A new disk of this size, which goes away when the test file ends; null where none can be made. */
export function smallDisk(kilobytes: number): string | null {
  const path = join(tempDir(), 'disk');
  mkdirSync(path);
  const made = process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'none', path]).status === 0;
  if (made) mounted.push(path);
  return made ? path : null;
}

/** Tries it, and leaves nothing: where every test of a file is skipped, nothing runs at its end. */
function mountWorks(): boolean {
  const path = smallDisk(16);
  if (path === null) return false;
  spawnSync('umount', ['-l', path]);
  mounted.splice(mounted.indexOf(path), 1);
  return true;
}

/** Whether small disks can be made here: root can. In CI it must be so. */
export const canMount = mountWorks();
if (!canMount) {
  const message = 'tests of a full disk: no small disk can be mounted here (needs root)';
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}
