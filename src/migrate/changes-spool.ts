import { randomBytes } from 'node:crypto';
import { closeSync, createReadStream, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crypter, passingSecret } from '../engines/passing-secret.ts';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError, isDiskFull } from '../errors.ts';
import { fromJsonRow, type JsonCell, toJsonRow } from './cell-json.ts';
import type { ChangesTaker } from './find-changes.ts';
import type { ChangeCounts, RowChange } from './row-change.ts';

const NAME = 'crm-changes-';
const STALE = /^crm-changes-(\d+)-/;
/** Characters that are written at once. */
const PIECE = 64 * 1024;
const LF = 10;

type Line =
  | readonly ['missing' | 'extra', readonly JsonCell[]]
  | readonly ['different', readonly JsonCell[], readonly JsonCell[], readonly number[]];

/**
 * The changes of one table, found before anything is written, however many they are: in a temporary file that only this process
 * can read. Files of killed processes are removed.
 */
export class ChangesSpool implements ChangesTaker {
  counts: ChangeCounts = { missing: 0, extra: 0, different: 0 };
  readonly #path: string;
  readonly #file: number;
  #secret = passingSecret();
  #encrypt = crypter(this.#secret);
  #piece = '';
  #length = 0;
  #isOpen = true;

  /** @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
  constructor() {
    removeStale(tmpdir(), STALE, NAME);
    this.#path = join(tmpdir(), `${NAME}${process.pid}-${randomBytes(6).toString('hex')}`);
    this.#file = guarded(() => openSync(this.#path, 'wx', 0o600));
  }

  /** How many changes there are in all. */
  get total(): number {
    const { missing, extra, different } = this.counts;
    return missing + extra + different;
  }

  async add(change: RowChange): Promise<void> {
    this.counts[change.kind]++;
    const line: Line =
      change.kind === 'different'
        ? [change.kind, toJsonRow(change.left), toJsonRow(change.right), change.at]
        : [change.kind, toJsonRow(change.row)];
    this.#piece += `${JSON.stringify(line)}\n`;
    if (this.#piece.length >= PIECE) this.#flush();
  }

  async restart(): Promise<void> {
    this.counts = { missing: 0, extra: 0, different: 0 };
    this.#piece = '';
    // Bytes that were encrypted with one counter must not be so again.
    this.#secret = passingSecret();
    this.#encrypt = crypter(this.#secret);
    ftruncateSync(this.#file, 0);
    this.#length = 0;
  }

  /** The changes, in the order in which they were found; as often as wanted. */
  async *changes(): AsyncGenerator<RowChange> {
    this.#flush();
    if (this.total === 0) return;
    const decrypt = crypter(this.#secret);
    let rest = Buffer.alloc(0);
    for await (const chunk of createReadStream(this.#path)) {
      const bytes = Buffer.concat([rest, decrypt(chunk as Buffer)]);
      const end = bytes.lastIndexOf(LF) + 1;
      rest = bytes.subarray(end);
      if (end === 0) continue;
      for (const line of bytes.toString('utf8', 0, end - 1).split('\n')) yield changeOf(JSON.parse(line) as Line);
    }
  }

  /** Removes the file; may be called twice. */
  dispose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#file);
    rmSync(this.#path, { force: true });
  }

  #flush(): void {
    const bytes = this.#encrypt(Buffer.from(this.#piece));
    this.#piece = '';
    guarded(() => {
      for (let at = 0; at < bytes.length; ) {
        const written = writeSync(this.#file, bytes, at, bytes.length - at, this.#length);
        at += written;
        this.#length += written;
      }
    });
  }
}

function changeOf(line: Line): RowChange {
  if (line[0] === 'different') return { kind: 'different', left: fromJsonRow(line[1]), right: fromJsonRow(line[2]), at: line[3] };
  return { kind: line[0], row: fromJsonRow(line[1]) };
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isFull = isDiskFull(error);
    throw new CrmError(isFull ? 'DISK_FULL' : 'OUTPUT_FAILED', `what differs cannot be written to ${tmpdir()}; nothing was changed by it`, {
      cause: error,
      hint: isFull ? 'free some space there, or name another folder: TMPDIR=FOLDER' : 'check the permissions of that folder',
    });
  }
}
