/** Rows and characters of customers that are moved together: memory is bounded by them, and writers wait for as long. */
const ROWS = 24_000;
const CHARACTERS = 16 * 1024 * 1024;
const FIRST = 500;
const MOST = 5000;

/** How many customers are moved together: as many as have a bounded number of rows and of text, going by those before. */
export class PageSize {
  #size = FIRST;

  /** For the next page. */
  get next(): number {
    return this.#size;
  }

  /** Says how much a page held. */
  learn(page: { readonly customers: number; readonly rows: number; readonly characters: number }): void {
    if (page.customers === 0) return;
    const fits = Math.min(ROWS / Math.max(1, page.rows / page.customers), CHARACTERS / Math.max(1, page.characters / page.customers));
    // The next ones may hold more than these: it grows by steps.
    this.#size = Math.max(1, Math.min(MOST, Math.floor(fits), page.customers * 4));
  }
}
