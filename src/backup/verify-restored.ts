import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseCheck } from '../engines/snapshot.ts';
import { SqliteFileCheck } from '../engines/sqlite-snapshot.ts';
import { removeStale } from '../engines/stale-files.ts';
import type { BackupRepository } from './backup-repository.ts';
import type { Manifest } from './manifest.ts';
import { damagedSnapshot, restoreImage, type RestoreImageOptions } from './restore-image.ts';

/** How a snapshot is verified. */
export interface VerifyRestoredOptions {
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
    return await restoreAndCompare(repository, manifest, join(folder, 'restored.db'), {
      integrity: true,
      signal: options.signal,
      onProgress: (bytes) => options.onProgress?.('verifying', bytes, manifest.totalBytes),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How a snapshot is restored and compared. */
export interface RestoreAndCompareOptions extends RestoreImageOptions {
  /** Look at integrity, foreign keys and row hashes too, not only at schema version, tables and their counts. */
  readonly integrity: boolean;
}

/**
 * Restores a snapshot into a new file and compares that with the manifest.
 * @throws {CrmError} INTEGRITY naming the snapshot and what is wrong with it, DISK_FULL, OUTPUT_FAILED
 */
export async function restoreAndCompare(
  repository: BackupRepository,
  manifest: Manifest,
  path: string,
  { integrity, ...options }: RestoreAndCompareOptions,
): Promise<VerifiedTimes> {
  const rowHashes = integrity && manifest.tables.some((table) => table.sha256 !== null);
  const checking = new SqliteFileCheck();
  try {
    const startMs = performance.now();
    await restoreImage(repository, manifest, path, options);
    const restoredMs = performance.now();
    compare(manifest, await checking.check(path, { integrity, rowHashes, signal: options.signal }), rowHashes);
    return { restoreMs: Math.round(restoredMs - startMs), checkMs: Math.round(performance.now() - restoredMs) };
  } finally {
    await checking.end();
  }
}

function compare(manifest: Manifest, { problems, schemaVersion, tables }: DatabaseCheck, rowHashes: boolean): void {
  const [problem] = problems;
  if (problem !== undefined) throw damagedSnapshot(manifest.id, `the restored database has ${problems.length} faults (${problem})`);
  if (schemaVersion !== manifest.schemaVersion) throw damagedSnapshot(manifest.id, 'the restored database has another schema version');
  const found = new Map(tables.map((table) => [table.name, table]));
  for (const { name, rows, sha256 } of manifest.tables) {
    const table = found.get(name);
    if (table?.rows !== rows)
      throw damagedSnapshot(manifest.id, `table ${name} has other rows after a restore (${table?.rows ?? 0} of ${rows})`);
    if (rowHashes && table.sha256 !== sha256) throw damagedSnapshot(manifest.id, `the rows of table ${name} differ after a restore`);
  }
  if (tables.length !== manifest.tables.length) throw damagedSnapshot(manifest.id, 'the restored database has other tables');
}
