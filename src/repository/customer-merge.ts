import type { Connection, Engine } from '../engines/connection.ts';
import { CrmError, toCrmError } from '../errors.ts';
import type { PlanSink } from '../model/plan.ts';
import { readAutoGroups } from './duplicate-clusters.ts';
import { GrowingTables } from './growing-tables.ts';
import { MergeBatch, type MergeCounts, type MergeJudge, loadMembers } from './merge-batch.ts';
import { PlanRecorder } from './plan-recorder.ts';
import { RunLog, type RunHeader, getRun } from './run-log.ts';

/** So many clusters are merged in one transaction: each of them ends on the disk. */
const BATCH = 5000;
/** So many are looked at together. */
const PAGE = 1000;

/** Tables that merging fills, and that are looked at for each customer that goes. */
const GROWING = ['redirects', 'contact_points'];

/** Customers that are to be one, by the number of their cluster. */
type Clusters = readonly { readonly id: number; readonly customers: readonly number[] }[];

/** Which clusters are merged, and how. */
export interface MergeRequest {
  readonly arguments: RunHeader['arguments'];
  /** Customers that are to be merged, or all clusters that may be merged without asking. */
  readonly clusters: 'auto' | Clusters;
  /** roll back: one transaction that is taken back in the end, with exact counts. */
  readonly mode: 'roll back' | 'write';
  /** Writes down as a plan what is done. */
  readonly record?: PlanSink;
}

/** Decides about clusters while they are merged. */
export interface Merger {
  readonly judge: MergeJudge;
  /** Called now and then with what is done by now; a throw ends the work. */
  check(counts: MergeCounts): Promise<void>;
}

/** What merging did, and the run; null where nothing was written. */
export type MergeOutcome = MergeCounts & { readonly run: number | null };

/**
 * Merges clusters as one run, some of them in each transaction and each of them wholly in one. What is broken off stands as
 * far as it came, recorded in the run; the next merge goes on with the rest.
 * @throws {CrmError} BUSY, and what `check` throws; the message names the run where something was written
 */
export async function mergeCustomers(
  engine: Engine,
  request: MergeRequest,
  header: RunHeader,
  clock: () => Date,
  merger: Merger,
): Promise<MergeOutcome> {
  return request.mode === 'write'
    ? new MergeRun(engine, header, clock).merge(request, merger)
    : rehearse(engine, request, header, clock, merger);
}

async function rehearse(
  engine: Engine,
  request: MergeRequest,
  header: RunHeader,
  clock: () => Date,
  merger: Merger,
): Promise<MergeOutcome> {
  const now = clock().toISOString();
  return engine.transaction(
    async (connection) => {
      const log = await RunLog.start(connection, header, now);
      const recorder =
        request.record === undefined
          ? null
          : await PlanRecorder.start(connection, log, { sink: request.record, files: [] }, { ...header, database: engine.label, now });
      const batch = new MergeBatch(connection, now);
      const growing = new GrowingTables(GROWING, PAGE);
      let counts: MergeCounts = { clusters: 0, merged: 0 };
      for await (const clusters of clusterBatches(connection, request.clusters)) {
        counts = await mergeInPages(batch, clusters, merger, { start: async () => log, counts, connection, growing });
      }
      await log.finish({ ...counts }, clock().toISOString());
      await recorder?.finish();
      return { ...counts, run: null };
    },
    { commit: false },
  );
}

/** @returns what is done by then */
async function mergeInPages(
  batch: MergeBatch,
  clusters: Clusters,
  merger: Merger,
  state: {
    readonly start: () => Promise<RunLog>;
    readonly counts: MergeCounts;
    readonly connection: Connection;
    readonly growing: GrowingTables;
  },
): Promise<MergeCounts> {
  const { connection, growing, start } = state;
  let { counts } = state;
  for (let at = 0; at < clusters.length; at += PAGE) {
    await merger.check(counts);
    const members = await loadMembers(connection, clusters.slice(at, at + PAGE));
    counts = sum(counts, await batch.merge(members, merger.judge, start));
    await growing.tell(connection, counts.clusters);
  }
  return counts;
}

/** A run that goes through several transactions. */
class MergeRun {
  readonly #engine: Engine;
  readonly #header: RunHeader;
  readonly #clock: () => Date;
  /** Where the run stands in the database. */
  #state: { readonly id: number; readonly seq: number } | null = null;
  #counts: MergeCounts = { clusters: 0, merged: 0 };
  readonly #growing = new GrowingTables(GROWING, PAGE);

  constructor(engine: Engine, header: RunHeader, clock: () => Date) {
    this.#engine = engine;
    this.#header = header;
    this.#clock = clock;
  }

  async merge(request: MergeRequest, merger: Merger): Promise<MergeOutcome> {
    try {
      for await (const clusters of clusterBatches(this.#engine, request.clusters)) {
        await this.#mergeBatch(clusters, merger);
      }
    } catch (error) {
      throw await this.#brokenOff(error);
    }
    await this.#finish('done');
    return { ...this.#counts, run: this.#state?.id ?? null };
  }

  async #mergeBatch(clusters: Clusters, merger: Merger): Promise<void> {
    const now = this.#clock().toISOString();
    const state = this.#state;
    const done = await this.#engine.transaction(async (connection) => {
      if (state !== null) await requireRunning(connection, state.id);
      let log = state === null ? null : RunLog.resume(connection, state);
      const start = async (): Promise<RunLog> => {
        log ??= await RunLog.start(connection, this.#header, now);
        return log;
      };
      const total = await mergeInPages(new MergeBatch(connection, now), clusters, merger, {
        start,
        counts: this.#counts,
        connection,
        growing: this.#growing,
      });
      await (log as RunLog | null)?.pause({ ...total });
      return { total, log: log as RunLog | null };
    });
    this.#counts = done.total;
    if (done.log !== null) this.#state = { id: done.log.id, seq: done.log.seq };
  }

  async #finish(status: 'done' | 'failed'): Promise<void> {
    const state = this.#state;
    if (state === null) return;
    await this.#engine.transaction((connection) =>
      RunLog.resume(connection, state).finish({ ...this.#counts }, this.#clock().toISOString(), undefined, status),
    );
  }

  /** The error, with what is done already. */
  async #brokenOff(thrown: unknown): Promise<unknown> {
    const state = this.#state;
    if (state === null) return thrown;
    const error = toCrmError(thrown);
    // Where even this fails, the run is left as running: it can be undone like that.
    await this.#finish('failed').catch(() => {});
    const { clusters } = this.#counts;
    return new CrmError(
      error.code,
      `${error.message.replace('; nothing was written', '')}; ${clusters} clusters were merged before, as run ${state.id}`,
      {
        hint: `to go on, run the command again; to take it back: crm undo ${state.id}`,
        cause: error.cause ?? error,
        details: { ...error.details, run: state.id, ...this.#counts },
      },
    );
  }
}

/** Whether somebody took the run back while it was at work. @throws {CrmError} BUSY */
async function requireRunning(connection: Connection, id: number): Promise<void> {
  const { status } = await getRun(connection, id);
  if (status === 'running') return;
  throw new CrmError('BUSY', `run ${id} was undone while it was at work`, { hint: 'to merge again: crm dedupe merge' });
}

/** Clusters to be merged, as many at a time as are merged in one transaction. */
export async function* clusterBatches(reader: Pick<Connection, 'all'>, clusters: MergeRequest['clusters']): AsyncGenerator<Clusters> {
  if (clusters === 'auto') yield* readAutoGroups(reader, BATCH);
  else for (let at = 0; at < clusters.length; at += BATCH) yield clusters.slice(at, at + BATCH);
}

function sum(one: MergeCounts, other: MergeCounts): MergeCounts {
  return { clusters: one.clusters + other.clusters, merged: one.merged + other.merged };
}
