import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSqliteFile } from '../engines/sqlite-snapshot.ts';
import { removeStale } from '../engines/stale-files.ts';
import type { BackupRepository } from './backup-repository.ts';
import type { Manifest } from './manifest.ts';
import { damagedSnapshot, restoreImage } from './restore-image.ts';

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
    const path = join(folder, 'restored.db');
    const startMs = performance.now();
    await restoreImage(repository, manifest, path, {
      signal: options.signal,
      onProgress: (bytes) => options.onProgress?.('verifying', bytes, manifest.totalBytes),
    });
    const restoredMs = performance.now();
    await compareWithManifest(path, manifest, { integrity: true, signal: options.signal });
    return { restoreMs: Math.round(restoredMs - startMs), checkMs: Math.round(performance.now() - restoredMs) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How a restored file is compared. */
export interface CompareOptions {
  /** Integrity, foreign keys and row hashes too, not only schema version, tables and their counts. */
  readonly integrity: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks a restored file through and compares it with the manifest.
 * @throws {CrmError} INTEGRITY naming the snapshot and what is wrong with it
 */
export async function compareWithManifest(path: string, manifest: Manifest, { integrity, signal }: CompareOptions): Promise<void> {
  const rowHashes = integrity && manifest.tables.some((table) => table.sha256 !== null);
  const { problems, schemaVersion, tables } = await checkSqliteFile(path, { integrity, rowHashes, signal });
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
