import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { moveInto } from './move-file.ts';

/**
 * Where the rejected rows of a dropped file are until it has got through: a folder of its own, so that of an import that was
 * killed, and is done again, nothing is there twice.
 */
function folderOf(path: string, failed: string): string {
  return join(failed, `.${basename(path)}.rejects`);
}

/** Makes the place for rejected rows of a file; what an import that was broken off has left there is rejected again now. @returns the file for them */
export function openRejects(path: string, failed: string): string {
  dropRejects(path, failed);
  const folder = folderOf(path, failed);
  mkdirSync(folder, { recursive: true });
  return join(folder, `${parse(path).name}.rejects.csv`);
}

/** Takes back what `openRejects` made: nothing of the file was written. */
export function dropRejects(path: string, failed: string): void {
  rmSync(folderOf(path, failed), { recursive: true, force: true });
}

/** Brings the rejected rows of a file that was imported into the folder of failed files. @returns where they are; null where there are none */
export function settleRejects(path: string, failed: string): string | null {
  const folder = folderOf(path, failed);
  if (!existsSync(folder)) return null;
  let settled: string | null = null;
  for (const name of readdirSync(folder).sort()) settled = moveInto(join(folder, name), failed);
  rmSync(folder, { recursive: true, force: true });
  return settled;
}
