import type { TableWriter } from '../connectors/connector.ts';
import { Mutex } from '../engines/mutex.ts';
import { CrmError } from '../errors.ts';
import type { Row } from '../model/table-schema.ts';
import { type CopyContext, rowsOf } from './copy-context.ts';
import { beginDigest } from './source-request.ts';
import { NOTHING_COPIED, type TableState } from './copy-ledger.ts';
import type { TableCopy } from './copy-part.ts';
import { copyTable } from './copy-table.ts';
import type { PlannedTable } from './copy-target.ts';
import { runJobs } from './table-jobs.ts';

const MOST_JOBS = 4;
const RESUME = 'go on where it stopped: the same command with --resume';

/** One copy on its way: how far each table is. */
export class CopyRun {
  readonly #context: CopyContext;
  readonly #copy: string;
  readonly #states: Map<string, TableState>;
  readonly #writers = new Map<number, Promise<TableWriter>>();
  readonly #stop = new AbortController();
  /** What the target itself does, it does on one connection. */
  readonly #targetTurn = new Mutex();
  readonly #rows = new Map<string, number>();
  readonly #firstParts = new Map<string, Row>();
  readonly #totalRows: number | null;

  /**
   * @param copy its name in the ledger
   * @param states how far tables are, by the ledger
   * @param totalRows for the progress; null: not known
   */
  constructor(context: CopyContext, copy: string, states: ReadonlyMap<string, TableState>, totalRows: number | null) {
    this.#context = context;
    this.#copy = copy;
    this.#states = new Map(states);
    this.#totalRows = totalRows;
  }

  /** How far a table is. */
  stateOf(table: string): TableState {
    return this.#states.get(table) ?? NOTHING_COPIED;
  }

  /** Key of the last row of the first part of a table that this run wrote whole, in several parts; undefined: of any other. */
  firstPartOf(table: string): Row | undefined {
    return this.#firstParts.get(table);
  }

  /** Whether anything is in the target already. */
  get hasBegun(): boolean {
    return this.#states.size > 0;
  }

  /** Copies all tables to their ends, and what comes after the rows. @throws what the first table that failed has thrown */
  async run(): Promise<void> {
    const { source, store, planned, options, target } = this.#context;
    const workers = options.jobs ?? Math.min(MOST_JOBS, source.facts.parallel, store.facts.parallel);
    const jobs = planned.map((table) => ({ name: table.plan.source.name, after: table.after, table }));
    try {
      await runJobs(
        jobs,
        workers,
        ({ table }, worker) => this.#table(table, worker),
        () => this.#stop.abort(),
      );
    } finally {
      for (const writer of this.#writers.values()) await writer.then((opened) => opened.close()).catch(() => undefined);
    }
    for (const { plan } of planned) await target.connect(plan.target);
  }

  async #table(planned: PlannedTable, worker: number): Promise<void> {
    const { source } = planned.plan;
    const state = this.stateOf(source.name);
    if (!state.isEnd) this.#states.set(source.name, await copyTable(this.#copyOf(planned), await this.#writer(worker), state));
    await this.#targetTurn.run(() => this.#context.target.finish(planned.plan.target));
    this.#tell(source.name, this.#rows.get(source.name) ?? 0, true);
  }

  #copyOf(planned: PlannedTable): TableCopy {
    const { store, options, rejects } = this.#context;
    const { name } = planned.plan.source;
    const rows = rowsOf(this.#context, planned);
    const isWhole = this.stateOf(name).nextPart === 0 && (options.mode === 'create' || options.mode === 'truncate');
    return {
      ...rows,
      copy: this.#copy,
      writeMode: options.mode === 'upsert' ? 'upsert' : 'insert',
      isResumable: store.facts.transactions && rows.conversion.isKeyed,
      signal: options.signal === undefined ? this.#stop.signal : AbortSignal.any([options.signal, this.#stop.signal]),
      onRows: (count) => this.#tell(name, count, false),
      onCommit: (state, rejected) => {
        this.#states.set(name, state);
        if (isWhole && rows.conversion.isKeyed && state.nextPart === 1 && !state.isEnd && state.last !== null) {
          this.#firstParts.set(name, state.last);
          beginDigest(this.#context, planned.plan, state);
        }
        rejects.add(name, rejected);
      },
    };
  }

  #writer(worker: number): Promise<TableWriter> {
    let writer = this.#writers.get(worker);
    if (writer === undefined) {
      writer = this.#targetTurn.run(() => this.#context.target.writer());
      this.#writers.set(worker, writer);
    }
    return writer;
  }

  #tell(table: string, rows: number, isDone: boolean): void {
    this.#rows.set(table, rows);
    const allRows = [...this.#rows.values()].reduce((sum, one) => sum + one, 0);
    this.#context.options.onProgress?.({ step: 'copying', table, rows, isDone, allRows, totalRows: this.#totalRows });
  }
}

/** The error of a copy that was broken off, with what can be done about it. */
export function brokenOff(
  error: unknown,
  run: CopyRun,
  { isResumable, signal }: { readonly isResumable: boolean; readonly signal: AbortSignal | undefined },
): unknown {
  if (!run.hasBegun) return error;
  const hint = isResumable ? RESUME : 'begin again: the same command with --mode truncate';
  if (signal?.aborted === true) {
    return new CrmError('INTERRUPTED', 'interrupted; what was copied so far stays', {
      hint,
      cause: error,
      details: { resumable: isResumable },
    });
  }
  if (!(error instanceof CrmError) || !isResumable) return error;
  const { code, message, details } = error;
  return new CrmError(code, message, {
    cause: error,
    hint: error.hint === undefined ? RESUME : `${error.hint}; then ${RESUME}`,
    ...(details === undefined ? {} : { details }),
  });
}
