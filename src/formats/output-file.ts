import { closeSync, fchmodSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { CrmError, isDiskFull } from '../errors.ts';

/**
 * A file that appears whole or not at all: written beside its place and renamed at the end, so that an interruption
 * leaves what was there before. A link keeps pointing to the same file; what is no regular file (a pipe, a device) is
 * written to directly.
 */
export class OutputFile {
  readonly path: string;
  readonly #target: string;
  readonly #partPath: string | null;
  #file: number | null;
  #bytes = 0;

  /**
   * @param mode permissions of a file that is new
   * @throws {CrmError} OUTPUT_FAILED when the file cannot be made
   */
  constructor(path: string, { mode = 0o666 }: { readonly mode?: number } = {}) {
    this.path = path;
    try {
      const existing = statSync(path, { throwIfNoEntry: false });
      if (existing?.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
      this.#target = existing === undefined ? path : realpathSync(path);
      this.#partPath = existing === undefined || existing.isFile() ? `${this.#target}.part-${process.pid}` : null;
      this.#file = openSync(this.#partPath ?? this.#target, 'w', mode);
      if (existing?.isFile()) fchmodSync(this.#file, existing.mode & 0o777);
    } catch (error) {
      throw outputError(error, path);
    }
  }

  /** How much was written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends bytes, or text as UTF-8. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
  write(content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file as number, bytes, at);
    } catch (error) {
      throw outputError(error, this.path);
    }
    this.#bytes += bytes.length;
  }

  /** Ends the file and gives it its name; it is on disk afterwards. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
  finish(): void {
    try {
      if (this.#partPath !== null) fsyncSync(this.#file as number);
      this.#close();
      if (this.#partPath === null) return;
      renameSync(this.#partPath, this.#target);
      syncFolder(dirname(this.#target));
    } catch (error) {
      throw outputError(error, this.path);
    }
  }

  /** Removes what was written; harmless after `finish`. */
  discard(): void {
    if (this.#file === null) return;
    this.#close();
    if (this.#partPath !== null) rmSync(this.#partPath, { force: true });
  }

  #close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

/**
 * Writes a file as its text comes, whole or not at all.
 * @param fill is given what takes the next piece of the text
 * @returns what `fill` says
 * @throws {CrmError} OUTPUT_FAILED, DISK_FULL, and whatever `fill` throws
 */
export async function writeOutputFile<T>(path: string, fill: (write: (text: string) => void) => Promise<T>): Promise<T> {
  const file = new OutputFile(path);
  try {
    const result = await fill((text) => file.write(text));
    file.finish();
    return result;
  } finally {
    file.discard();
  }
}

/** Writes a short file at once, whole or not at all. @throws {CrmError} OUTPUT_FAILED, DISK_FULL */
export function writeTextFile(path: string, text: string): void {
  const file = new OutputFile(path);
  try {
    file.write(text);
    file.finish();
  } finally {
    file.discard();
  }
}

/** A new or renamed file lasts only once its folder is on disk; some file systems cannot say so. Never throws. */
export function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // the file itself is safe
  }
}

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EISDIR: ['it is a folder', 'name a file in it'],
  ENOENT: ['its folder does not exist', 'make the folder first, or name another place'],
  ENOTDIR: ['its folder does not exist', 'make the folder first, or name another place'],
  EACCES: ['permission denied', 'check the permissions of the folder, or name another place'],
  EPERM: ['permission denied', 'check the permissions of the folder, or name another place'],
  EROFS: ['the disk is read-only', 'name another place'],
};

function outputError(error: unknown, path: string): CrmError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (isDiskFull(error)) {
    return new CrmError('DISK_FULL', `${path} cannot be written: no space left`, {
      cause: error,
      hint: 'free some space and run again; what was there before is unchanged',
    });
  }
  const [reason, hint] = REASONS[code] ?? [code || String(error), 'name another place'];
  return new CrmError('OUTPUT_FAILED', `${path} cannot be written: ${reason}`, { cause: error, hint });
}
