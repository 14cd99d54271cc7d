import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../process-lock.ts';

/**
 * Removes what processes that are gone have left in a folder; their ids stand in the names. Never throws.
 * @param pattern its first group is the process id
 * @param start what the names begin with
 */
export function removeStale(folder: string, pattern: RegExp, start = ''): void {
  for (const path of staleFiles(folder, pattern, start)) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // somebody else's: it stays
    }
  }
}

/** What `removeStale` would remove; nothing of a folder that cannot be listed. Never throws. */
export function staleFiles(folder: string, pattern: RegExp, start = ''): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.startsWith(start));
    return names.filter((name) => isLeft(Number(pattern.exec(name)?.[1] ?? 0))).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isLeft(pid: number): boolean {
  return pid > 0 && !isRunning(pid);
}
