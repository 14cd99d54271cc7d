import type { Connection, Engine, TableRows, TransactionOptions, WordIndexBuilder } from './connection.ts';
import type { EngineFacts, SqlRow, SqlValue } from './engine.ts';
import type { Maintenance } from './maintenance.ts';
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
export class LoggedEngine implements Engine {
  readonly #engine: Engine;
  readonly #log: SlowQueryLog;
  readonly #thresholdMs: number;

  /** @param thresholdMs what takes longer is logged, in milliseconds */
  constructor(engine: Engine, log: SlowQueryLog, thresholdMs: number) {
    this.#engine = engine;
    this.#log = log;
    this.#thresholdMs = thresholdMs;
  }

  get facts(): EngineFacts {
    return this.#engine.facts;
  }

  get label(): string {
    return this.#engine.label;
  }

  get isEncrypted(): boolean {
    return this.#engine.isEncrypted;
  }

  get schemaFolder(): string {
    return this.#engine.schemaFolder;
  }

  async all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    const start = performance.now();
    const rows = await this.#engine.all<T>(sql, parameters);
    await this.#note(sql, parameters, { elapsedMs: performance.now() - start, rows: rows.length });
    return rows;
  }

  async table(sql: string, parameters: readonly SqlValue[] = []): Promise<TableRows> {
    const start = performance.now();
    const table = await this.#engine.table(sql, parameters);
    await this.#note(sql, parameters, { elapsedMs: performance.now() - start, rows: table.rows.length });
    return table;
  }

  transaction<T>(work: (connection: Connection) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.#engine.transaction(work, options);
  }

  stream(sql: string, parameters: readonly SqlValue[] = []): AsyncIterable<SqlValue[][]> {
    return this.#measured(this.#engine.stream(sql, parameters), sql, parameters, 0);
  }

  async readOnly(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    const start = performance.now();
    const { columns, rows } = await this.#engine.readOnly(sql);
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
    const plan = await this.#engine.explain(sql, parameters).catch(() => []);
    this.#log.add({
      at: new Date().toISOString(),
      elapsedMs: Math.round(elapsedMs),
      rows,
      statement: withoutValues(sql),
      plan: plan.map(planStep),
    });
  }

  explain(sql: string, parameters?: readonly SqlValue[]): Promise<readonly string[]> {
    return this.#engine.explain(sql, parameters);
  }

  beginWordIndex(): Promise<WordIndexBuilder | null> {
    return this.#engine.beginWordIndex();
  }

  storageBytes(): Promise<number> {
    return this.#engine.storageBytes();
  }

  reclaim(): Promise<boolean> {
    return this.#engine.reclaim();
  }

  compact(): Promise<void> {
    return this.#engine.compact();
  }

  expectLargeTransactions(): Promise<() => Promise<void>> {
    return this.#engine.expectLargeTransactions();
  }

  tryLock(name: string): Promise<(() => Promise<void>) | null> {
    return this.#engine.tryLock(name);
  }

  maintenance(): Promise<Maintenance> {
    return this.#engine.maintenance();
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

/** A step of a plan without values, as deep as it stands. */
function planStep(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${withoutValues(line)}`;
}
