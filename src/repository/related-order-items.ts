import type { SqlRow } from '../engines/engine.ts';
import { ProductIndex } from './related-products.ts';
import type { LinkedRow, RelatedOutcome, RelatedRow } from './related-rows.ts';
import { missingValue, type RelatedTable, RowStates, type RowState } from './related-states.ts';
import type { RelatedContext, TableWriter } from './related-table.ts';

const TABLE: RelatedTable = {
  entity: 'order_items',
  key: ['customer_id', 'order_id', 'line'],
  optional: ['product_id', 'description'],
  required: ['quantity', 'price_minor', 'price_currency'],
};

/** An order that items may belong to. */
interface Order {
  readonly id: number;
  readonly customerId: number;
}

type Problem = Exclude<RelatedOutcome, string>;

/** Writes items of orders that are there: found again by their order and line. */
export class OrderItemWriter implements TableWriter {
  readonly #context: RelatedContext;
  readonly #states = new RowStates(TABLE);
  /** Of files without line numbers: how many rows of each order were read. */
  readonly #positions = new Map<number, number>();

  constructor(context: RelatedContext) {
    this.#context = context;
  }

  async write(rows: readonly LinkedRow[]): Promise<RelatedOutcome[]> {
    const all = rows.map(({ row }) => row);
    const orders = await this.#loadOrders(all);
    const products = new ProductIndex();
    await products.load(this.#context.connection, all, descriptionOf);
    const found = rows.map((linked) => orderOf(linked, orders));
    const items = await this.#loadItems(found);
    const outcomes = rows.map(({ row }, index) => {
      const order = found[index] as Order | Problem;
      return 'code' in order ? order : this.#writeRow(row, order, products, items);
    });
    await this.#states.save(this.#context);
    return outcomes;
  }

  async finish(): Promise<void> {}

  async #loadOrders(rows: readonly RelatedRow[]): Promise<Map<string, Order[]>> {
    const numbers = rows.flatMap(({ values }) => (typeof values.number === 'string' ? [values.number] : []));
    const { connection } = this.#context;
    const found = await connection.all<SqlRow & { number: string; id: number; customer_id: number }>(
      `SELECT o.number, o.id, o.customer_id FROM ${connection.facts.jsonRows} j CROSS JOIN orders o WHERE o.number = j.value ORDER BY o.id`,
      [JSON.stringify([...new Set(numbers)])],
    );
    const orders = new Map<string, Order[]>();
    for (const { number, id, customer_id } of found) orders.set(number, [...(orders.get(number) ?? []), { id, customerId: customer_id }]);
    return orders;
  }

  async #loadItems(orders: readonly (Order | Problem)[]): Promise<Map<string, RowState>> {
    const pairs = new Set(orders.flatMap((order) => ('code' in order ? [] : [`${order.customerId} ${order.id}`])));
    const { connection } = this.#context;
    const found = await connection.all(
      `SELECT i.* FROM ${connection.facts.jsonPairs} j CROSS JOIN order_items i
       WHERE i.customer_id = CAST(j.value AS bigint) AND i.order_id = CAST(j.other AS bigint)`,
      [JSON.stringify([...pairs].map((pair) => pair.split(' ')))],
    );
    return new Map(found.map((row) => [itemKey(row.order_id as number, row.line as number), { original: row, current: row }]));
  }

  #writeRow(row: RelatedRow, order: Order, products: ProductIndex, items: Map<string, RowState>): RelatedOutcome {
    const product = productOf(row, products);
    if (typeof product === 'object' && product !== null) return product;
    const line = this.#lineOf(row, order.id);
    if (line === null) return { field: 'line', code: 'MISSING_VALUE', reason: 'other rows say their line: this one must, too' };
    const values = { ...row.values, ...(product === null ? {} : { product_id: product }) };
    const key = itemKey(order.id, line);
    const state = items.get(key);
    if (state !== undefined) return this.#states.merge(state, { ...row, values }, this.#context.onMatch);
    const own = { customer_id: order.customerId, order_id: order.id, line };
    const made = this.#states.create({ ...row, values }, own);
    if ('missing' in made) return missingValue(made.missing);
    items.set(key, made);
    return 'created';
  }

  /** The line that the row says, else its position among the rows of its order; null where the file has lines and this row none. */
  #lineOf({ values }: RelatedRow, orderId: number): number | null {
    if (values.line !== undefined) return values.line as number | null;
    const position = (this.#positions.get(orderId) ?? 0) + 1;
    this.#positions.set(orderId, position);
    return position;
  }
}

function orderOf({ row, customerId }: LinkedRow, orders: ReadonlyMap<string, readonly Order[]>): Order | Problem {
  const number = row.values.number;
  if (typeof number !== 'string')
    return { field: 'number', code: 'MISSING_VALUE', reason: 'the row does not say which order it belongs to' };
  const all = orders.get(number) ?? [];
  const found = customerId === 0 ? all : all.filter((order) => order.customerId === customerId);
  if (found.length === 1) return found[0] as Order;
  if (found.length > 1)
    return {
      field: 'number',
      code: 'AMBIGUOUS_ORDER',
      reason: 'there are several orders of this number: say whose it is, by id, e-mail or phone',
    };
  return { field: 'number', code: 'UNKNOWN_ORDER', reason: 'there is no such order: import the orders first' };
}

/** Id of the product that a row names by SKU, or by a name that only one product has; null where it names none. */
function productOf(row: RelatedRow, products: ProductIndex): number | null | Problem {
  const { sku } = row.values;
  if (typeof sku === 'string') {
    const product = products.bySku(sku);
    if (product !== undefined) return product.current.id as number;
    return { field: 'sku', code: 'UNKNOWN_PRODUCT', reason: 'there is no product of this SKU: import the products first' };
  }
  const name = descriptionOf(row);
  const named = name === null ? [] : products.byName(name);
  return named.length === 1 ? ((named[0] as RowState).current.id as number) : null;
}

function descriptionOf({ values }: RelatedRow): string | null {
  return (values.description ?? null) as string | null;
}

function itemKey(orderId: number, line: number): string {
  return `${orderId} ${line}`;
}
