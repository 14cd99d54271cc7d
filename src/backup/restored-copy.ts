import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError } from '../errors.ts';
import { openSchema } from '../repository/database-schema.ts';
import { openRepository, type Repository } from '../repository/repository.ts';
import type { BackupRepository } from './backup-repository.ts';
import type { Manifest } from './manifest.ts';
import { restoreAndCompare, withRestoredDump } from './verify-restored.ts';

/** How a snapshot is looked into. */
export interface RestoredCopyOptions {
  /** The key of an encrypted SQLite file; null where there is none. */
  readonly key: Uint8Array | null;
  /** URL of a PostgreSQL on whose server a dump is restored for the time being. */
  readonly server: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Restores a snapshot for as long as the work needs it, in a temporary file or a database of its own, and opens it with the
 * schema of this program.
 * @throws {CrmError} INTEGRITY naming the snapshot
 */
export async function withRestoredCopy<T>(
  repository: BackupRepository,
  manifest: Manifest,
  options: RestoredCopyOptions,
  work: (copy: Repository) => Promise<T>,
): Promise<T> {
  removeStale(tmpdir(), /^crm-restore-(\d+)-/, 'crm-restore-');
  const folder = mkdtempSync(join(tmpdir(), `crm-restore-${process.pid}-`));
  const path = join(folder, 'restored.db');
  const { key, signal } = options;
  try {
    if (manifest.engine === 'postgres') {
      return await withRestoredDump(repository, manifest, path, options, (url) => withOpened(url, null, work));
    }
    await restoreAndCompare(repository, manifest, path, { integrity: false, key, signal });
    return await withOpened(path, key, work);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withOpened<T>(database: string, key: Uint8Array | null, work: (copy: Repository) => Promise<T>): Promise<T> {
  const copy = await openUpgraded(database, key);
  try {
    return await work(copy);
  } finally {
    await copy.close();
  }
}

/** Opens a restored database; an older schema is brought up to date before. */
export async function openUpgraded(database: string, key: Uint8Array | null, now?: () => Date): Promise<Repository> {
  const options = { ...(key === null ? {} : { key }), ...(now === undefined ? {} : { now }), actor: 'restore' };
  try {
    return await openRepository(database, options);
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'SCHEMA_OLDER') throw error;
  }
  const schema = await openSchema(database, options);
  try {
    await schema.upgrade();
  } finally {
    await schema.close();
  }
  return openRepository(database, options);
}
