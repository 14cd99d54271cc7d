import { CrmError } from '../errors.ts';
import { BackupRepository, type Passphrase } from './backup-repository.ts';
import type { ChainEntry } from './chain.ts';
import { findDamage } from './find-damage.ts';
import type { Manifest } from './manifest.ts';
import { collectGarbage, type Garbage } from './pack-garbage.ts';
import { type RetentionPolicy, type RetentionReason, retained } from './retention.ts';

/** What is pruned. */
export interface PruneOptions {
  readonly repository: string;
  /** Which snapshots stay; null: all of them, only what belongs to none is removed. */
  readonly policy: RetentionPolicy | null;
  /** Take out snapshots that are damaged; everything is read for that. */
  readonly dropDamaged: boolean;
  readonly dryRun: boolean;
  readonly passphrase: Passphrase;
  /** How long to wait for another process that writes, in milliseconds. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What was pruned, or would be. */
export interface PruneResult extends Garbage {
  readonly kept: readonly { readonly snapshot: string; readonly reasons: readonly RetentionReason[] }[];
  readonly removed: readonly { readonly snapshot: string; readonly reason: 'policy' | 'damaged' }[];
  readonly dryRun: boolean;
}

/**
 * Removes snapshots, and what no snapshot needs any more. Stopped anywhere, it leaves the snapshots that stay whole, and
 * what it did not get to is removed by the next one: first the list of the snapshots is written, then files are removed.
 * @throws {CrmError} INTEGRITY when a snapshot is damaged and is not to be taken out; BUSY, INPUT_MISSING, PERMISSION
 */
export async function pruneBackups(options: PruneOptions): Promise<PruneResult> {
  const { dryRun, policy } = options;
  const repository = await BackupRepository.open(options.repository, options.passphrase);
  const lock = await repository.lock(options.waitMs, options.signal);
  try {
    const chain = repository.snapshots.chain();
    const damage = options.dropDamaged ? await findDamage(repository, chain.snapshots, { ...options, share: 1 }) : null;
    const sound = chain.snapshots.filter(({ id }) => damage?.snapshots.has(id) !== true);
    const manifests = sound.map((entry) => soundManifest(repository, entry));
    const reasons = policy === null ? null : retained(manifests, policy);
    const kept = manifests.filter(({ id }) => reasons === null || reasons.has(id));
    const keptIds = new Set(kept.map(({ id }) => id));
    if (!dryRun && keptIds.size < chain.snapshots.length) {
      repository.snapshots.writeChain({ ...chain, snapshots: chain.snapshots.filter(({ id }) => keptIds.has(id)) });
    }
    const garbage = await collectGarbage(repository, kept, damage?.packs ?? new Set(), options);
    return {
      kept: kept.map(({ id }) => ({ snapshot: id, reasons: reasons?.get(id) ?? [] })),
      removed: chain.snapshots
        .filter(({ id }) => !keptIds.has(id))
        .map(({ id }) => ({ snapshot: id, reason: damage?.snapshots.has(id) === true ? 'damaged' : 'policy' })),
      ...garbage,
      dryRun,
    };
  } finally {
    lock.release();
  }
}

/** What a damaged snapshot needs is not known: nothing may be removed beside it. */
function soundManifest(repository: BackupRepository, entry: ChainEntry): Manifest {
  try {
    return repository.snapshots.manifest(entry);
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'INTEGRITY') throw error;
    throw new CrmError('INTEGRITY', `${error.message}; nothing was removed`, {
      cause: error,
      hint: 'bring it back from a copy of the repository, or take it out with: crm backup prune --drop-damaged',
      details: { snapshots: [entry.id] },
    });
  }
}
