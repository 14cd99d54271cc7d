import type { Snapshot, TableStore } from '../connectors/connector.ts';
import { ChangesSpool } from './changes-spool.ts';
import { findChanges } from './find-changes.ts';
import type { SyncOptions } from './sync-options.ts';
import type { SyncedPlan } from './sync-plan.ts';

/** What differs in a table. */
export interface FoundTable {
  readonly plan: SyncedPlan;
  readonly spool: ChangesSpool;
  readonly rowsA: number;
  readonly rowsB: number;
}

/** Compares all tables, the second side as it is at one moment. The caller disposes of the spools. */
export async function findAll(
  plans: readonly SyncedPlan[],
  snapshotA: Snapshot,
  store: TableStore,
  options: Pick<SyncOptions, 'signal' | 'onProgress'>,
): Promise<readonly FoundTable[]> {
  const found: FoundTable[] = [];
  const snapshotB = await store.snapshot();
  try {
    for (const plan of plans) found.push(await findIn(plan, [snapshotA, plan.exists ? snapshotB : NOTHING], options));
    return found;
  } catch (error) {
    for (const { spool } of found) spool.dispose();
    throw error;
  } finally {
    await snapshotB.close();
  }
}

async function findIn(
  plan: SyncedPlan,
  snapshots: readonly [Snapshot, Snapshot],
  { signal, onProgress }: Pick<SyncOptions, 'signal' | 'onProgress'>,
): Promise<FoundTable> {
  const spool = new ChangesSpool();
  try {
    const onRows = throttled((rows) => onProgress?.('comparing', plan.pair.name, rows));
    return { plan, spool, ...(await findChanges(plan.pair, snapshots, spool, { signal, onRows })) };
  } catch (error) {
    spool.dispose();
    throw error;
  }
}

const PROGRESS_ROWS = 500;

function throttled(tell: (rows: number) => void): (rows: number) => void {
  let next = PROGRESS_ROWS;
  return (rows) => {
    if (rows < next) return;
    next = rows + PROGRESS_ROWS;
    tell(rows);
  };
}

/** The side that does not have a table yet. */
const NOTHING: Snapshot = {
  tables: async () => [],
  schema: async () => {
    throw new Error('there is no table');
  },
  count: async () => 0,
  read: () => nothing(),
  close: async () => undefined,
};

async function* nothing(): AsyncGenerator<never> {}
