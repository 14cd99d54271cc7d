import type { Connection, Engine, JoinableFile, TableRows, TransactionOptions, WordIndexBuilder } from './connection.ts';
import type { EngineFacts, SqlRow, SqlValue } from './engine.ts';
import type { Maintenance } from './maintenance.ts';

/** An engine that has another one do everything; what extends it does some of that otherwise. */
export class ForwardingEngine implements Engine {
  protected readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get facts(): EngineFacts {
    return this.engine.facts;
  }

  get label(): string {
    return this.engine.label;
  }

  get isEncrypted(): boolean {
    return this.engine.isEncrypted;
  }

  get schemaFolder(): string {
    return this.engine.schemaFolder;
  }

  all<T extends SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<T[]> {
    return this.engine.all<T>(sql, parameters);
  }

  table(sql: string, parameters?: readonly SqlValue[]): Promise<TableRows> {
    return this.engine.table(sql, parameters);
  }

  transaction<T>(work: (connection: Connection) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.engine.transaction(work, options);
  }

  stream(sql: string, parameters?: readonly SqlValue[]): AsyncIterable<SqlValue[][]> {
    return this.engine.stream(sql, parameters);
  }

  readOnly(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    return this.engine.readOnly(sql);
  }

  explain(sql: string, parameters?: readonly SqlValue[]): Promise<readonly string[]> {
    return this.engine.explain(sql, parameters);
  }

  beginWordIndex(): Promise<WordIndexBuilder | null> {
    return this.engine.beginWordIndex();
  }

  joinable(): JoinableFile | null {
    return this.engine.joinable();
  }

  storageBytes(): Promise<number> {
    return this.engine.storageBytes();
  }

  reclaim(): Promise<boolean> {
    return this.engine.reclaim();
  }

  compact(): Promise<void> {
    return this.engine.compact();
  }

  expectLargeTransactions(): Promise<() => Promise<void>> {
    return this.engine.expectLargeTransactions();
  }

  tryLock(name: string): Promise<(() => Promise<void>) | null> {
    return this.engine.tryLock(name);
  }

  maintenance(): Promise<Maintenance> {
    return this.engine.maintenance();
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
