import { CrmError } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import type { StateDifference } from '../repository/compare-states.ts';
import type { Repository } from '../repository/repository.ts';
import { BackupRepository, type Passphrase } from './backup-repository.ts';
import { withRestoredCopy } from './restored-copy.ts';

/** What is compared. */
export interface DiffBackupsOptions {
  readonly repository: string;
  readonly passphrase: Passphrase;
  /** Snapshots: ids, how they begin, `latest`; or `live`, the database as it is. */
  readonly left: string;
  readonly right: string;
  /** Opens the live database; asked only where it is named. */
  readonly openLive: () => Promise<Repository>;
  /** Path or URL of the live database. */
  readonly database: string;
  /** The key of an encrypted SQLite file; null where there is none. */
  readonly key: Uint8Array | null;
  /** How many differences are listed; all are counted. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** Which customers differ. */
export interface DiffBackupsResult {
  readonly left: string;
  readonly right: string;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly customers: readonly StateDifference[];
}

/** Name of the database as it is now. */
export const LIVE = 'live';

/**
 * Compares the customers of two snapshots, or of one and the database as it is, with the rows that belong to them.
 * @throws {CrmError} USAGE when both are the live database; INTEGRITY naming a damaged snapshot
 */
export async function diffBackups(options: DiffBackupsOptions): Promise<DiffBackupsResult> {
  const { left, right } = options;
  if (left === LIVE && right === LIVE)
    throw new CrmError('USAGE', 'the database is compared with itself', { hint: 'name a snapshot: crm backup diff latest live' });
  const repository = await BackupRepository.open(options.repository, options.passphrase);
  return withSide(repository, left, options, (one, leftName) =>
    withSide(repository, right, options, (other, rightName) => compared(one, other, { left: leftName, right: rightName }, options)),
  );
}

async function withSide<T>(
  repository: BackupRepository,
  name: string,
  { openLive, key, database, signal }: DiffBackupsOptions,
  work: (side: Repository, name: string) => Promise<T>,
): Promise<T> {
  if (name === LIVE) return work(await openLive(), LIVE);
  const manifest = repository.snapshots.manifest(repository.snapshots.find(name));
  return withRestoredCopy(repository, manifest, { key, server: database, signal }, (copy) => work(copy, manifest.id));
}

async function compared(
  left: Repository,
  right: Repository,
  names: Pick<DiffBackupsResult, 'left' | 'right'>,
  { limit, signal }: DiffBackupsOptions,
): Promise<DiffBackupsResult> {
  const counts = { added: 0, removed: 0, changed: 0 };
  const customers: StateDifference[] = [];
  for await (const difference of left.differencesFrom(right)) {
    counts[difference.kind]++;
    if (customers.length < limit) customers.push(difference);
    checkInterruption(signal);
  }
  return { ...names, ...counts, customers };
}
