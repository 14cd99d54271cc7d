/** Rows and characters of customers that are in memory together. */
const ROWS = 12_000;
const CHARACTERS = 12 * 1024 * 1024;
const FIRST = 500;
const MOST = 3000;
/** So many pages are moved in one transaction of the database: other writers wait for them, and each transaction ends on the disk. */
const PAGES_OF_BATCH = 5;

const FIRST_BATCH = 500;
const MOST_OF_BATCH = 50_000;
/** What a transaction should take, in milliseconds: other writers wait for it, and give up after some seconds. */
const BATCH_MS = 2000;

/** How many customers are moved in the next transaction where none is held in memory: as many as take some seconds, going by those before. */
export class BatchSize {
  #size = FIRST_BATCH;

  /** Customers of the next transaction. */
  get next(): number {
    return this.#size;
  }

  /** Says how long one took, in milliseconds. */
  learn({ customers, elapsedMs }: { readonly customers: number; readonly elapsedMs: number }): void {
    if (customers === 0) return;
    const fits = (customers * BATCH_MS) / Math.max(1, elapsedMs);
    // The next ones may have more than these: it grows by steps.
    this.#size = Math.max(1, Math.min(MOST_OF_BATCH, Math.floor(fits), Math.max(customers, FIRST_BATCH) * 4));
  }
}

/** How many customers are held in memory together: as many as have a bounded number of rows and of text, going by those before. */
export class PageSize {
  #size = FIRST;

  /** Customers of the next page. */
  get next(): number {
    return this.#size;
  }

  /** Customers that are moved in the next transaction. */
  get batch(): number {
    return this.#size * PAGES_OF_BATCH;
  }

  /** Says how much a page held. */
  learn(page: { readonly customers: number; readonly rows: number; readonly characters: number }): void {
    if (page.customers === 0) return;
    const fits = Math.min(ROWS / Math.max(1, page.rows / page.customers), CHARACTERS / Math.max(1, page.characters / page.customers));
    // The next ones may hold more than these: it grows by steps.
    this.#size = Math.max(1, Math.min(MOST, Math.floor(fits), page.customers * 4));
  }
}
