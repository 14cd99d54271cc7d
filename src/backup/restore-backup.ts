import { DEFAULT_BUSY_TIMEOUT_MS, engineNameOf } from '../engines/index.ts';
import { statsOf } from '../engines/sqlite-file.ts';
import { CrmError } from '../errors.ts';
import { BackupRepository, type Passphrase } from './backup-repository.ts';
import type { ChainEntry } from './chain.ts';
import { customersOf, type Manifest } from './manifest.ts';
import { type Landing, landedBefore } from './point-in-time.ts';
import { type PlacedDatabase, type RestorePlace, type RestoreSource, stamp } from './restore-place.ts';
import { PostgresPlace } from './restore-postgres.ts';
import { removeKilled, SqlitePlace } from './restore-sqlite.ts';

/** How a snapshot is brought back. */
export interface RestoreOptions {
  readonly repository: string;
  /** `latest`, an id, or how an id begins. Not used with `at`. */
  readonly snapshot: string;
  /** Path or URL of the database that is made or replaced. */
  readonly target: string;
  /** Replace a database that is there; it stays under another name. Default: that is an error. */
  readonly replace?: boolean;
  /** Bring the state of this moment back instead: see `Landing`. */
  readonly at?: Date;
  /** Database whose runs may be taken back to reach `at` where no snapshot is late enough. */
  readonly live?: string;
  readonly passphrase: Passphrase;
  /** The key of an encrypted SQLite file. Default: there is none. */
  readonly key?: Uint8Array | null;
  readonly busyTimeoutMs?: number;
  readonly now?: () => Date;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** What was brought back. */
export interface RestoreResult {
  /** Id of the snapshot; null where the state was reached from the database itself. */
  readonly snapshot: string | null;
  readonly target: string;
  readonly customers: number;
  /** What was restored was read back and compared with the manifest. */
  readonly verified: boolean;
  /** Where the database that was there is now; null where there was none. */
  readonly setAside: string | null;
  /** How near it came to the moment that was asked for; null where none was. */
  readonly at: Landing | null;
}

/**
 * Whether there is a database, or another file, at the target already; what a killed restore left there is removed.
 * @throws {CrmError} USAGE when it is a folder; CONNECTION, LOGIN
 */
export async function isTaken(target: string): Promise<boolean> {
  if (engineNameOf(target) === 'sqlite') {
    const stats = statsOf(target);
    removeKilled(target);
    if (stats?.isDirectory() === true) throw new CrmError('USAGE', `${target} is a folder`, { hint: 'name a file in it: --to PATH' });
    return stats !== undefined;
  }
  const { holdsTables } = await import('../engines/postgres-restore.ts');
  return holdsTables(target);
}

/**
 * Restores a snapshot, or the state of a moment, as a database. It is compared before it gets its place, which happens in
 * one step: there is the old database or the new one at any time.
 * @throws {CrmError} USAGE when something is in the way; BUSY when somebody has it open; INTEGRITY naming the snapshot that
 * is damaged; DISK_FULL, OUTPUT_FAILED
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const { target, now = () => new Date() } = options;
  const taken = await isTaken(target);
  if (taken && options.replace !== true) {
    throw new CrmError('USAGE', `${target} exists already; a restore replaces it only when it is told to`, {
      hint: 'name a file that does not exist: --to PATH, or give --yes',
    });
  }
  const repository = await BackupRepository.open(options.repository, options.passphrase);
  const { key = null, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, signal, onProgress } = options;
  const parts = { repository, target, key, busyTimeoutMs, signal, onProgress, now, aside: taken ? stamp(now()) : null };
  const place: RestorePlace = engineNameOf(target) === 'sqlite' ? new SqlitePlace(parts) : new PostgresPlace(parts);
  if (options.at !== undefined) return restoreMoment(repository, place, options.at, options);
  const entry = repository.snapshots.find(options.snapshot);
  const placed = await withPruning(repository, entry, (manifest) => place.put({ manifest }));
  return resultOf(placed, target, null);
}

/** From the first state after the moment, by taking back what was done since; else the last state before it. */
async function restoreMoment(
  repository: BackupRepository,
  place: RestorePlace,
  time: Date,
  options: RestoreOptions,
): Promise<RestoreResult> {
  const { later, earlier } = around(repository, place, time);
  const source: RestoreSource | null = later !== null ? { manifest: later } : options.live === undefined ? null : { live: options.live };
  const earlierTime = earlier === null ? null : new Date(earlier.time);
  let between: number | null = null;
  if (source !== null) {
    const placed = await place.putUndone(source, { time, earlier: earlierTime });
    if (placed.put !== null) return resultOf(placed.put, options.target, placed.undone.landing);
    between = placed.undone.between;
    if (earlier === null) throw cannotReach(time, placed.undone.landing.reason);
  }
  if (earlier === null || earlierTime === null) throw cannotReach(time, 'there is no snapshot, and no database that goes back so far');
  return resultOf(await place.put({ manifest: earlier }), options.target, landedBefore(time, earlierTime, between));
}

/** The snapshots before and after a moment. */
function around(
  repository: BackupRepository,
  place: RestorePlace,
  time: Date,
): { readonly later: Manifest | null; readonly earlier: Manifest | null } {
  const manifests = repository.snapshots
    .chain()
    .snapshots.map((entry) => repository.snapshots.manifest(entry))
    .filter(({ engine }) => engine === place.engine)
    .sort((a, b) => (a.time < b.time ? -1 : 1));
  const asked = time.toISOString();
  return {
    later: manifests.find((manifest) => manifest.time >= asked) ?? null,
    earlier: manifests.findLast((manifest) => manifest.time <= asked) ?? null,
  };
}

function cannotReach(time: Date, reason: string | null): CrmError {
  return new CrmError('NOT_FOUND', `the state of ${time.toISOString()} cannot be reached: ${reason}`, {
    hint: 'see which snapshots there are: crm backup list',
  });
}

/** Somebody may prune meanwhile and move the chunks of a snapshot: then it is named by another signature. */
async function withPruning<T>(repository: BackupRepository, entry: ChainEntry, work: (manifest: Manifest) => Promise<T>): Promise<T> {
  try {
    return await work(repository.snapshots.manifest(entry));
  } catch (error) {
    const now = repository.snapshots.chain().snapshots.find(({ id }) => id === entry.id);
    if (now === undefined || now.signature === entry.signature) throw error;
    return work(repository.snapshots.manifest(now));
  }
}

function resultOf({ source, customers, setAside }: PlacedDatabase, target: string, at: Landing | null): RestoreResult {
  const manifest = 'manifest' in source ? source.manifest : null;
  return {
    snapshot: manifest?.id ?? null,
    target,
    customers: customers ?? (manifest === null ? 0 : customersOf(manifest)),
    verified: manifest !== null,
    setAside,
    at,
  };
}
