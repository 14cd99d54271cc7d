import type { TableStore } from '../connectors/connector.ts';
import { CrmError } from '../errors.ts';
import { lookAtChanges } from './sync-strict.ts';
import type { FoundTable } from './sync-find.ts';
import type { SyncOptions } from './sync-options.ts';

/**
 * What keeps a sync from beginning, by what it found.
 * @throws {CrmError} GUARD_RAIL, USAGE: nothing was written
 */
export async function guardChanges(found: readonly FoundTable[], store: TableStore, options: SyncOptions): Promise<void> {
  refuseTooMany(found, options);
  if (options.delete) {
    for (const one of found) refuseDeletes(one, found, store, options);
  }
  if (options.strict) await lookAtChanges(found, options.signal);
}

/** How many rows would be written or deleted. */
export function pendingOf({ spool: { counts } }: FoundTable, options: Pick<SyncOptions, 'delete'>): number {
  return counts.missing + counts.different + (options.delete ? counts.extra : 0);
}

function refuseTooMany(found: readonly FoundTable[], options: SyncOptions): void {
  const { maxChanges } = options;
  if (maxChanges === null) return;
  const changes = found.reduce((sum, one) => sum + pendingOf(one, options), 0);
  const rows = found.reduce((sum, { rowsA, rowsB }) => sum + Math.max(rowsA, rowsB), 0);
  const most = 'rows' in maxChanges ? maxChanges.rows : Math.floor(rows * maxChanges.share);
  if (changes <= most) return;
  throw new CrmError('GUARD_RAIL', `${changes} of ${rows} rows would change, more than ${most}; nothing was written`, {
    hint: 'look at them with crm migrate diff, or raise --max-changes',
    details: { changes, rows, most },
  });
}

function refuseDeletes(
  { plan, rowsA, rowsB, spool }: FoundTable,
  found: readonly FoundTable[],
  store: TableStore,
  options: SyncOptions,
): void {
  const { pair, referredBy } = plan;
  if (spool.counts.extra === 0) return;
  if (rowsA === 0 && !options.yes) {
    throw new CrmError(
      'GUARD_RAIL',
      `table ${pair.name} is empty on the first side: all ${rowsB} rows of the second would be deleted; nothing was written`,
      {
        hint: 'check that it is the right one; to empty it, add --yes',
        details: { table: pair.name, rows: rowsB },
      },
    );
  }
  const chosen = new Set(found.map((one) => one.plan.pair.plan.target.name));
  const others = referredBy.filter((name) => !chosen.has(name));
  if (others.length === 0) return;
  throw new CrmError(
    'USAGE',
    `rows of ${others.join(', ')} in ${store.label} refer to rows of ${pair.name} that would be deleted; nothing was written`,
    {
      hint: 'name them with --tables as well, or leave --delete out',
      details: { table: pair.name, referredBy: others },
    },
  );
}
