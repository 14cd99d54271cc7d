import { checkInterruption } from '../interruption.ts';
import { queryOptions, type Selection } from '../query/selected-customers.ts';
import type { Repository } from '../repository/repository.ts';
import type { StateConflict, StatePart } from '../repository/state-restore.ts';
import { BackupRepository, type Passphrase } from './backup-repository.ts';
import { withRestoredCopy } from './restored-copy.ts';

/** Which customers are brought back out of a snapshot, and what of them. */
export interface RestoreCustomersOptions {
  readonly repository: string;
  /** `latest`, an id, or how an id begins. */
  readonly snapshot: string;
  readonly passphrase: Passphrase;
  /** The customers, as the snapshot has them. */
  readonly selection: Pick<Selection, 'filter' | 'region'>;
  readonly parts: ReadonlySet<StatePart>;
  readonly dryRun: boolean;
  /** Path or URL of the live database. */
  readonly database: string;
  /** Its key; null where it is not encrypted. */
  readonly key: Uint8Array | null;
  /** Arguments of the command, for the history. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number) => void;
}

/** What was brought back. */
export interface RestoreCustomersResult {
  readonly snapshot: string;
  readonly target: string;
  /** Customers of the snapshot that were looked at. */
  readonly customers: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly conflicts: readonly StateConflict[];
  readonly dryRun: boolean;
  readonly verified: boolean;
}

const PAGE = 1000;

/**
 * Brings single customers of a snapshot back into a database that is in use, as one run that can be undone: those that are
 * missing come back with their ids, others get the values and rows that they had.
 * @throws {CrmError} INTEGRITY naming the snapshot, FILTER_SYNTAX, UNKNOWN_FIELD, BUSY
 */
export async function restoreCustomers(
  live: Repository,
  options: RestoreCustomersOptions,
): Promise<{ readonly run: number | null; readonly result: RestoreCustomersResult }> {
  const repository = await BackupRepository.open(options.repository, options.passphrase);
  const manifest = repository.snapshots.manifest(repository.snapshots.find(options.snapshot));
  const { key, signal, parts, dryRun } = options;
  return withRestoredCopy(repository, manifest, { key, server: options.database, signal }, async (copy) => {
    const selected = await queryOptions(copy, { ...options.selection, select: ['id'] });
    const request = {
      ids: pages(copy, selected),
      parts,
      commit: !dryRun,
      check: async (done: number) => {
        options.onProgress?.(done);
        checkInterruption(signal);
      },
    };
    const { run, outcome } = await live.restoreStates(copy, request, { ...options.arguments, snapshot: manifest.id });
    const { created, updated, unchanged, conflicts } = outcome;
    const customers = created + updated + unchanged + conflicts.length;
    return {
      run,
      result: { snapshot: manifest.id, target: live.label, customers, created, updated, unchanged, conflicts, dryRun, verified: true },
    };
  });
}

async function* pages(copy: Repository, selected: Awaited<ReturnType<typeof queryOptions>>): AsyncGenerator<number[]> {
  let page: number[] = [];
  for await (const batch of (await copy.query(selected)).rows) {
    for (const [id] of batch) page.push(id as number);
    if (page.length >= PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
