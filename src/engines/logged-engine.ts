import type { Engine, TableRows } from './connection.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import { ForwardingEngine } from './forwarding-engine.ts';
import type { SlowQueryLog } from './slow-query-log.ts';
import { withoutValues } from './without-values.ts';

/** What a statement took so far. */
interface Measured {
  elapsedMs: number;
  rows: number;
}

/**
 * An engine that logs the reading statements that take long, each with its plan and without a value. What runs inside a
 * transaction is part of a write and not logged.
 */
export class LoggedEngine extends ForwardingEngine {
  readonly #log: SlowQueryLog;
  readonly #thresholdMs: number;

  /** @param thresholdMs what takes longer is logged, in milliseconds */
  constructor(engine: Engine, log: SlowQueryLog, thresholdMs: number) {
    super(engine);
    this.#log = log;
    this.#thresholdMs = thresholdMs;
  }

  override async all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    const start = performance.now();
    const rows = await this.engine.all<T>(sql, parameters);
    await this.#note(sql, parameters, { elapsedMs: performance.now() - start, rows: rows.length });
    return rows;
  }

  override async table(sql: string, parameters: readonly SqlValue[] = []): Promise<TableRows> {
    const start = performance.now();
    const table = await this.engine.table(sql, parameters);
    await this.#note(sql, parameters, { elapsedMs: performance.now() - start, rows: table.rows.length });
    return table;
  }

  override stream(sql: string, parameters: readonly SqlValue[] = []): AsyncIterable<SqlValue[][]> {
    return this.#measured(this.engine.stream(sql, parameters), sql, parameters, 0);
  }

  override async readOnly(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    const start = performance.now();
    const { columns, rows } = await this.engine.readOnly(sql);
    return { columns, rows: this.#measured(rows, sql, [], performance.now() - start) };
  }

  /** Passes batches on; only the time that the database takes counts, not that of whoever uses them. */
  async *#measured(
    batches: AsyncIterable<SqlValue[][]>,
    sql: string,
    parameters: readonly SqlValue[],
    elapsedMs: number,
  ): AsyncGenerator<SqlValue[][]> {
    const measured: Measured = { elapsedMs, rows: 0 };
    const iterator = batches[Symbol.asyncIterator]();
    try {
      for (;;) {
        const start = performance.now();
        const { done, value } = await iterator.next();
        measured.elapsedMs += performance.now() - start;
        if (done === true) break;
        measured.rows += value.length;
        yield value;
      }
    } finally {
      await iterator.return?.();
      await this.#note(sql, parameters, measured);
    }
  }

  async #note(sql: string, parameters: readonly SqlValue[], { elapsedMs, rows }: Measured): Promise<void> {
    if (elapsedMs < this.#thresholdMs) return;
    // A plan that cannot be had is none; the query itself has succeeded.
    const plan = await this.engine.explain(sql, parameters).catch(() => []);
    this.#log.add({
      at: new Date().toISOString(),
      elapsedMs: Math.round(elapsedMs),
      rows,
      statement: withoutValues(sql),
      plan: plan.map(planStep),
    });
  }
}

/** A step of a plan without values, as deep as it stands. */
function planStep(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${withoutValues(line)}`;
}
