import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openSnapshot } from '../engines/index.ts';
import { checkPostgres, requireNoSessions, restorePostgres, schemaOf, withScratchDatabase } from '../engines/postgres-restore.ts';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError } from '../errors.ts';
import { type UndoneAfter, undoAfter } from './point-in-time.ts';
import { restoreImage } from './restore-image.ts';
import type { Moment, PlacedDatabase, PlaceParts, RestorePlace, RestoreSource } from './restore-place.ts';
import { compareWithManifest, hasRowHashes, namespaceOf } from './verify-restored.ts';
import { storageError } from './whole-file.ts';

/** A dump on disk, and the schema that it holds. */
interface Dump {
  readonly file: string;
  readonly namespace: string;
}

/** Restores into a PostgreSQL schema, in one transaction in which the old schema gets another name. */
export class PostgresPlace implements RestorePlace {
  readonly engine = 'postgres';
  readonly #parts: PlaceParts;

  constructor(parts: PlaceParts) {
    this.#parts = parts;
  }

  put(source: RestoreSource): Promise<PlacedDatabase> {
    return this.#withDump(source, async (dump) => {
      const setAside = await this.#restore(dump, this.#parts.target);
      await this.#compare(source, setAside);
      return { source, customers: null, setAside };
    });
  }

  /** Tried in a database of its own first, because the place itself must not see what does not lead there. */
  putUndone(source: RestoreSource, moment: Moment): Promise<{ readonly put: PlacedDatabase | null; readonly undone: UndoneAfter }> {
    const { target, now } = this.#parts;
    return this.#withDump(source, async (dump) => {
      const tried = await withScratchDatabase(target, async (scratch) => {
        await restorePostgres(dump, scratch);
        return undoAfter({ database: scratch, key: null, now, ...moment });
      });
      if (!tried.landing.exact && moment.earlier !== null) return { put: null, undone: tried };
      const setAside = await this.#restore(dump, target);
      await this.#compare(source, setAside);
      const undone = await undoAfter({ database: target, key: null, now, ...moment });
      return { put: { source, customers: undone.customers, setAside }, undone };
    });
  }

  async #restore(dump: Dump, target: string): Promise<string | null> {
    const { aside } = this.#parts;
    if (aside === null) {
      await restorePostgres(dump, target);
      return null;
    }
    await requireNoSessions(target);
    const setAsideAs = `${await schemaOf(target)}_before_restore_${aside}`;
    await restorePostgres(dump, target, { setAsideAs });
    return setAsideAs;
  }

  /** @throws {CrmError} INTEGRITY naming the snapshot; the old schema is still there */
  async #compare(source: RestoreSource, setAside: string | null): Promise<void> {
    if ('live' in source) return;
    const { manifest } = source;
    try {
      compareWithManifest(manifest, await checkPostgres(this.#parts.target, { rowHashes: hasRowHashes(manifest) }));
    } catch (error) {
      if (!(error instanceof CrmError) || setAside === null) throw error;
      throw new CrmError(error.code, `${error.message}; the schema that was there is now ${setAside}`, {
        cause: error,
        hint: error.hint ?? '',
      });
    }
  }

  async #withDump<T>(source: RestoreSource, work: (dump: Dump) => Promise<T>): Promise<T> {
    removeStale(tmpdir(), /^crm-restore-(\d+)-/, 'crm-restore-');
    const folder = mkdtempSync(join(tmpdir(), `crm-restore-${process.pid}-`));
    const file = join(folder, 'database.dump');
    try {
      return await work({ file, namespace: await this.#write(source, file) });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** @returns the schema that the dump holds */
  async #write(source: RestoreSource, file: string): Promise<string> {
    const { repository, busyTimeoutMs, signal, onProgress } = this.#parts;
    if ('live' in source) {
      const snapshot = await openSnapshot(source.live, { rowHashes: false, busyTimeoutMs, key: null });
      try {
        await pipeline(snapshot.pieces(), createWriteStream(file, { mode: 0o600 }));
        return snapshot.namespace ?? 'public';
      } catch (error) {
        throw storageError(error, file);
      } finally {
        await snapshot.close();
      }
    }
    const { manifest } = source;
    if (manifest.engine !== 'postgres') {
      throw new CrmError('USAGE', `snapshot ${manifest.id} is of a SQLite database`, { hint: 'restore it to a file: --to PATH' });
    }
    await restoreImage(repository, manifest, file, { signal, onProgress: (bytes) => onProgress?.(bytes, manifest.totalBytes) });
    return namespaceOf(manifest);
  }
}
