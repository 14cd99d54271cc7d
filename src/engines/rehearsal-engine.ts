import type { Connection, Engine, TableRows, WordIndexBuilder } from './connection.ts';
import type { EngineFacts, SqlRow, SqlValue } from './engine.ts';
import type { Maintenance } from './maintenance.ts';

/**
 * A database as one open transaction sees it: transactions within are parts of that one, which is never committed, so that
 * each of them finds what the ones before it did.
 */
export class RehearsalEngine implements Engine {
  readonly #engine: Engine;
  readonly #connection: Connection;

  constructor(engine: Engine, connection: Connection) {
    this.#engine = engine;
    this.#connection = connection;
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

  all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return this.#connection.all<T>(sql, parameters);
  }

  table(sql: string, parameters: readonly SqlValue[] = []): Promise<TableRows> {
    return this.#connection.table(sql, parameters);
  }

  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return work(this.#connection);
  }

  async *stream(sql: string, parameters: readonly SqlValue[] = []): AsyncGenerator<SqlValue[][]> {
    const { rows } = await this.#connection.table(sql, parameters);
    yield rows.map((row) => [...row]);
  }

  readOnly(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    return this.#engine.readOnly(sql);
  }

  async beginWordIndex(): Promise<WordIndexBuilder | null> {
    return null;
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

  async expectLargeTransactions(): Promise<() => Promise<void>> {
    return async () => {};
  }

  tryLock(name: string): Promise<(() => Promise<void>) | null> {
    return this.#engine.tryLock(name);
  }

  explain(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly string[]> {
    return this.#engine.explain(sql, parameters);
  }

  maintenance(): Promise<Maintenance> {
    return this.#engine.maintenance();
  }

  async close(): Promise<void> {}
}
