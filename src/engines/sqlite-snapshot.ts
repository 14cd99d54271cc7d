import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CrmError, type ErrorCode } from '../errors.ts';
import { builtModule } from './built-module.ts';
import type { DatabaseCheck, DatabaseSnapshot, SnapshotOptions, TableFacts } from './snapshot.ts';
import { openRawDatabase } from './raw-database-file.ts';
import { WalFrames, type WalMark } from './sqlite-wal.ts';

/** What the process in `sqlite-snapshot-worker.ts` is asked: to hold a file while it is read, or to look it through. */
export type WorkerRequest = FileRequest & ({ readonly kind: 'hold' } | { readonly kind: 'check'; readonly integrity: boolean });

interface FileRequest {
  /** Without links: SQLite's other files lie beside it. */
  readonly path: string;
  readonly label: string;
  /** The key of an encrypted file, hexadecimal. It goes through a pipe: arguments and environment can be seen. */
  readonly key: string | null;
  readonly rowHashes: boolean;
  readonly busyTimeoutMs: number;
}

/** What it answers, in this order. */
export type WorkerAnswer =
  | {
      readonly kind: 'begun';
      /** Up to where the log is part of what is read; null where the database file alone is. */
      readonly wal: WalMark | null;
      readonly pageBytes: number;
      readonly pageCount: number;
      readonly schemaVersion: number;
      readonly isEncrypted: boolean;
    }
  | { readonly kind: 'tables'; readonly tables: readonly TableFacts[] }
  | { readonly kind: 'checked'; readonly check: DatabaseCheck }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly message: string; readonly hint: string };

type Begun = WorkerAnswer & { readonly kind: 'begun' };

/** A whole number of pages of any size. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Takes a snapshot of a SQLite file while others write to it, and without keeping them from it: another process holds a
 * read transaction, and this one reads the bytes of the file with the pages of the write-ahead log over them.
 * Encrypted pages stay as they are.
 * @throws {CrmError} NO_DATABASE, NOT_OUR_DATABASE, KEY_NEEDED, WRONG_KEY, INTEGRITY, BUSY or ENGINE
 */
export async function openSqliteSnapshot(path: string, options: SnapshotOptions): Promise<DatabaseSnapshot> {
  const real = await realPath(path);
  const worker = new SnapshotWorker();
  try {
    const { rowHashes, busyTimeoutMs } = options;
    worker.ask({ kind: 'hold', path: real, label: path, key: hexOf(options.key), rowHashes, busyTimeoutMs });
    const begun = await worker.next('begun');
    const tables = worker.next('tables').then((answer) => answer.tables);
    tables.catch(() => undefined); // told to whoever asks for them
    const image = await SqliteImage.open(real, begun);
    return {
      engine: 'sqlite',
      label: path,
      namespace: null,
      schemaVersion: begun.schemaVersion,
      pageBytes: begun.pageBytes,
      totalBytes: begun.pageBytes * begun.pageCount,
      maxPieceBytes: PIECE_BYTES,
      pieces: () => image.pieces(),
      tables: () => tables,
      close: async () => {
        await worker.end();
        await image.close();
      },
    };
  } catch (error) {
    await worker.end();
    throw error;
  }
}

/** How a file is looked through. */
export interface CheckOptions {
  /** Integrity of the file and foreign keys too, not only its tables. */
  readonly integrity: boolean;
  readonly rowHashes: boolean;
  readonly key: Uint8Array | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A process that looks a whole SQLite file through; it is started beforehand, because that takes a while. Nobody
 * else works with the file; SQLite leaves a `-wal` and a `-shm` beside it.
 */
export class SqliteFileCheck {
  readonly #worker = new SnapshotWorker();
  #signal: AbortSignal | undefined;
  readonly #stop = (): void => void this.end();

  /** Begins to look a file through, of which all is written; to be called once. */
  begin(path: string, { integrity, rowHashes, key, signal }: CheckOptions): void {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#stop);
    this.#worker.ask({ kind: 'check', path, label: path, integrity, key: hexOf(key), rowHashes, busyTimeoutMs: 0 });
  }

  /**
   * Waits for what was found.
   * @throws {CrmError} INTEGRITY or NOT_OUR_DATABASE when it cannot even be opened; what is wrong inside stands in `problems`
   */
  async result(): Promise<DatabaseCheck> {
    return (await this.#worker.next('checked')).check;
  }

  /** Ends the process; to be called in every case. */
  end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop);
    return this.#worker.end();
  }
}

function hexOf(key: Uint8Array | null): string | null {
  return key === null ? null : Buffer.from(key).toString('hex');
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw new CrmError('NO_DATABASE', `there is no database at ${path}`, { cause: error, hint: 'make one with: crm init' });
  }
}

/** The bytes of a database as one transaction sees them. */
class SqliteImage {
  readonly #file: FileHandle;
  readonly #log: FileHandle | null;
  readonly #frames: WalFrames | null;
  readonly #begun: Begun;

  private constructor(file: FileHandle, log: FileHandle | null, frames: WalFrames | null, begun: Begun) {
    this.#file = file;
    this.#log = log;
    this.#frames = frames;
    this.#begun = begun;
  }

  static async open(path: string, begun: Begun): Promise<SqliteImage> {
    const file = await openRawDatabase(path);
    let log: FileHandle | null = null;
    try {
      if (begun.wal === null) return new SqliteImage(file, null, null, begun);
      log = await open(`${path}-wal`, 'r');
      const frames = await WalFrames.read(log, begun.wal, begun.pageCount);
      return new SqliteImage(file, log, frames, begun);
    } catch (error) {
      await log?.close();
      throw error;
    }
  }

  async *pieces(): AsyncIterable<Buffer> {
    const { pageBytes, pageCount } = this.#begun;
    const totalBytes = pageBytes * pageCount;
    const block = Buffer.allocUnsafe(PIECE_BYTES);
    for (let at = 0; at < totalBytes; at += block.length) {
      const piece = block.subarray(0, Math.min(block.length, totalBytes - at));
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, at);
      // Pages that are only in the log so far lie beyond the end of the file.
      piece.fill(0, bytesRead);
      await this.#frames?.overlay(piece, at / pageBytes + 1);
      yield piece;
    }
  }

  /** The database file stays open: see `openRawDatabase`. SQLite locks nothing in the log. */
  async close(): Promise<void> {
    await this.#log?.close();
  }
}

/** The other process; it is killed when it is no longer needed. */
class SnapshotWorker {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;
  readonly #exited: Promise<unknown>;

  constructor() {
    const path = fileURLToPath(builtModule('./sqlite-snapshot-worker.js', import.meta.url));
    this.#child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#exited = once(this.#child, 'close').catch(() => undefined);
    this.#child.stdin.on('error', () => undefined); // it has gone: the missing answer says so
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Says what to do; once. */
  ask(request: WorkerRequest): void {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  /** Waits for an answer of a kind. @throws {CrmError} what the process says instead */
  async next<K extends WorkerAnswer['kind']>(kind: K): Promise<WorkerAnswer & { readonly kind: K }> {
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done === true) {
        throw new CrmError('ENGINE', 'the process that reads the database has ended', { hint: 'run again; is there memory enough?' });
      }
      const answer = JSON.parse(value) as WorkerAnswer;
      if (answer.kind === 'error') throw new CrmError(answer.code, answer.message, { hint: answer.hint });
      if (answer.kind === kind) return answer as WorkerAnswer & { readonly kind: K };
    }
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
