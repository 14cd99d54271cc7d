import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what processes that are gone have left in a folder; their ids stand in the names. Never throws.
 * @param pattern its first group is the process id
 * @param start what the names begin with
 */
export function removeStale(folder: string, pattern: RegExp, start = ''): void {
  try {
    for (const name of readdirSync(folder)) {
      const pid = name.startsWith(start) ? Number(pattern.exec(name)?.[1] ?? 0) : 0;
      if (pid > 0 && !isRunning(pid)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch {
    // somebody else's files, or a folder that cannot be listed: they stay
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
