import { CrmError } from '../errors.ts';
import { BackupRepository, type Passphrase } from './backup-repository.ts';
import type { ChainEntry } from './chain.ts';
import { customersOf } from './manifest.ts';

/** What the manifest of a snapshot says. */
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

/** The snapshots of a repository. */
export interface BackupList {
  /** Oldest first. */
  readonly snapshots: readonly ListedSnapshot[];
  /** Ids of those whose manifest is damaged or missing. */
  readonly damaged: readonly string[];
}

/** The snapshots of a repository. @throws {CrmError} INPUT_MISSING, PERMISSION, INTEGRITY when the list itself is damaged */
export async function listBackups(folder: string, passphrase: Passphrase): Promise<BackupList> {
  const repository = await BackupRepository.open(folder, passphrase);
  const damaged: string[] = [];
  const snapshots = repository.snapshots.chain().snapshots.flatMap((entry) => {
    const one = listed(repository, entry);
    if (one === null) damaged.push(entry.id);
    return one ?? [];
  });
  return { snapshots, damaged };
}

function listed(repository: BackupRepository, entry: ChainEntry): ListedSnapshot | null {
  try {
    const manifest = repository.snapshots.manifest(entry);
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
  } catch (error) {
    if (error instanceof CrmError && error.code === 'INTEGRITY') return null;
    throw error;
  }
}
