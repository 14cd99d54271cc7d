import type { Connection, Engine, JoinableFile, TableRows, WordIndexBuilder } from './connection.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import { ForwardingEngine } from './forwarding-engine.ts';

/**
 * A database as one open transaction sees it: transactions within are parts of that one, which is never committed, so that
 * each of them finds what the ones before it did.
 */
export class RehearsalEngine extends ForwardingEngine {
  readonly #connection: Connection;

  constructor(engine: Engine, connection: Connection) {
    super(engine);
    this.#connection = connection;
  }

  override all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return this.#connection.all<T>(sql, parameters);
  }

  override table(sql: string, parameters: readonly SqlValue[] = []): Promise<TableRows> {
    return this.#connection.table(sql, parameters);
  }

  override transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return work(this.#connection);
  }

  override async *stream(sql: string, parameters: readonly SqlValue[] = []): AsyncGenerator<SqlValue[][]> {
    const { rows } = await this.#connection.table(sql, parameters);
    yield rows.map((row) => [...row]);
  }

  override async beginWordIndex(): Promise<WordIndexBuilder | null> {
    return null;
  }

  /** Nobody else sees what the open transaction did. */
  override joinable(): JoinableFile | null {
    return null;
  }

  override async expectLargeTransactions(): Promise<() => Promise<void>> {
    return async () => {};
  }

  /** Whoever opened the database closes it. */
  override async close(): Promise<void> {}
}
