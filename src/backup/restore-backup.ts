import { existsSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError } from '../errors.ts';
import { BackupRepository, type Passphrase } from './backup-repository.ts';
import type { ChainEntry } from './chain.ts';
import { customersOf, type Manifest } from './manifest.ts';
import { restoreAndCompare } from './verify-restored.ts';
import { partPath, publish } from './whole-file.ts';

/** How a snapshot is brought back. */
export interface RestoreOptions {
  readonly repository: string;
  /** `latest`, an id, or how an id begins. */
  readonly snapshot: string;
  /** File that is made. */
  readonly target: string;
  readonly passphrase: Passphrase;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** What was brought back. */
export interface RestoreResult {
  readonly snapshot: string;
  readonly target: string;
  readonly customers: number;
  /** The restored file was read back and compared with the manifest. */
  readonly verified: boolean;
}

/** Files that SQLite keeps beside a database, and takes for its own when it finds them there. */
const COMPANIONS = ['-wal', '-shm', '-journal'] as const;

/**
 * Restores a snapshot into a new file, which appears when it is whole and was compared.
 * @throws {CrmError} USAGE when the file exists, INTEGRITY when the snapshot is damaged, DISK_FULL, OUTPUT_FAILED
 */
export async function restoreIntoFile(options: RestoreOptions): Promise<RestoreResult> {
  const { target } = options;
  // What a restore left that was killed is as large as a database.
  removeStale(dirname(target), /\.part-(\d+)(?:-wal|-shm|-journal)?$/, `${basename(target)}.part-`);
  requireFree(target);
  const repository = await BackupRepository.open(options.repository, options.passphrase);
  const entry = repository.snapshots.find(options.snapshot);
  const manifest = await writeRestored(repository, entry, target, options).catch((error: unknown) => {
    // Somebody may have pruned meanwhile and moved its chunks: then it is named by another signature now.
    const now = repository.snapshots.chain().snapshots.find(({ id }) => id === entry.id);
    if (now === undefined || now.signature === entry.signature) throw error;
    return writeRestored(repository, now, target, options);
  });
  return { snapshot: manifest.id, target, customers: customersOf(manifest), verified: true };
}

/**
 * Writes a snapshot beside its target, compares it, and gives it its name; whatever had the name before is replaced.
 *
 * The hash of the whole file is compared with the manifest after it was read back: it is the file that was backed up, bit
 * by bit. Its rows and its integrity were looked at under that same hash when the backup was verified; here only that it
 * opens, and the counts. `drill` looks at all of it again.
 */
export async function writeRestored(
  repository: BackupRepository,
  entry: ChainEntry,
  target: string,
  { signal, onProgress }: Pick<RestoreOptions, 'signal' | 'onProgress'>,
): Promise<Manifest> {
  const manifest = repository.snapshots.manifest(entry);
  const part = partPath(target);
  try {
    await restoreAndCompare(repository, manifest, part, {
      integrity: false,
      signal,
      onProgress: (bytes) => onProgress?.(bytes, manifest.totalBytes),
    });
    publish(part, target);
    return manifest;
  } finally {
    for (const suffix of ['', ...COMPANIONS]) rmSync(`${part}${suffix}`, { force: true });
  }
}

/** @throws {CrmError} USAGE when something is there already, or what a database of this name left behind */
function requireFree(target: string): void {
  if (existsSync(target)) {
    throw new CrmError('USAGE', `${target} exists already; a restore overwrites nothing`, {
      hint: 'name a file that does not exist: --to PATH',
    });
  }
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
