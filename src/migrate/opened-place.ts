import type { Snapshot, TableStore } from '../connectors/connector.ts';
import { openStore } from '../connectors/index.ts';
import { type DigestPlace, digestOfRows, type DigestRequest, type RowsDigest } from './rows-digest.ts';

/** A place of tables at one moment, opened to hash rows of it. */
export class OpenedPlace {
  readonly #store: TableStore;
  readonly #snapshot: Snapshot;

  private constructor(store: TableStore, snapshot: Snapshot) {
    this.#store = store;
    this.#snapshot = snapshot;
  }

  /** @throws {CrmError} when it cannot be opened */
  static async open({ address, options, moment }: DigestPlace): Promise<OpenedPlace> {
    const store = await openStore(address, { create: false, ...options });
    try {
      return new OpenedPlace(store, await store.snapshot(moment ?? undefined));
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** See `digestOfRows`. */
  digest(request: DigestRequest, signal?: AbortSignal): Promise<RowsDigest | null> {
    return digestOfRows(this.#store, this.#snapshot, request, signal);
  }

  async close(): Promise<void> {
    await this.#snapshot.close();
    await this.#store.close();
  }
}
