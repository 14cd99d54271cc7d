import type { Snapshot } from '../connectors/connector.ts';
import { pause } from '../interruption.ts';
import type { Row, TableSchema } from '../model/table-schema.ts';

const BATCH_ROWS = 500;

/** Which rows of a table are read. */
export interface StreamRequest {
  readonly table: TableSchema;
  readonly columns: readonly string[];
  readonly ordered: boolean;
  /** Only rows up to this key; needs `ordered`. */
  readonly upTo?: Row;
}

/** Rows of a table, batch after batch; the next batch is on its way while one is looked at. */
export class RowStream {
  readonly #iterator: AsyncIterator<readonly Row[]>;
  readonly #signal: AbortSignal | undefined;
  #coming: Promise<IteratorResult<readonly Row[]>> | null;

  constructor(snapshot: Snapshot, request: StreamRequest, signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#iterator = snapshot.read({ ...request, batch: BATCH_ROWS })[Symbol.asyncIterator]();
    this.#coming = null;
  }

  /** The next rows, at least one; null: there are no more. @throws {CrmError} INTERRUPTED once the signal is given */
  async next(): Promise<readonly Row[] | null> {
    for (;;) {
      await pause(this.#signal);
      const { done, value } = await (this.#coming ?? this.#iterator.next());
      if (done === true) return null;
      this.#coming = this.#iterator.next();
      // A failure is told of when the batch is asked for.
      this.#coming.catch(() => undefined);
      if (value.length > 0) return value;
    }
  }

  /** Ends the reading. */
  async close(): Promise<void> {
    await this.#coming?.catch(() => undefined);
    await this.#iterator.return?.();
  }
}
