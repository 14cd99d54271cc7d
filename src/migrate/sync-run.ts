import type { Snapshot, TableStore, TableTarget, TableWriter } from '../connectors/connector.ts';
import { CrmError } from '../errors.ts';
import type { Reject } from './copy-ledger.ts';
import type { ConversionsList } from './copy-lists.ts';
import type { CountedConversion } from './copy-options.ts';
import { RowConversion } from './copy-rows.ts';
import { type Applied, type AppliedTable, applyDeletes, applyWrites, nothingApplied } from './sync-apply.ts';
import { findAll, type FoundTable } from './sync-find.ts';
import { pendingOf } from './sync-guards.ts';
import type { SyncedTable, SyncOptions, SyncResult } from './sync-options.ts';
import type { SyncedPlan } from './sync-plan.ts';

/** Whoever writes at the same time, or a trigger that undoes what is written, must not keep it going for ever. */
const MOST_PASSES = 10;

/** What a run works with. */
export interface SyncWork {
  readonly plans: readonly SyncedPlan[];
  /** Pairs the tables again, when all of them are there. */
  readonly planAgain: () => Promise<readonly SyncedPlan[]>;
  readonly snapshot: Snapshot;
  readonly store: TableStore;
  readonly target: TableTarget;
  readonly options: SyncOptions;
  readonly conversions: ConversionsList | null;
}

interface TableCount {
  missing: number;
  different: number;
  extra: number;
  inserted: number;
  updated: number;
  deleted: number;
  verified: boolean | null;
}

/**
 * Writes what was found, compares again, and so on until nothing differs but rows that are refused: rows may stand in each other's
 * way (a unique value that is free only later, a parent that comes later), and each pass clears some of it away.
 */
export class SyncRun {
  readonly #work: SyncWork;
  readonly #counts: ReadonlyMap<string, TableCount>;
  readonly #conversions: CountedConversion[] = [];
  #hasWritten = false;
  #isFirst = true;
  /** Rows that were refused in the last pass, by table. */
  rejects: ReadonlyMap<string, readonly Reject[]> = new Map();

  constructor(work: SyncWork) {
    this.#work = work;
    const none = { missing: 0, different: 0, extra: 0, inserted: 0, updated: 0, deleted: 0, verified: null };
    this.#counts = new Map(work.plans.map(({ pair }) => [pair.name, { ...none }]));
  }

  /** Remembers what was found at first. */
  note(found: readonly FoundTable[]): void {
    for (const { plan, spool } of found) Object.assign(this.#count(plan), spool.counts);
  }

  /** Writes until nothing differs any more. @throws {CrmError} also with what to do when it had begun */
  async toEnd(first: readonly FoundTable[]): Promise<void> {
    const { target, plans, options } = this.#work;
    const writer = await target.writer();
    try {
      refuseUnable(writer, first, options);
      for (const { pair, exists } of plans) if (!exists) await target.create(pair.plan.target);
      await this.#passes(writer, first);
      for (const { pair, exists } of plans) {
        if (!exists || this.#count({ pair }).inserted > 0) await target.finish(pair.plan.target);
      }
      for (const { pair, exists } of plans) if (!exists) await target.connect(pair.plan.target);
    } catch (error) {
      throw this.#hasWritten ? stopped(error, options.signal) : error;
    } finally {
      await writer.close();
    }
  }

  /** What became of the tables so far. */
  result(): Pick<SyncResult, 'tables' | 'conversions'> {
    const tables = [...this.#counts].map(
      ([name, count]): SyncedTable => ({ name, ...count, rejected: this.rejects.get(name)?.length ?? 0 }),
    );
    return { tables, conversions: this.#conversions };
  }

  /** References that lead nowhere, where the database itself does not mind them. */
  async brokenReferences(): Promise<readonly string[]> {
    const { target, plans } = this.#work;
    const notes: string[] = [];
    for (const { pair } of plans) {
      await target.checkReferences?.(pair.plan.target).catch((error: unknown) => {
        if (!(error instanceof CrmError) || error.code !== 'INTEGRITY') throw error;
        notes.push(error.message);
      });
    }
    return notes;
  }

  async #passes(writer: TableWriter, first: readonly FoundTable[]): Promise<void> {
    const { options } = this.#work;
    let found = first;
    let before = Number.POSITIVE_INFINITY;
    for (let pass = 1; ; pass++) {
      try {
        const pending = found.reduce((sum, one) => sum + pendingOf(one, options), 0);
        if (pending === 0) this.rejects = new Map();
        if (pending === 0) return this.#settle(found);
        if (pass > MOST_PASSES || (pass > 3 && pending >= before)) return this.#settle(found);
        before = pending;
        const written = await this.#write(writer, found);
        if (written === 0) return this.#settle(found);
        if (!options.verify && this.rejects.size === 0) return;
      } finally {
        if (found !== first) for (const { spool } of found) spool.dispose();
      }
      // Of a table that was just made, the database tells how it is held.
      const { plans, planAgain } = this.#work;
      const there = plans.every(({ exists }) => exists) ? plans : await planAgain();
      found = await findAll(there, this.#work.snapshot, this.#work.store, options);
    }
  }

  /** A table is as it should be when what is left of it are the rows that were refused. */
  #settle(found: readonly FoundTable[]): void {
    for (const one of found) {
      const rejected = this.rejects.get(one.plan.pair.name)?.length ?? 0;
      this.#count(one.plan).verified = this.#work.options.verify ? pendingOf(one, this.#work.options) === rejected : null;
    }
  }

  /** @returns how many rows were written or deleted */
  async #write(writer: TableWriter, found: readonly FoundTable[]): Promise<number> {
    const { options } = this.#work;
    const applied = new Map<string, Applied>();
    const tables = found.map((one) => ({ one, table: this.#applied(one), to: nothingApplied() }));
    const how = (name: string): Parameters<typeof applyWrites>[2] => ({
      batch: options.batch,
      signal: options.signal,
      onRows: (rows) => {
        this.#hasWritten ||= rows > 0;
        options.onProgress?.('writing', name, rows);
      },
    });
    for (const { one, table, to } of tables) {
      const { name } = one.plan.pair;
      applied.set(name, to);
      if (one.spool.counts.missing + one.spool.counts.different > 0) await applyWrites(writer, table, how(name), to);
    }
    for (const { one, table, to } of options.delete ? [...tables].reverse() : []) {
      if (one.spool.counts.extra > 0) await applyDeletes(writer, table, how(one.plan.pair.name), to);
    }
    return this.#add(
      tables.map(({ table }) => table),
      applied,
    );
  }

  #applied({ plan, spool }: FoundTable): AppliedTable {
    const { conversions } = this.#work;
    const list = this.#isFirst && conversions !== null ? conversions : null;
    const { name } = plan.pair;
    const conversion = new RowConversion(plan.pair.plan, list === null ? null : (cells) => list.add(name, cells));
    return { table: plan.pair, conversion, spool, isReferredTo: plan.referredBy.length > 0 };
  }

  /** Rows that come again in a later pass were counted as converted in the first. */
  #add(tables: readonly AppliedTable[], applied: ReadonlyMap<string, Applied>): number {
    let written = 0;
    const rejects = new Map<string, readonly Reject[]>();
    for (const { table, conversion } of tables) {
      const { name } = table;
      const count = this.#count({ pair: table });
      const done = applied.get(name) ?? nothingApplied();
      count.inserted += done.inserted;
      count.updated += done.updated;
      count.deleted += done.deleted;
      written += done.inserted + done.updated + done.deleted;
      if (done.rejects.length > 0) rejects.set(name, done.rejects);
      if (this.#isFirst) this.#conversions.push(...conversion.takeCounts().map((one) => ({ table: name, ...one })));
    }
    this.rejects = rejects;
    this.#isFirst = false;
    return written;
  }

  #count({ pair }: Pick<SyncedPlan, 'pair'>): TableCount {
    return this.#counts.get(pair.name) as TableCount;
  }
}

/** @throws {CrmError} USAGE when the place cannot do what is to be done */
function refuseUnable(writer: TableWriter, found: readonly FoundTable[], options: SyncOptions): void {
  const hint = 'write it anew: crm migrate copy --mode truncate';
  if (writer.update === undefined)
    throw new CrmError('USAGE', 'single rows of this place cannot be changed; nothing was written', { hint });
  const keyless = found.find(({ plan, spool }) => !plan.pair.isKeyUnique && spool.counts.extra > 0);
  if (keyless === undefined || !options.delete || writer.removeWhole !== undefined) return;
  throw new CrmError('USAGE', `rows of ${keyless.plan.pair.name} have no key, and cannot be deleted here; nothing was written`, { hint });
}

/** What was committed stays, and is not done again. */
function stopped(error: unknown, signal: AbortSignal | undefined): unknown {
  const again = 'run the same command again: what still differs is found again';
  if (signal?.aborted === true)
    return new CrmError('INTERRUPTED', 'interrupted; what was written so far stays', {
      hint: again,
      cause: error,
      details: { resumable: true },
    });
  if (!(error instanceof CrmError)) return error;
  const { code, message, hint, details } = error;
  return new CrmError(code, message, {
    cause: error,
    hint: hint === undefined ? again : `${hint}; then ${again}`,
    ...(details === undefined ? {} : { details }),
  });
}
