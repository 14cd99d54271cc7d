import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineNameOf } from '../engines/index.ts';
import type { DatabaseCheck } from '../engines/snapshot.ts';
import { SqliteFileCheck } from '../engines/sqlite-snapshot.ts';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError } from '../errors.ts';
import type { BackupRepository } from './backup-repository.ts';
import type { Manifest } from './manifest.ts';
import { damagedSnapshot, restoreImage, type RestoreImageOptions } from './restore-image.ts';

/** How a snapshot is verified. */
export interface VerifyRestoredOptions {
  /** The key of an encrypted SQLite file; null where there is none. */
  readonly key: Uint8Array | null;
  /** URL of a PostgreSQL on whose server a dump is restored for trial, in a database of its own; not used for SQLite. */
  readonly server: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (step: 'verifying', bytes: number, totalBytes: number) => void;
}

/** How long the parts of it took, in milliseconds. */
export interface VerifiedTimes {
  readonly restoreMs: number;
  readonly checkMs: number;
}

/**
 * Restores a snapshot into a temporary file (in `TMPDIR`), looks it through, compares it with the manifest, and removes it.
 * @throws {CrmError} INTEGRITY naming the snapshot and what is wrong with it
 */
export async function verifyByRestoring(
  repository: BackupRepository,
  manifest: Manifest,
  options: VerifyRestoredOptions,
): Promise<VerifiedTimes> {
  removeStale(tmpdir(), /^crm-verify-(\d+)-/, 'crm-verify-');
  const folder = mkdtempSync(join(tmpdir(), `crm-verify-${process.pid}-`));
  try {
    const restoring = {
      signal: options.signal,
      onProgress: (bytes: number) => options.onProgress?.('verifying', bytes, manifest.totalBytes),
    };
    const path = join(folder, 'restored.db');
    if (manifest.engine === 'sqlite')
      return await restoreAndCompare(repository, manifest, path, { ...restoring, integrity: true, key: options.key });
    return await restoreDumpForTrial(repository, manifest, path, { ...restoring, server: options.server });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How a snapshot is restored and compared. */
export interface RestoreAndCompareOptions extends RestoreImageOptions {
  /** Look at integrity, foreign keys and row hashes too, not only at schema version, tables and their counts. */
  readonly integrity: boolean;
  /** The key of an encrypted file; null where there is none. */
  readonly key: Uint8Array | null;
}

/**
 * Restores a snapshot into a new file and compares that with the manifest.
 * @throws {CrmError} INTEGRITY naming the snapshot and what is wrong with it, DISK_FULL, OUTPUT_FAILED
 */
export async function restoreAndCompare(
  repository: BackupRepository,
  manifest: Manifest,
  path: string,
  { integrity, key, ...options }: RestoreAndCompareOptions,
): Promise<VerifiedTimes> {
  const rowHashes = integrity && hasRowHashes(manifest);
  const checking = new SqliteFileCheck();
  try {
    const startMs = performance.now();
    let writtenMs = startMs;
    const onWritten = (): void => {
      writtenMs = performance.now();
      checking.begin(path, { integrity, rowHashes, key, signal: options.signal });
    };
    // What the check finds is looked at only where the hash of the file is right.
    await restoreImage(repository, manifest, path, { ...options, onWritten });
    const restoredMs = performance.now();
    const found = integrity ? await checking.result() : await checking.result().catch(unlessLocked);
    if (found !== null) compareWithManifest(manifest, found);
    return { restoreMs: Math.round(restoredMs - startMs), checkMs: Math.round(performance.now() - writtenMs) };
  } finally {
    await checking.end();
  }
}

/** What nobody can open here is the file that was backed up all the same: its hash says so. */
function unlessLocked(error: unknown): null {
  if (error instanceof CrmError && (error.code === 'KEY_NEEDED' || error.code === 'WRONG_KEY')) return null;
  throw error;
}

/** Whether the rows of its tables were hashed when the snapshot was made. */
export function hasRowHashes(manifest: Manifest): boolean {
  return manifest.tables.some((table) => table.sha256 !== null);
}

async function restoreDumpForTrial(
  repository: BackupRepository,
  manifest: Manifest,
  path: string,
  options: RestoreImageOptions & { readonly server: string },
): Promise<VerifiedTimes> {
  const { checkPostgres } = await import('../engines/postgres-restore.ts');
  const startMs = performance.now();
  return withRestoredDump(repository, manifest, path, options, async (url) => {
    const restoredMs = performance.now();
    compareWithManifest(manifest, await checkPostgres(url, { rowHashes: hasRowHashes(manifest) }));
    return { restoreMs: Math.round(restoredMs - startMs), checkMs: Math.round(performance.now() - restoredMs) };
  });
}

/**
 * Restores a dump in a database of its own for as long as the work needs it.
 * @param path file for the dump
 * @throws {CrmError} USAGE when there is no server to restore it on; INTEGRITY, PERMISSION, ENGINE
 */
export async function withRestoredDump<T>(
  repository: BackupRepository,
  manifest: Manifest,
  path: string,
  { server, ...options }: RestoreImageOptions & { readonly server: string },
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (engineNameOf(server) !== 'postgres') {
    throw new CrmError('USAGE', `snapshot ${manifest.id} is of a PostgreSQL database: a server is needed to restore it on`, {
      hint: 'name one on which the user may make databases: --db postgres://user@host/database',
    });
  }
  const { restorePostgres, withScratchDatabase } = await import('../engines/postgres-restore.ts');
  await restoreImage(repository, manifest, path, options);
  return withScratchDatabase(server, async (scratch) => {
    const url = withSchema(scratch, namespaceOf(manifest));
    await restorePostgres({ file: path, namespace: namespaceOf(manifest) }, url);
    return work(url);
  });
}

/** The schema that a dump holds. */
export function namespaceOf(manifest: Manifest): string {
  return manifest.namespace ?? 'public';
}

function withSchema(url: string, schema: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set('schema', schema);
  return parsed.toString();
}

/** Compares what was found in a restored database with its manifest. @throws {CrmError} INTEGRITY naming the snapshot */
export function compareWithManifest(manifest: Manifest, { problems, schemaVersion, tables }: DatabaseCheck): void {
  const [problem] = problems;
  if (problem !== undefined) throw damagedSnapshot(manifest.id, `the restored database has ${problems.length} faults (${problem})`);
  if (schemaVersion !== manifest.schemaVersion) throw damagedSnapshot(manifest.id, 'the restored database has another schema version');
  const found = new Map(tables.map((table) => [table.name, table]));
  for (const { name, rows, sha256 } of manifest.tables) {
    const table = found.get(name);
    if (table?.rows !== rows)
      throw damagedSnapshot(manifest.id, `table ${name} has other rows after a restore (${table?.rows ?? 0} of ${rows})`);
    if (table.sha256 !== null && sha256 !== null && table.sha256 !== sha256)
      throw damagedSnapshot(manifest.id, `the rows of table ${name} differ after a restore`);
  }
  if (tables.length !== manifest.tables.length) throw damagedSnapshot(manifest.id, 'the restored database has other tables');
}
