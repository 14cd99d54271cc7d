import { BackupRepository, type Passphrase } from './backup-repository.ts';
import { customersOf } from './manifest.ts';

/** One snapshot in a list. */
export interface ListedSnapshot {
  readonly snapshot: string;
  /** ISO-8601 UTC. */
  readonly time: string;
  readonly host: string;
  readonly database: string;
  readonly engine: string;
  readonly schemaVersion: number;
  readonly customers: number;
  readonly totalBytes: number;
  readonly addedBytes: number;
  readonly verified: boolean;
}

/** The snapshots of a repository, oldest first. @throws {CrmError} INPUT_MISSING, INTEGRITY, PERMISSION */
export async function listBackups(folder: string, passphrase: Passphrase): Promise<ListedSnapshot[]> {
  const repository = await BackupRepository.open(folder, passphrase);
  return repository.chain().snapshots.map((entry) => {
    const manifest = repository.manifest(entry);
    const { id, time, host, database, engine, schemaVersion, totalBytes, addedBytes, verified } = manifest;
    return {
      snapshot: id,
      time,
      host,
      database,
      engine,
      schemaVersion,
      customers: customersOf(manifest),
      totalBytes,
      addedBytes,
      verified,
    };
  });
}
