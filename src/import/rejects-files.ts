import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { CrmError, isDiskFull } from '../errors.ts';
import { removeStale } from '../engines/stale-files.ts';
import { csvLine } from '../formats/csv-writer.ts';
import type { Reject } from './record-importer.ts';

/** Columns added to those of the file; they are left out again when a mended file is imported. */
const ADDED = ['_line', '_byte', '_column', '_code', '_reason'];

/** One file being written: rows of one header. */
interface Part {
  readonly path: string;
  readonly columns: readonly string[];
  readonly file: number;
  rows: number;
  /** Whether it is a device or a pipe, which is written to as it is. */
  readonly isDirect: boolean;
  /** Whether it has its name; what had the name before is kept beside it until the end. */
  isPublished: boolean;
}

/** A rejects file that was written. */
export interface WrittenRejects {
  readonly path: string;
  readonly rows: number;
}

/**
 * Rejected rows of one import as CSV: the columns of the file and why each row was not taken; a file of its own for each
 * header, so that a mended one can be imported. Written beside the final names and renamed just before the database
 * commits, so that a file of such a name is always whole and no row is taken while those rejected could still be lost;
 * none is made when nothing was rejected.
 */
export class RejectsFiles {
  readonly #givenPath: string | null;
  readonly #parts: Part[] = [];
  #path: string;
  #columns: readonly string[] = [];

  /** @param givenPath where the user wants them; null: beside the working folder, named after the input */
  constructor(givenPath: string | null) {
    this.#givenPath = givenPath;
    this.#path = givenPath ?? '';
  }

  /** Where the first of them is, or would be. */
  get path(): string {
    return this.#parts[0]?.path ?? this.#path;
  }

  /** Says which input the next rows come from, and what its columns are. */
  begin(inputPath: string, columns: readonly string[]): void {
    this.#path = this.#givenPath ?? (inputPath === '-' ? 'stdin.rejects.csv' : `${basename(inputPath)}.rejects.csv`);
    this.#columns = columns;
  }

  /** Adds rows. @throws {CrmError} OUTPUT_FAILED or DISK_FULL */
  add(rejects: readonly Reject[]): void {
    for (const reject of rejects) {
      const part = this.#part(reject.header ?? this.#columns);
      const cells = part.columns.map((_, index) => clean(reject.cells[index] ?? ''));
      const extra = reject.cells.slice(part.columns.length);
      const last = cells.length - 1;
      if (extra.length > 0 && last >= 0) cells[last] = clean([reject.cells[last] ?? '', ...extra].join(','));
      write(part, [...cells, String(reject.line), String(reject.byte), reject.column ?? '', reject.code, reject.reason]);
      part.rows++;
    }
  }

  #part(columns: readonly string[]): Part {
    const sameHeader = (part: Part): boolean => part.columns === columns || part.columns.join('\n') === columns.join('\n');
    const isMine = (part: Part): boolean => part.path === this.#path || part.path.startsWith(this.#path.replace(/\.csv$/, '-'));
    const open = this.#parts.find((part) => isMine(part) && sameHeader(part));
    if (open !== undefined) return open;
    const path = this.#freePath();
    const existing = guarded(path, () => statSync(path, { throwIfNoEntry: false }));
    const isDirect = existing !== undefined && !existing.isFile() && !existing.isDirectory();
    if (!isDirect) removeStale(dirname(path), /\.part-(\d+)$/, basename(path));
    const file = guarded(path, () => openSync(isDirect ? path : partPath(path), 'w', 0o600));
    const opened = { path, columns, rows: 0, isDirect, isPublished: false, file };
    this.#parts.push(opened);
    write(opened, [...columns, ...ADDED]);
    return opened;
  }

  /** `people.csv.rejects.csv`, `people.csv.rejects-2.csv` … */
  #freePath(): string {
    const taken = new Set(this.#parts.map((part) => part.path));
    let path = this.#path;
    for (let n = 2; taken.has(path); n++) path = this.#path.replace(/(\.[^./\\]+)?$/, `-${n}$1`);
    return path;
  }

  /** Brings everything to the disk, so that little can fail after the database was written. */
  sync(): void {
    for (const { path, file, isDirect } of this.#parts) if (!isDirect) guarded(path, () => fsyncSync(file));
  }

  /** Ends the files and gives them their names; `discard` can still take that back. @throws {CrmError} OUTPUT_FAILED or DISK_FULL */
  publish(): void {
    for (const part of this.#parts) {
      if (part.isPublished) continue;
      guarded(part.path, () => {
        closeSync(part.file);
        part.isPublished = true;
        if (part.isDirect) return;
        if (existsSync(part.path)) keepCopy(part.path, formerPath(part.path));
        renameSync(partPath(part.path), part.path);
      });
    }
  }

  /** Ends everything. @returns what was written, none when nothing was rejected */
  finish(): WrittenRejects[] {
    this.publish();
    const parts = this.#parts.splice(0);
    for (const { path, isDirect } of parts) if (!isDirect) rmSync(formerPath(path), { force: true });
    return parts.map(({ path, rows }) => ({ path, rows }));
  }

  /** Removes what was written, and brings back what had its names before. */
  discard(): void {
    for (const { path, file, isDirect, isPublished } of this.#parts.splice(0)) {
      if (!isPublished) closeSync(file);
      if (isDirect) continue;
      if (!isPublished) rmSync(partPath(path), { force: true });
      else if (existsSync(partPath(path))) rmSync(formerPath(path), { force: true });
      else if (existsSync(formerPath(path))) renameSync(formerPath(path), path);
      else rmSync(path, { force: true });
      rmSync(partPath(path), { force: true });
    }
  }
}

function partPath(path: string): string {
  return `${path}.part-${process.pid}`;
}

/** Ends like the file that is being written: when this process is gone, the next one removes both. */
function formerPath(path: string): string {
  return `${path}.before.part-${process.pid}`;
}

/** A second name for a file; a copy where there are none. */
function keepCopy(path: string, to: string): void {
  try {
    linkSync(path, to);
  } catch {
    copyFileSync(path, to);
  }
}

function write(part: Part, cells: readonly string[]): void {
  guarded(part.path, () => writeSync(part.file, csvLine(cells)));
}

function guarded<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (isDiskFull(error)) {
      throw new CrmError('DISK_FULL', `no space left for the rejects file ${path}; nothing was changed`, {
        cause: error,
        hint: 'free some space and try again',
      });
    }
    throw new CrmError('OUTPUT_FAILED', `the rejects file ${path} cannot be written (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
      hint: 'name another place with --rejects FILE',
    });
  }
}

/** A text that any CSV reader takes: the character U+0000 stands as its picture, U+2400. */
function clean(text: string): string {
  return text.replaceAll('\u0000', '\u2400');
}
