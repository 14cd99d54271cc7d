import { createHash, type Hash } from 'node:crypto';

/** SHA-256 of the rows of a table in the bytes in which the target took them, or gives them back. */
export class TableTally {
  #hash: Hash = createHash('sha256');
  #mark: Hash | null = null;

  /** Adds rows behind those that were added before. */
  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** From here on rows may turn out not to be taken. */
  mark(): void {
    this.#mark = this.#hash.copy();
  }

  /** Forgets what was added since the mark. */
  back(): void {
    if (this.#mark === null) return;
    this.#hash = this.#mark;
    this.#mark = null;
  }

  /** Whether another one is of the same bytes; nothing can be added to either after. */
  equals(other: TableTally): boolean {
    return this.#hash.digest().equals(other.#hash.digest());
  }
}
