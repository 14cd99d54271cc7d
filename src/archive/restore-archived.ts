import { pause } from '../interruption.ts';
import { queryOptions } from '../query/selected-customers.ts';
import type { ArchiveStore } from '../repository/archive-store.ts';
import type { RestoreRequest } from '../repository/archive-restore.ts';
import { BitSet } from '../repository/bloom.ts';
import type { Repository } from '../repository/repository.ts';
import type { Collision } from '../repository/whole-collisions.ts';

/** Which archived customers come back: by id, by a filter on the archive, or all that a run moved there. */
export type ArchivedWhich =
  | { readonly ids: readonly number[] }
  | { readonly filter: string; readonly region: string | null }
  | { readonly run: number };

/** How archived customers are brought back. */
export interface RestoreArchivedOptions {
  readonly openArchive: () => Promise<Repository>;
  readonly dryRun?: boolean;
  /** Recorded with the run. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Told how many customers are back. */
  readonly onProgress?: (customers: number) => void;
  readonly onStep?: RestoreRequest['onStep'];
}

/** What bringing back did, or would do. */
export interface RestoreArchivedResult {
  readonly restored: number;
  /** Customers that stay in the archive, because they would overwrite something. */
  readonly collisions: readonly Collision[];
  /** Ids that are not archived. */
  readonly missing: readonly number[];
  readonly dryRun: boolean;
  readonly elapsedMs: number;
}

const PAGE = 1000;

/**
 * Brings archived customers back whole: with their ids, times and history. What would overwrite something stays, and is named.
 * @returns what was done, and the run; null where nothing was written
 * @throws {CrmError} NOT_FOUND for an unknown run, FILTER_SYNTAX, UNKNOWN_FIELD, BUSY, INTEGRITY, INTERRUPTED
 */
export async function restoreArchived(
  repository: Repository,
  which: ArchivedWhich,
  options: RestoreArchivedOptions,
): Promise<{ readonly run: number | null; readonly result: RestoreArchivedResult }> {
  const start = performance.now();
  const store = await repository.archive(options.openArchive);
  const { ids, missing } = await chosen(store, which, options);
  const dryRun = options.dryRun === true;
  const request: RestoreRequest = {
    next: nextOf(ids),
    commit: !dryRun,
    check: async (done) => {
      await pause(options.signal);
      options.onProgress?.(done);
    },
    ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
  };
  const nobody = { run: null, restored: 0, collisions: [], missing: [] };
  const outcome = ids.members().next().done === true ? nobody : await store.restore(request, options.arguments ?? {});
  const { run, restored, collisions } = outcome;
  const result = {
    restored,
    collisions,
    missing: [...missing, ...outcome.missing],
    dryRun,
    elapsedMs: Math.round(performance.now() - start),
  };
  return { run, result };
}

/** Who is meant, and which of the ids that were named are not archived. */
async function chosen(
  store: ArchiveStore,
  which: ArchivedWhich,
  { openArchive, signal }: RestoreArchivedOptions,
): Promise<{ readonly ids: BitSet; readonly missing: readonly number[] }> {
  const ids = new BitSet();
  if ('run' in which) {
    for (
      let page = await store.archivedBy(which.run, 0, PAGE);
      page.length > 0;
      page = await store.archivedBy(which.run, page.at(-1) as number, PAGE)
    )
      for (const id of page) ids.add(id);
    return { ids, missing: [] };
  }
  if ('ids' in which) {
    const archived = await store.archivedOf(which.ids);
    for (const id of archived.keys()) ids.add(id);
    return { ids, missing: which.ids.filter((id) => !archived.has(id)) };
  }
  await store.check();
  const archive = await openArchive();
  const pending = new Set(await store.pending());
  const { rows } = await archive.query({ ...(await queryOptions(archive, which)), select: ['id'] });
  for await (const batch of rows) {
    await pause(signal);
    for (const [id] of batch) if (!pending.has(id as number)) ids.add(id as number);
  }
  return { ids, missing: [] };
}

function nextOf(ids: BitSet): RestoreRequest['next'] {
  const members = ids.members();
  return async (limit) => {
    const page: number[] = [];
    while (page.length < limit) {
      const { done, value } = members.next();
      if (done === true) break;
      page.push(value);
    }
    return page;
  };
}
