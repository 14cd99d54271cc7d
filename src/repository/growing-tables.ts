import type { Connection } from '../engines/connection.ts';

/** Tells the engine of tables that a long piece of work fills, each time when there is twice as much of it. */
export class GrowingTables {
  readonly #tables: readonly string[];
  #next: number;

  /** @param first so much is done when the engine is told first */
  constructor(tables: readonly string[], first: number) {
    this.#tables = tables;
    this.#next = first;
  }

  /** @param done how much is done by now */
  async tell(connection: Connection, done: number): Promise<void> {
    if (done < this.#next) return;
    this.#next = done * 2;
    await connection.haveGrown(this.#tables);
  }
}
