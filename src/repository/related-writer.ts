import type { Connection } from '../engines/connection.ts';
import type { RelatedType } from '../model/related-fields.ts';
import type { ImportFeed } from './import-batch.ts';
import { emptyCounts, type ImportCounts, type ImportSettings } from './import-settings.ts';
import { BitSet } from './bloom.ts';
import { CustomerStore } from './customer-store.ts';
import { ConsentWriter } from './related-consents.ts';
import { InteractionWriter } from './related-interactions.ts';
import { CustomerLinks } from './related-links.ts';
import { OrderItemWriter } from './related-order-items.ts';
import { OrderWriter } from './related-orders.ts';
import { ProductWriter } from './related-products.ts';
import type { LinkedRow, RelatedProblem, RelatedRow, RelatedSettings } from './related-rows.ts';
import type { RelatedContext, TableWriter } from './related-table.ts';
import type { RunLog } from './run-log.ts';

const WRITERS: Readonly<Record<RelatedType, (context: RelatedContext) => TableWriter>> = {
  interactions: (context) => new InteractionWriter(context),
  products: (context) => new ProductWriter(context),
  orders: (context) => new OrderWriter(context),
  'order-items': (context) => new OrderItemWriter(context),
  consents: (context) => new ConsentWriter(context),
};

/** What becomes of a row, as a plan calls it. */
const OUTCOMES = { created: 'create', updated: 'update', unchanged: 'unchanged', skipped: 'skipped' } as const;

/** Takes rows of related data, finds the customers they are about, and has them written. */
export class RelatedWriter implements ImportFeed {
  readonly counts: ImportCounts = emptyCounts();
  readonly wantsWords = false;
  readonly #connection: Connection;
  readonly #store: CustomerStore;
  readonly #settings: ImportSettings;
  readonly #type: RelatedType;
  readonly #links: CustomerLinks;
  readonly #writer: TableWriter;
  /** Number of the file, from 0. */
  #file = -1;
  /** Customers of the batch whose rows were written. */
  readonly #customers = new Set<number>();
  /** Customers that count as changed by this run already. */
  readonly #touched = new BitSet();

  constructor(connection: Connection, log: RunLog, settings: ImportSettings, { type, source }: RelatedSettings) {
    const { onMatch, now, warn } = settings;
    this.#connection = connection;
    this.#store = new CustomerStore(connection);
    this.#settings = settings;
    this.#type = type;
    this.#links = new CustomerLinks(connection, source);
    this.#writer = WRITERS[type]({ connection, log, source, onMatch, now, warn, customers: this.#customers });
  }

  start(): void {
    this.#file++;
  }

  async write(): Promise<void> {
    throw new Error('rows of customers among related data');
  }

  reject(count: number): void {
    this.counts.read += count;
    this.counts.rejected += count;
  }

  /** Writes a batch. @returns the rows that cannot be taken */
  async writeRelated(rows: readonly RelatedRow[]): Promise<RelatedProblem[]> {
    await this.#settings.check();
    const { linked, problems } = await this.#link(rows);
    const outcomes = linked.length === 0 ? [] : await this.#writer.write(linked);
    for (const [index, outcome] of outcomes.entries()) {
      const one = linked[index] as LinkedRow;
      if (typeof outcome === 'object') problems.push({ row: one.row, ...outcome });
      else {
        const counted = one.row.isFurther === true ? 'skipped' : outcome;
        this.counts[counted]++;
        this.#tell(one, counted);
      }
    }
    await this.#touch();
    this.counts.read += rows.length;
    this.counts.rejected += problems.length;
    return problems.sort((a, b) => a.row.line - b.row.line);
  }

  #tell({ row, customerId }: LinkedRow, outcome: keyof typeof OUTCOMES): void {
    const customer = customerId === 0 ? null : customerId;
    this.#settings.onOutcome?.({ file: this.#file, line: row.line, outcome: OUTCOMES[outcome], customer });
  }

  /** Ends the work. */
  finish(): Promise<void> {
    return this.#writer.finish();
  }

  async #link(rows: readonly RelatedRow[]): Promise<{ linked: LinkedRow[]; problems: RelatedProblem[] }> {
    if (this.#type === 'products') return { linked: rows.map((row) => ({ row, customerId: 0 })), problems: [] };
    const customers = await this.#links.resolve(rows);
    const linked: LinkedRow[] = [];
    const problems: RelatedProblem[] = [];
    for (const [index, row] of rows.entries()) {
      const customer = customers[index] as (typeof customers)[number];
      // Items may say their order only: it says whose they are.
      if (typeof customer === 'object' && this.#type === 'order-items' && customer.field === null) linked.push({ row, customerId: 0 });
      else if (typeof customer === 'object') problems.push({ row, ...customer });
      else linked.push({ row, customerId: customer });
    }
    return { linked, problems };
  }

  /** A customer counts as changed when something that belongs to it was: the undo of what made it must notice. */
  async #touch(): Promise<void> {
    const ids = [...this.#customers].filter((id) => !this.#touched.has(id));
    this.#customers.clear();
    if (ids.length === 0) return;
    for (const id of ids) this.#touched.add(id);
    // A row of a customer may say consents; it says nothing of orders.
    if (this.#type === 'consents') return this.#store.touch(ids, this.#settings.now);
    const { inJsonArray, instantParameter } = this.#connection.facts;
    await this.#connection.run(
      `UPDATE customers SET version = version + 1, updated_at = ${instantParameter} WHERE ${inJsonArray('id', 'integer')}`,
      [this.#settings.now, JSON.stringify(ids)],
    );
  }
}
