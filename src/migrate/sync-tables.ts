import type { Snapshot, TableStore, TableTarget } from '../connectors/connector.ts';
import { openStore } from '../connectors/index.ts';
import { CrmError } from '../errors.ts';
import { chooseTables } from './copy-choice.ts';
import { ConversionsList, RejectsList } from './copy-lists.ts';
import { refuseSamePlace } from './copy-place.ts';
import { withLock } from './place-lock.ts';
import type { TablesOf } from './copy-target.ts';
import { holdsOurs, isOurs } from './our-database.ts';
import { syncCustomerDatabase } from './sync-customer-database.ts';
import { findAll, type FoundTable } from './sync-find.ts';
import { guardChanges } from './sync-guards.ts';
import type { SyncedTable, SyncOptions, SyncResult } from './sync-options.ts';
import { planSync, type SyncedPlan } from './sync-plan.ts';
import { SyncRun } from './sync-run.ts';

/** Name under which nothing is in the ledger: what is made with the writer goes away by it. */
const LEDGER = 'sync';

/**
 * Brings tables of `b` to those of `a`: inserts rows that are missing, sets cells that differ and, where that is wanted, deletes
 * rows that only `b` has. What differs is found before anything is written. Nothing is remembered: whoever was stopped
 * runs it again, and what still differs is found again.
 * @throws {CrmError} USAGE, NOT_FOUND when what is asked for cannot be; GUARD_RAIL; BUSY; INTERRUPTED; CONNECTION, DISK_FULL …
 */
export async function syncTables(a: string, b: string, options: SyncOptions): Promise<SyncResult> {
  refuseSamePlace(a, b);
  const opening = { create: false, busyTimeoutMs: options.busyTimeoutMs, ...(options.key === null ? {} : { key: options.key }) };
  const source = await openStore(a, opening);
  try {
    const store = await openStore(b, opening);
    try {
      // Others that want to write the same are kept off before anything is compared.
      return await withLock(store, options.dryRun, async () => {
        if ((await holdsOurs(source)) && (await holdsOurs(store))) return syncCustomerDatabase(a, b, options);
        return syncBetween(source, store, options);
      });
    } finally {
      await store.close();
    }
  } finally {
    await source.close();
  }
}

async function syncBetween(source: TableStore, store: TableStore, options: SyncOptions): Promise<SyncResult> {
  const startMs = performance.now();
  if (!store.facts.transactions) {
    throw new CrmError('USAGE', `single rows of ${store.label} cannot be changed: ${store.facts.title} is written whole`, {
      hint: 'write it anew: crm migrate copy --mode truncate',
    });
  }
  const snapshot = await source.snapshot();
  try {
    const { tables } = await chooseTables(snapshot, options.tables);
    const plan = (there: TablesOf): Promise<readonly SyncedPlan[]> =>
      planSync(tables, { from: source.facts, to: store.facts, target: there, label: store.label }, options.create);
    const ends: SyncEnds = { snapshot, store, plan, options };
    const done = options.dryRun ? await planOnly(ends) : await syncLocked(ends);
    return {
      a: source.label,
      b: store.label,
      dryRun: options.dryRun,
      way: 'tables',
      snapshot: null,
      ...done,
      elapsedMs: Math.round(performance.now() - startMs),
    };
  } finally {
    await snapshot.close();
  }
}

interface SyncEnds {
  readonly snapshot: Snapshot;
  readonly store: TableStore;
  readonly plan: (there: TablesOf) => Promise<readonly SyncedPlan[]>;
  readonly options: SyncOptions;
}

type Done = Pick<SyncResult, 'tables' | 'conversions' | 'rejects' | 'notes'>;

/** Says what would be done; the second side is only read. */
async function planOnly({ snapshot, store, plan, options }: SyncEnds): Promise<Done> {
  const there = await store.snapshot();
  let plans: readonly SyncedPlan[];
  try {
    await refuseOurs(there, store.label);
    plans = await plan(there);
  } finally {
    await there.close();
  }
  const found = await findAll(plans, snapshot, store, options);
  try {
    await guardChanges(found, store, options);
    return { tables: found.map(untouched), conversions: [], rejects: null, notes: notesOf(plans) };
  } finally {
    for (const { spool } of found) spool.dispose();
  }
}

function untouched({ plan, spool }: FoundTable): SyncedTable {
  return { name: plan.pair.name, ...spool.counts, inserted: 0, updated: 0, deleted: 0, rejected: 0, verified: null };
}

async function syncLocked(ends: SyncEnds): Promise<Done> {
  const { store, plan } = ends;
  const target = await store.target();
  try {
    await refuseOurs(target, store.label);
    return await syncPlanned(await plan(target), target, ends);
  } finally {
    await target.close();
  }
}

async function syncPlanned(plans: readonly SyncedPlan[], target: TableTarget, ends: SyncEnds): Promise<Done> {
  const { snapshot, store, options } = ends;
  const rejects = new RejectsList(options.rejectsPath);
  const conversions = options.conversionsPath === null ? null : new ConversionsList(options.conversionsPath);
  try {
    const run = new SyncRun({ plans, planAgain: () => ends.plan(target), snapshot, store, target, options, conversions });
    const found = await findAll(plans, snapshot, store, options);
    try {
      run.note(found);
      await guardChanges(found, store, options);
      await run.toEnd(found);
    } finally {
      for (const { spool } of found) spool.dispose();
    }
    await target.forget(LEDGER);
    for (const [name, some] of run.rejects) rejects.add(name, some);
    conversions?.finish();
    return { ...run.result(), rejects: rejects.finish(), notes: [...notesOf(plans), ...(await run.brokenReferences())] };
  } finally {
    rejects.discard();
    conversions?.discard();
  }
}

/** @throws {CrmError} USAGE when it is a customer database: its index of words and its history belong to its rows */
async function refuseOurs(there: TablesOf, label: string): Promise<void> {
  if (!(await isOurs(there))) return;
  throw new CrmError('USAGE', `${label} is a customer database of crm, whose rows must not be written one by one`, {
    hint: 'bring tables of other programs in with crm migrate copy --mapping',
  });
}

function notesOf(plans: readonly SyncedPlan[]): readonly string[] {
  return plans.flatMap(({ pair }) =>
    pair.plan.notes.map(({ table, column, reason }) => `${table}${column === null ? '' : `.${column}`}: ${reason}`),
  );
}
