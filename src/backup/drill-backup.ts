import { BackupRepository, type Passphrase } from './backup-repository.ts';
import { customersOf } from './manifest.ts';
import { verifyByRestoring } from './verify-restored.ts';

/** Which snapshot is restored for practice. */
export interface DrillOptions {
  readonly repository: string;
  /** `latest`, an id, or how an id begins. */
  readonly snapshot: string;
  readonly passphrase: Passphrase;
  /** The key of an encrypted SQLite file. Default: there is none. */
  readonly key?: Uint8Array | null;
  /** Database of the command: where a PostgreSQL dump is tried, beside it on its server. */
  readonly database: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** How a restore for practice went. */
export interface DrillResult {
  readonly snapshot: string;
  readonly customers: number;
  readonly totalBytes: number;
  /** Tables whose rows were counted, and how many of them had their rows hashed and compared too. */
  readonly tables: number;
  readonly hashedTables: number;
  /** Reading, unpacking and writing the file, and comparing its hash. */
  readonly restoreMs: number;
  /** Integrity, foreign keys, counts and row hashes. */
  readonly checkMs: number;
}

/**
 * Restores a snapshot into a temporary file, in earnest, looks through all of it, and removes it again.
 * @throws {CrmError} INTEGRITY naming the snapshot and what is wrong with it
 */
export async function drillBackup(options: DrillOptions): Promise<DrillResult> {
  const repository = await BackupRepository.open(options.repository, options.passphrase);
  const manifest = repository.snapshots.manifest(repository.snapshots.find(options.snapshot));
  const { restoreMs, checkMs } = await verifyByRestoring(repository, manifest, {
    key: options.key ?? null,
    server: options.database,
    signal: options.signal,
    onProgress: (_step, bytes, totalBytes) => options.onProgress?.(bytes, totalBytes),
  });
  const { id, totalBytes, tables } = manifest;
  const hashedTables = tables.filter((table) => table.sha256 !== null).length;
  return { snapshot: id, customers: customersOf(manifest), totalBytes, tables: tables.length, hashedTables, restoreMs, checkMs };
}
