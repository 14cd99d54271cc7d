import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CrmError, isDiskFull } from '../errors.ts';
import { syncFolder } from '../formats/output-file.ts';

/** Writes a file so that it is there whole or not at all, and is on disk afterwards. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
export function writeWhole(path: string, content: Uint8Array): void {
  const part = partPath(path);
  try {
    writeFileSync(part, content, { mode: 0o600, flush: true });
    publish(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw storageError(error, path);
  }
}

/** Where a file is written before it gets its name; `prune` knows these, and their process. */
export function partPath(path: string): string {
  return `${path}.part-${process.pid}`;
}

/** Gives a file its name for good: what is on disk under `part` is so under `path`. */
export function publish(part: string, path: string): void {
  renameSync(part, path);
  syncFolder(dirname(path));
}

/** An error of the system while something of a backup was written, as an error of ours. */
export function storageError(error: unknown, path: string): unknown {
  if (error instanceof CrmError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return error;
  if (isDiskFull(error)) {
    return new CrmError('DISK_FULL', `${path} cannot be written: no space left`, {
      cause: error,
      hint: 'free some space, or remove old snapshots with: crm backup prune; no snapshot was changed',
    });
  }
  return new CrmError('OUTPUT_FAILED', `${path} cannot be written (${code})`, {
    cause: error,
    hint: 'check the folder and its permissions; no snapshot was changed',
  });
}
