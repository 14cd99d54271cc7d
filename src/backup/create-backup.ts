import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { DatabaseSnapshot } from '../engines/snapshot.ts';
import { DEFAULT_BUSY_TIMEOUT_MS, openSnapshot } from '../engines/index.ts';
import { CrmError } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import { BackupRepository, type Passphrase } from './backup-repository.ts';
import { ChunkStore } from './chunk-store.ts';
import { contentChunks, pageChunks } from './content-chunks.ts';
import { encodeExtents, ExtentList } from './extents.ts';
import { ImageHash } from './image-hash.ts';
import type { Manifest } from './manifest.ts';
import { verifyByRestoring } from './verify-restored.ts';

/** How a backup is made. */
export interface CreateBackupOptions {
  /** Path or URL of the database. */
  readonly database: string;
  /** Folder of the repository; made where it is missing. */
  readonly repository: string;
  readonly passphrase: Passphrase;
  /** Encrypt a new repository. */
  readonly encrypt: boolean;
  /** Restore what was stored into a temporary file and compare it with what was read. */
  readonly verify: boolean;
  /** The key of an encrypted SQLite file; its backups stay encrypted with it. Default: there is none. */
  readonly key?: Uint8Array | null;
  /** How long to wait for another backup, in milliseconds. */
  readonly waitMs: number;
  /** How long to wait for somebody who keeps even readers out, in milliseconds. */
  readonly busyTimeoutMs?: number;
  readonly now?: () => Date;
  readonly signal?: AbortSignal | undefined;
  /** Called with what is going on, and how many bytes of how many it has done. */
  readonly onProgress?: (step: 'reading' | 'verifying', bytes: number, totalBytes: number | null) => void;
}

/** What a backup did. */
export interface CreateBackupResult {
  readonly snapshot: string;
  readonly totalBytes: number;
  readonly addedBytes: number;
  readonly chunks: number;
  readonly addedChunks: number;
  readonly verified: boolean;
  readonly elapsedMs: number;
}

/** What a backup did, and what is worth saying of it. */
export interface CreateBackupReport {
  readonly result: CreateBackupResult;
  readonly warnings: readonly string[];
}

/**
 * Adds a snapshot of a database to a repository. The manifest is written last: what is interrupted before leaves no
 * snapshot, only files that `prune` removes.
 * @throws {CrmError} INTEGRITY when what was stored does not restore, BUSY, DISK_FULL, and what opening throws
 */
export async function createBackup(options: CreateBackupOptions): Promise<CreateBackupReport> {
  const startMs = performance.now();
  const now = options.now ?? (() => new Date());
  const prepared = await BackupRepository.prepare(options.repository, { ...options, now: now() });
  const { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, key = null } = options;
  const hold = (): Promise<DatabaseSnapshot> => openSnapshot(options.database, { rowHashes: options.verify, busyTimeoutMs, key });
  // No folder is made for a database that is not there. Else nothing is held while others are waited for.
  if (prepared.isNew) await (await hold()).close();
  const repository = prepared.make();
  const lock = await repository.lock(options.waitMs, options.signal);
  try {
    const { manifest, warnings } = await provenSnapshot(repository, hold, now, options);
    repository.snapshots.add(manifest);
    const { id, totalBytes, addedBytes, chunks, addedChunks, verified } = manifest;
    const elapsedMs = Math.round(performance.now() - startMs);
    return { result: { snapshot: id, totalBytes, addedBytes, chunks, addedChunks, verified, elapsedMs }, warnings };
  } finally {
    lock.release();
  }
}

/**
 * Stores a snapshot and verifies it where asked. When it does not restore because a pack of an earlier backup is damaged,
 * it is made again without that pack: a repository with a fault must not keep new backups from being sound.
 */
async function provenSnapshot(
  repository: BackupRepository,
  hold: () => Promise<DatabaseSnapshot>,
  now: () => Date,
  options: CreateBackupOptions,
): Promise<{ readonly manifest: Manifest; readonly warnings: readonly string[] }> {
  const without = new Map<string, string>();
  for (;;) {
    const snapshot = await hold();
    const { manifest, damage } = await storeSnapshot(repository, snapshot, now(), new Set(without.keys()), options).finally(() =>
      snapshot.close(),
    );
    const warnings = [...damage, ...without.values()].map(
      (what) => `${what}: what is needed of it was stored again; see: crm backup verify`,
    );
    try {
      if (options.verify) await verifyByRestoring(repository, manifest, { ...options, key: options.key ?? null, server: options.database });
      return { manifest: { ...manifest, verified: options.verify }, warnings };
    } catch (error) {
      const { pack, what } = error instanceof CrmError ? (error.details ?? {}) : {};
      if (typeof pack !== 'string' || without.has(pack)) throw error;
      without.set(pack, String(what));
    }
  }
}

/** Stores the image, and makes a manifest of it that nobody knows yet. */
async function storeSnapshot(
  repository: BackupRepository,
  snapshot: DatabaseSnapshot,
  now: Date,
  without: ReadonlySet<string>,
  options: CreateBackupOptions,
): Promise<{ readonly manifest: Manifest; readonly damage: readonly string[] }> {
  const { sequence, snapshots } = repository.snapshots.chain();
  const previous = snapshots.at(-1);
  const store = await ChunkStore.open(repository, without);
  try {
    const image = await storeImage(snapshot, store, repository.config.chunkBytes, options);
    const { addedChunks, addedBytes } = await store.finish();
    const manifest: Manifest = {
      format: 1,
      repository: repository.config.id,
      id: snapshotId(now),
      sequence: sequence + 1,
      previous: previous === undefined ? null : { id: previous.id, signature: previous.madeAs },
      time: now.toISOString(),
      host: hostname(),
      database: snapshot.label,
      engine: snapshot.engine,
      namespace: snapshot.namespace,
      schemaVersion: snapshot.schemaVersion,
      pageBytes: snapshot.pageBytes,
      totalBytes: image.totalBytes,
      sha256: image.sha256,
      chunks: image.chunks,
      addedChunks,
      addedBytes,
      verified: false,
      tables: await snapshot.tables(),
      packs: image.extents.packs.map((number) => store.packName(number)),
      extents: encodeExtents(image.extents.extents),
    };
    return { manifest, damage: store.damage };
  } finally {
    await store.discard();
  }
}

interface StoredImage {
  readonly totalBytes: number;
  readonly sha256: string;
  readonly chunks: number;
  readonly extents: ExtentList<number>;
}

async function storeImage(
  snapshot: DatabaseSnapshot,
  store: ChunkStore,
  chunkBytes: number,
  { signal, onProgress }: CreateBackupOptions,
): Promise<StoredImage> {
  const hash = new ImageHash(snapshot.maxPieceBytes);
  try {
    const extents = new ExtentList<number>();
    let totalBytes = 0;
    let chunks = 0;
    async function* hashed(): AsyncGenerator<Buffer> {
      for await (const piece of snapshot.pieces()) {
        await hash.add(piece);
        yield piece;
        totalBytes += piece.length;
        onProgress?.('reading', totalBytes, snapshot.totalBytes);
        checkInterruption(signal);
      }
    }
    const pieces = snapshot.pageBytes === null ? contentChunks(hashed()) : pageChunks(hashed(), chunkBytes);
    for await (const chunk of pieces) {
      const { pack, ordinal } = await store.put(chunk);
      extents.add(pack, ordinal);
      chunks++;
    }
    extents.finish();
    return { totalBytes, sha256: await hash.digest(), chunks, extents };
  } finally {
    await hash.close();
  }
}

/** Sorts by time; the random end tells two of one second apart. */
function snapshotId(now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}
