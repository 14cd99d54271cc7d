import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { CrmError } from '../errors.ts';

/** The bytes of a file; null where there is none. @throws {CrmError} PERMISSION when it cannot be read */
export function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new CrmError('PERMISSION', `${path} cannot be read (${code})`, { cause: error, hint: 'check its permissions' });
  }
}

/** The first group of each name in a folder that matches, sorted; nothing where there is no such folder. */
export function namesIn(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .sort();
}
