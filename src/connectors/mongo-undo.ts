import type { Document } from 'mongodb';
import type { LedgerEntry } from './connector.ts';
import type { MongoServer } from './mongo-client.ts';
import { LEDGER_COLLECTION, UNDO_COLLECTION } from './mongo-layout.ts';

interface UndoNote extends Document {
  readonly collection: string;
  /** Who wrote it: notes of one part go together. */
  readonly part: unknown;
  /** `_id`s of documents that were not there before. */
  readonly ids: readonly unknown[];
  /** The entries of the ledger that say that the part is complete. */
  readonly entries: readonly LedgerKey[];
  /** The copy that these belong to. */
  readonly copy: string | null;
}

/** The `_id` of an entry in the ledger. */
export interface LedgerKey {
  readonly copy: string;
  readonly table: string;
  readonly part: number;
}

/** @returns the `_id` of an entry, its fields always in this order */
export function ledgerKey({ copy, table, part }: LedgerEntry): LedgerKey {
  return { copy, table, part };
}

/**
 * Stands in for transactions on a server that has none. Before documents are added, their `_id`s are noted in `_crm_undo`; the note
 * goes when the entry of the ledger is there. A note that was left behind tells what to take back.
 */
export class MongoUndo {
  readonly #server: MongoServer;
  readonly #cleared = new Set<string>();
  #part: unknown = null;

  constructor(server: MongoServer) {
    this.#server = server;
  }

  /** Takes back what a writer that was broken off has added to a collection; once for each writer. */
  async clear(collection: string): Promise<void> {
    if (this.#cleared.has(collection)) return;
    this.#cleared.add(collection);
    await this.#takeBack({ collection });
  }

  /** Notes documents that are about to be added. */
  async note(collection: string, ids: readonly unknown[]): Promise<void> {
    this.#part ??= new this.#server.driver.ObjectId();
    await this.#notes.insertOne({ collection, part: this.#part, ids, entries: [], copy: null });
  }

  /** The part is complete as soon as its entries are in the ledger. */
  async complete(entries: readonly LedgerEntry[]): Promise<void> {
    const keys = entries.map(ledgerKey);
    if (this.#part !== null)
      await this.#notes.updateMany({ part: this.#part }, { $set: { entries: keys, copy: keys.at(-1)?.copy ?? null } });
    for (const entry of entries) {
      await this.#server.db
        .collection(LEDGER_COLLECTION)
        .replaceOne({ _id: ledgerKey(entry) } as Document, { content: entry.content }, { upsert: true });
    }
    if (this.#part !== null) await this.#notes.deleteMany({ part: this.#part });
    this.#part = null;
  }

  /** Takes back what was noted since the last part. */
  async rollback(): Promise<void> {
    const part = this.#part;
    this.#part = null;
    if (part !== null) await this.#takeBack({ part });
  }

  async #takeBack(which: Document): Promise<void> {
    for (const note of await this.#notes.find(which).toArray()) {
      const last = note.entries.at(-1);
      const isComplete =
        last !== undefined && (await this.#server.db.collection(LEDGER_COLLECTION).countDocuments({ _id: last } as Document)) > 0;
      if (!isComplete) await this.#server.db.collection(note.collection).deleteMany({ _id: { $in: [...note.ids] } } as Document);
      await this.#notes.deleteOne({ _id: note._id });
    }
  }

  /** Of a copy that is complete nothing is taken back: what it noted goes before its ledger. */
  async forget(copy: string): Promise<void> {
    await this.#notes.deleteMany({ copy });
  }

  get #notes() {
    return this.#server.db.collection<UndoNote>(UNDO_COLLECTION);
  }
}
