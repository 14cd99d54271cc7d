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

/** Whether small disks can be made here: root can. In CI it must be so. */
export const canMount = smallDisk(16) !== null;
if (!canMount) {
  const message = 'tests of a full disk: no small disk can be mounted here (needs root)';
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}
