import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CrmError } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import { lockOwner, nameOwner, type ProcessLock, takeLock } from '../process-lock.ts';
import { SettlingFiles } from './settling-files.ts';
import { importWatched, type WatchedFile, type WatchedImportOptions } from './watched-import.ts';

/** How a folder is watched. */
export interface WatchOptions extends Omit<WatchedImportOptions, 'isUntouched' | 'onStart'> {
  readonly folder: string;
  /** Names of files; none: those that an import reads. */
  readonly patterns: readonly string[];
  readonly settleMs: number;
  readonly intervalMs: number;
  /** Looks once, and does not wait for what cannot be imported now. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** Is told what becomes of each file, and of the folder where that is gone. */
  readonly onFile: (file: WatchedFile) => Promise<void>;
}

const LOCK = '.crm-watch.lock';
/** Names the process that imports: it may outlive a watcher that was killed for a moment. */
const AT_WORK = '.crm-watch.import';
/** How long such a process is waited for; it rolls back within seconds. */
const ORPHAN_MS = 60_000;
const POLL_MS = 100;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Imports the files of a folder as they arrive, each once, until the signal comes: then it ends after the file at hand.
 * @throws {CrmError} BUSY where another one watches the folder, INPUT_MISSING where it is not there, and what keeps every file
 * from being imported
 */
export async function watchFolder(options: WatchOptions): Promise<void> {
  await new FolderWatch(options).run();
}

class FolderWatch {
  readonly #options: WatchOptions;
  readonly #files: SettlingFiles;
  #lock: ProcessLock | null = null;
  #isGone = false;
  /** How often in a row nothing could be imported. */
  #setbacks = 0;
  /** What was said of a file that waits, so that it is said once. */
  readonly #said = new Map<string, string>();

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#files = new SettlingFiles(options.folder, options.patterns, options.settleMs);
  }

  async run(): Promise<void> {
    const { folder, once, settleMs, intervalMs, signal } = this.#options;
    try {
      await this.#open();
      if (once) {
        const { growing } = this.#files.look();
        if (growing.length > 0) await this.#pause(settleMs);
        if (!signal.aborted) await this.#round();
        return;
      }
      while (!signal.aborted) {
        await this.#round();
        await this.#pause(Math.min(LONGEST_PAUSE_MS, intervalMs * 2 ** this.#setbacks));
      }
    } catch (error) {
      throw asMissing(error, folder);
    } finally {
      this.#lock?.release();
    }
  }

  async #open(): Promise<void> {
    const { folder, signal } = this.#options;
    this.#files.look();
    this.#lock?.release();
    const lock = await takeLock(join(folder, LOCK), { waitMs: 0 });
    if (!('release' in lock)) {
      throw new CrmError('BUSY', `another crm watch (process ${lock.pid} on ${lock.host}) watches ${folder}`, {
        hint: `stop it first; if that machine is gone for good, remove ${join(folder, LOCK)}`,
        details: { ...lock },
      });
    }
    this.#lock = lock;
    const end = performance.now() + ORPHAN_MS;
    while (lockOwner(join(folder, AT_WORK)) !== null) {
      if (performance.now() >= end)
        throw new CrmError('BUSY', `an import of ${folder} that was begun before still works`, { hint: 'try again when it has ended' });
      await sleep(POLL_MS);
      checkInterruption(signal);
    }
  }

  async #round(): Promise<void> {
    const { once, signal } = this.#options;
    const found = await this.#look();
    if (found === null) return;
    for (const path of found.empty) await this.#leave(path, 'it is empty: is it still to be written?');
    if (once)
      for (const path of found.growing) await this.#tell({ ...UNTOUCHED, file: path, status: 'waiting', message: 'it is still growing' });
    for (const path of found.ready) {
      if (signal.aborted) return;
      const file = await this.#import(path);
      if (file.status === 'left' || (file.movedTo === null && file.status !== 'waiting' && this.#files.isUntouched(path)))
        this.#files.leave(path);
      await this.#tell(file);
      if (file.status === 'waiting' && file.exitCode !== 0 && file.exitCode !== IN_USE) {
        this.#setbacks = Math.min(this.#setbacks + 1, 10);
        return; // it is the database: the other files would fare the same
      }
      if (file.status !== 'waiting') this.#setbacks = 0;
    }
  }

  async #import(path: string): Promise<WatchedFile> {
    try {
      const isUntouched = (at: string): boolean => this.#files.isUntouched(at);
      return await importWatched(path, { ...this.#options, isUntouched, onStart: this.#noteImport });
    } finally {
      rmSync(join(this.#options.folder, AT_WORK), { force: true });
    }
  }

  readonly #noteImport = (pid: number): void => {
    try {
      nameOwner(join(this.#options.folder, AT_WORK), pid);
    } catch {
      // The folder has just gone; the import tells of it.
    }
  };

  /** Null while the folder is gone. */
  async #look(): Promise<ReturnType<SettlingFiles['look']> | null> {
    const { folder, once } = this.#options;
    try {
      if (this.#isGone) await this.#open();
      const found = this.#files.look();
      if (this.#isGone) await this.#tell({ ...UNTOUCHED, file: folder, status: 'waiting', message: 'the folder is back' });
      this.#isGone = false;
      return found;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (error instanceof CrmError || once) throw error;
      this.#isGone = true;
      this.#files.forget();
      await this.#tell({
        ...UNTOUCHED,
        file: folder,
        status: 'waiting',
        message: `the folder is gone (${code}): waiting for it`,
        exitCode: 4,
      });
      return null;
    }
  }

  async #leave(path: string, message: string): Promise<void> {
    this.#files.leave(path);
    await this.#tell({ ...UNTOUCHED, file: path, status: 'left', message });
  }

  /** What waits is told of once, and again when it is for another reason. */
  async #tell(file: WatchedFile): Promise<void> {
    if (file.status === 'waiting') {
      if (this.#said.get(file.file) === file.message) return;
      this.#said.set(file.file, file.message ?? '');
    } else this.#said.delete(file.file);
    await this.#options.onFile(file);
  }

  async #pause(pauseMs: number): Promise<void> {
    await sleep(pauseMs, undefined, { signal: this.#options.signal }).catch(() => undefined);
  }
}

/** Exit status of a file that somebody else uses. */
const IN_USE = 4;
const UNTOUCHED = { run: null, counts: {}, movedTo: null, rejects: null, exitCode: 0 };

function asMissing(error: unknown, folder: string): unknown {
  if (error instanceof CrmError) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  return new CrmError(
    code === 'EACCES' || code === 'EROFS' || code === 'EPERM' ? 'PERMISSION' : 'INPUT_MISSING',
    `the folder ${folder} cannot be used (${code})`,
    {
      cause: error,
      hint: 'make it, or check its permissions: files are moved within it',
    },
  );
}
