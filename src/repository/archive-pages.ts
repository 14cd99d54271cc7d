/** Rows and characters of customers that are in memory together. */
const ROWS = 12_000;
const CHARACTERS = 12 * 1024 * 1024;
const FIRST = 500;
const MOST = 3000;
/** So many pages are moved in one transaction of the database: other writers wait for them, and each transaction ends on the disk. */
const PAGES_OF_BATCH = 5;

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
