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
import type { ArchivedRows } from './import-archived.ts';
import { archivedLinks } from './related-archived.ts';
import type { LinkedRow, RelatedOutcome, RelatedProblem, RelatedRow, RelatedSettings } from './related-rows.ts';
import type { RelatedContext, TableWriter } from './related-table.ts';
import type { RunLog } from './run-log.ts';

const WRITERS: Readonly<Record<RelatedType, (context: RelatedContext) => TableWriter>> = {
  interactions: (context) => new InteractionWriter(context),
  products: (context) => new ProductWriter(context),
  orders: (context) => new OrderWriter(context),
  'order-items': (context) => new OrderItemWriter(context),
  consents: (context) => new ConsentWriter(context),
};

/** Instead of a customer: nothing is done with the row. */
const SKIPPED = -1;

type RelatedFailure = Exclude<RelatedOutcome, string>;

function isUnknown(customer: number | RelatedFailure | undefined): boolean {
  return typeof customer === 'object' && customer.code === 'UNKNOWN_CUSTOMER';
}

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
  readonly #source: string | null;
  readonly #archived: ArchivedRows | null;
  /** Number of the file, from 0. */
  #file = -1;
  /** Customers of the batch whose rows were written. */
  readonly #customers = new Set<number>();
  /** Customers that count as changed by this run already. */
  readonly #touched = new BitSet();

  /** @param archived what recognises rows about archived customers; null where there are none */
  constructor(
    connection: Connection,
    log: RunLog,
    settings: ImportSettings,
    { type, source }: RelatedSettings,
    archived: ArchivedRows | null,
  ) {
    this.#source = source;
    this.#archived = archived;
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
    if (this.#archived !== null) await this.#settleArchived(this.#archived, rows, customers);
    const linked: LinkedRow[] = [];
    const problems: RelatedProblem[] = [];
    for (const [index, row] of rows.entries()) {
      const customer = customers[index] as (typeof customers)[number];
      // Items may say their order only: it says whose they are.
      if (customer === SKIPPED) {
        this.counts.skipped++;
        this.#tell({ row, customerId: 0 }, 'skipped');
      } else if (typeof customer === 'object' && this.#type === 'order-items' && customer.field === null)
        linked.push({ row, customerId: 0 });
      else if (typeof customer === 'object') problems.push({ row, ...customer });
      else linked.push({ row, customerId: customer });
    }
    return { linked, problems };
  }

  /** Rows that name nobody who is here may name somebody who is archived. */
  async #settleArchived(
    archived: ArchivedRows,
    rows: readonly RelatedRow[],
    customers: Awaited<ReturnType<CustomerLinks['resolve']>>,
  ): Promise<void> {
    const unknown = rows.filter((_, index) => isUnknown(customers[index]));
    const found = unknown.length === 0 ? new Map<RelatedRow, number>() : await archivedLinks(this.#connection, this.#source, unknown);
    if (found.size === 0) return;
    const back = archived.what === 'restore' ? await archived.bringBack([...new Set(found.values())]) : new Set<number>();
    for (const [index, row] of rows.entries()) {
      const id = found.get(row);
      if (id === undefined) continue;
      if (back.has(id)) customers[index] = id;
      else if (archived.what === 'skip') customers[index] = SKIPPED;
      else
        customers[index] = {
          ...(customers[index] as RelatedFailure),
          reason: 'its customer is archived: bring it back first with crm archive restore',
        };
      if (back.has(id) || archived.what === 'skip') this.#settings.warn(back.has(id) ? 'ARCHIVED_RESTORED' : 'ARCHIVED_SKIPPED', row.line);
    }
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
