import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { basename, extname, join } from 'node:path';
import { CrmError, isDiskFull } from '../errors.ts';

const CHUNK = 1 << 20;
/** Codes of systems that cannot link: another disk, or one without links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Moves a file into a folder, under a name that is free there: nothing is ever overwritten, and no half file ever has its name.
 * A move that was broken off between the two is ended: the file is not there twice.
 * @returns its new path
 * @throws {CrmError} OUTPUT_FAILED, DISK_FULL; the file is where it was then
 */
export function moveInto(path: string, folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    for (let n = 1; ; n++) {
      const target = numbered(folder, basename(path), n);
      if (existsSync(target) ? isSameFile(path, target) : placeAs(path, target)) {
        unlinkSync(path);
        return target;
      }
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new CrmError(isDiskFull(error) ? 'DISK_FULL' : 'OUTPUT_FAILED', `${path} cannot be moved to ${folder} (${code})`, {
      cause: error,
      hint: 'check the folder and its permissions; what was imported is in the database, and is not imported again',
    });
  }
}

/** `a.csv`, `a-2.csv`, `a-3.csv` … */
function numbered(folder: string, name: string, n: number): string {
  const extension = extname(name);
  return join(folder, n === 1 ? name : `${name.slice(0, name.length - extension.length)}-${n}${extension}`);
}

/** Gives a file another name, too. @returns false where somebody took that name meanwhile */
function placeAs(path: string, target: string): boolean {
  try {
    linkSync(path, target);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
    return copyAs(path, target);
  }
}

/** Copies a file with its time, whole and on the disk before it gets its name. @returns false where the name was taken */
function copyAs(path: string, target: string): boolean {
  const part = join(target, '..', `.${basename(path)}.part`);
  copyFileSync(path, part);
  const { atime, mtime } = statSync(path);
  utimesSync(part, atime, mtime);
  const file = openSync(part, 'r+');
  fsyncSync(file);
  closeSync(file);
  // Of two jobs only one is at work: nobody but a person can take the name between the two.
  const isTaken = existsSync(target);
  if (isTaken) unlinkSync(part);
  else renameSync(part, target);
  return !isTaken;
}

/** Whether they are two names of one file, or one is the copy of the other that a broken-off move has made. */
function isSameFile(path: string, target: string): boolean {
  const [a, b] = [statSync(path), statSync(target)];
  if (a.dev === b.dev) return a.ino === b.ino;
  return b.isFile() && a.size === b.size && Math.abs(a.mtimeMs - b.mtimeMs) < 1 && haveSameBytes(path, target);
}

function haveSameBytes(path: string, other: string): boolean {
  const files = [openSync(path, 'r'), openSync(other, 'r')] as const;
  try {
    for (;;) {
      const [a, b] = files.map((file) => {
        const chunk = Buffer.alloc(CHUNK);
        return chunk.subarray(0, readSync(file, chunk));
      }) as [Buffer, Buffer];
      if (!a.equals(b)) return false;
      if (a.length === 0) return true;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}
