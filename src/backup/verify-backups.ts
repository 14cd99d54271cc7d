import { CrmError } from '../errors.ts';
import { BackupRepository, type Passphrase } from './backup-repository.ts';
import type { ChainEntry } from './chain.ts';
import { type Damage, findDamage } from './find-damage.ts';

/** What is verified. */
export interface VerifyBackupsOptions {
  readonly repository: string;
  /** Which snapshots: ids, how they begin, `latest`; all of them where none is named. */
  readonly snapshots: readonly string[];
  /** Share of the content that is read, in (0, 1]. */
  readonly share: number;
  readonly passphrase: Passphrase;
  /** How long to wait for another process that writes, in milliseconds. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** What was verified, and found as it was written. */
export interface VerifyBackupsResult {
  readonly snapshots: readonly string[];
  readonly share: number;
  readonly packs: number;
  readonly readBytes: number;
  readonly elapsedMs: number;
}

/**
 * Reads a repository and compares it with its hashes and signatures.
 * @throws {CrmError} INTEGRITY naming the snapshots that are damaged; BUSY, INPUT_MISSING, PERMISSION
 */
export async function verifyBackups(options: VerifyBackupsOptions): Promise<VerifyBackupsResult> {
  const startMs = performance.now();
  const repository = await BackupRepository.open(options.repository, options.passphrase);
  const lock = await repository.lockIfWritable(options.waitMs, options.signal);
  try {
    const entries = chosen(repository, options.snapshots);
    const damage = await findDamage(repository, entries, options);
    if (damage.snapshots.size > 0) throw damageError(repository.folder, damage, entries.length);
    const { packCount, readBytes } = damage;
    const elapsedMs = Math.round(performance.now() - startMs);
    return { snapshots: entries.map(({ id }) => id), share: options.share, packs: packCount, readBytes, elapsedMs };
  } finally {
    lock?.release();
  }
}

function chosen(repository: BackupRepository, references: readonly string[]): readonly ChainEntry[] {
  if (references.length === 0) return repository.snapshots.chain().snapshots;
  return references.map((reference) => repository.snapshots.find(reference));
}

function damageError(folder: string, { snapshots }: Damage, examined: number): CrmError {
  const [[first, [what = '']] = ['', []]] = snapshots;
  const others = snapshots.size - 1;
  const rest =
    others === 0
      ? ''
      : `; ${others} more of ${examined} ${others === 1 ? 'is' : 'are'} damaged too: ${[...snapshots.keys()].slice(1, 6).join(', ')}`;
  return new CrmError('INTEGRITY', `snapshot ${first} in ${folder} is damaged: ${what}${rest}`, {
    hint: 'make a new one now with: crm backup create; take the damaged ones out with: crm backup prune --drop-damaged',
    details: { snapshots: [...snapshots.keys()], damage: Object.fromEntries(snapshots) },
  });
}
