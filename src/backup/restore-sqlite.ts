import { existsSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { openSnapshot } from '../engines/index.ts';
import { replaceSqlite } from '../engines/sqlite-alone.ts';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError } from '../errors.ts';
import { type UndoneAfter, undoAfter } from './point-in-time.ts';
import type { Moment, PlacedDatabase, PlaceParts, RestorePlace, RestoreSource } from './restore-place.ts';
import { restoreAndCompare } from './verify-restored.ts';
import { partPath, publish, storageError } from './whole-file.ts';

/** Files that SQLite keeps beside a database, and takes for its own when it finds them there. */
const COMPANIONS = ['-wal', '-shm', '-journal'] as const;

/**
 * Restores into a file, which appears when it is whole and was compared: the hash of the whole file, read back, is that of
 * the manifest. Its rows and its integrity were looked at under that same hash when the backup was verified; here only
 * that it opens, and the counts. `drill` looks at all of it again.
 */
export class SqlitePlace implements RestorePlace {
  readonly engine = 'sqlite';
  readonly #parts: PlaceParts;

  constructor(parts: PlaceParts) {
    this.#parts = parts;
    requireFree(parts.target, parts.aside !== null);
  }

  put(source: RestoreSource): Promise<PlacedDatabase> {
    return this.#withPart(async (part) => {
      await this.#write(source, part);
      return { source, customers: null, setAside: await this.#place(part) };
    });
  }

  putUndone(source: RestoreSource, moment: Moment): Promise<{ readonly put: PlacedDatabase | null; readonly undone: UndoneAfter }> {
    const { key, now } = this.#parts;
    return this.#withPart(async (part) => {
      await this.#write(source, part);
      const undone = await undoAfter({ database: part, key, now, ...moment });
      if (!undone.landing.exact && moment.earlier !== null) return { put: null, undone };
      return { put: { source, customers: undone.customers, setAside: await this.#place(part) }, undone };
    });
  }

  async #withPart<T>(work: (part: string) => Promise<T>): Promise<T> {
    const { target } = this.#parts;
    removeKilled(target);
    const part = partPath(target);
    const remove = (): void => {
      for (const suffix of ['', ...COMPANIONS]) rmSync(`${part}${suffix}`, { force: true });
    };
    remove();
    try {
      return await work(part);
    } finally {
      remove();
    }
  }

  async #write(source: RestoreSource, part: string): Promise<void> {
    const { repository, key, signal, onProgress } = this.#parts;
    if ('live' in source) return this.#copyLive(source.live, part);
    const { manifest } = source;
    if (manifest.engine !== 'sqlite') {
      throw new CrmError('USAGE', `snapshot ${manifest.id} is of a PostgreSQL database`, {
        hint: 'restore it to one: --to postgres://user@host/database',
      });
    }
    await restoreAndCompare(repository, manifest, part, {
      integrity: false,
      key,
      signal,
      onProgress: (bytes) => onProgress?.(bytes, manifest.totalBytes),
    });
  }

  async #copyLive(live: string, part: string): Promise<void> {
    const { key, busyTimeoutMs } = this.#parts;
    const snapshot = await openSnapshot(live, { rowHashes: false, busyTimeoutMs, key });
    try {
      const file = await open(part, 'wx', 0o600);
      try {
        for await (const piece of snapshot.pieces()) await file.writeFile(piece);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw storageError(error, part);
    } finally {
      await snapshot.close();
    }
  }

  /** @returns where the file is that was there; null where there was none */
  async #place(part: string): Promise<string | null> {
    const { target, aside, key, busyTimeoutMs } = this.#parts;
    if (aside === null) {
      publish(part, target);
      return null;
    }
    const name = freeName(`${target}.before-restore-${aside}`);
    const wasSound = await replaceSqlite(part, target, name, { key, busyTimeoutMs });
    // Logs that restores have kept that were killed then: all of them is in a database that is sound.
    if (wasSound) removeStale(dirname(target), /-(?:wal|journal)\.part-(\d+)$/, `${basename(target)}.before-restore-`);
    return name;
  }
}

/** Removes what restores to a file left that were killed: it is as large as a database. */
export function removeKilled(target: string): void {
  removeStale(dirname(target), /\.part-(\d+)(-wal|-shm|-journal)?$/, `${basename(target)}.part-`);
}

/** The name itself, or the next one that is not taken: two restores may fall into one second. */
function freeName(name: string): string {
  let free = name;
  for (let n = 2; existsSync(free); n++) free = `${name}-${n}`;
  return free;
}

/** @throws {CrmError} USAGE when what a database of this name left behind would be taken for part of the new one */
function requireFree(target: string, isReplaced: boolean): void {
  if (isReplaced) return;
  const left = COMPANIONS.map((suffix) => `${target}${suffix}`).find((path) => existsSync(path));
  if (left !== undefined) {
    throw new CrmError('USAGE', `${left} is left of another database, and would be taken for part of the restored one`, {
      hint: 'move it away, or name another file: --to PATH',
    });
  }
  if (!existsSync(dirname(target))) {
    throw new CrmError('OUTPUT_FAILED', `the folder of ${target} does not exist`, { hint: 'make the folder first, or name another place' });
  }
}
