import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { fold } from '../model/fold.ts';
import { IdBlock } from './id-block.ts';
import type { LinkedRow, RelatedOutcome, RelatedRow } from './related-rows.ts';
import { missingValue, type RelatedTable, RowStates, type RowState } from './related-states.ts';
import type { RelatedContext, TableWriter } from './related-table.ts';

const TABLE: RelatedTable = {
  entity: 'products',
  key: ['id'],
  optional: ['sku', 'sku_key', 'price_minor', 'price_currency'],
  required: ['name'],
};

/** What makes two spellings of one SKU equal: case, width, accents and blanks do not matter. */
export function skuKey(sku: string): string {
  return fold(sku).replaceAll(/\s+/g, '');
}

/** Products as a batch finds them: by SKU, or by name where a row has no SKU. */
export class ProductIndex {
  readonly #bySku = new Map<string, RowState>();
  readonly #byName = new Map<string, RowState[]>();

  /** Looks up the products that these rows name. @param nameOf the product's name in a row without a SKU */
  async load(connection: Connection, rows: readonly RelatedRow[], nameOf: (row: RelatedRow) => string | null): Promise<void> {
    const skus = rows.flatMap(({ values }) => (typeof values.sku === 'string' ? [skuKey(values.sku)] : []));
    const names = rows.flatMap((row) => (typeof row.values.sku === 'string' ? [] : [nameOf(row) ?? '']));
    for (const [column, keys] of Object.entries({ sku_key: skus, name: names })) {
      if (keys.length === 0) continue;
      const found = await connection.all(
        `SELECT p.* FROM ${connection.facts.jsonRows} j CROSS JOIN products p WHERE p.${column} = j.value ORDER BY p.id`,
        [JSON.stringify([...new Set(keys)])],
      );
      for (const row of found) this.add({ original: row, current: row });
    }
  }

  /** Adds a product; one that is there already stays. */
  add(state: RowState): void {
    const { id, sku_key, name } = state.current;
    if (typeof sku_key === 'string' && !this.#bySku.has(sku_key)) this.#bySku.set(sku_key, state);
    const named = this.#byName.get(name as string) ?? [];
    if (!named.some(({ current }) => current.id === id)) this.#byName.set(name as string, [...named, state]);
  }

  /** The product of that SKU. */
  bySku(sku: string): RowState | undefined {
    return this.#bySku.get(skuKey(sku));
  }

  /** The products of exactly that name. */
  byName(name: string): readonly RowState[] {
    return this.#byName.get(name) ?? [];
  }
}

/** Writes products: found again by their SKU, or by their name where a row has none. */
export class ProductWriter implements TableWriter {
  readonly #context: RelatedContext;
  readonly #states = new RowStates(TABLE);
  readonly #ids: IdBlock;

  constructor(context: RelatedContext) {
    const { connection } = context;
    this.#context = context;
    this.#ids = new IdBlock({
      reserve: (count) => connection.reserveIds('products', count),
      release: (first) => connection.releaseIds('products', first),
    });
  }

  async write(rows: readonly LinkedRow[]): Promise<RelatedOutcome[]> {
    const index = new ProductIndex();
    const nameOf = ({ values }: RelatedRow): string | null => (values.name ?? null) as string | null;
    await index.load(
      this.#context.connection,
      rows.map(({ row }) => row),
      nameOf,
    );
    const outcomes: RelatedOutcome[] = [];
    for (const { row } of rows) outcomes.push(await this.#writeRow(row, index));
    await this.#states.save(this.#context);
    return outcomes;
  }

  finish(): Promise<void> {
    return this.#ids.release();
  }

  async #writeRow(row: RelatedRow, index: ProductIndex): Promise<RelatedOutcome> {
    const { sku, name } = row.values;
    if (typeof sku !== 'string' && typeof name !== 'string')
      return { field: null, code: 'MISSING_VALUE', reason: 'a product needs a SKU or a name' };
    const known = typeof sku === 'string' ? index.bySku(sku) : undefined;
    const named = typeof sku === 'string' ? [] : index.byName(name as string);
    if (named.length > 1) return { field: 'name', code: 'AMBIGUOUS_PRODUCT', reason: 'several products have this name: give the SKU' };
    const state = known ?? named[0];
    if (state !== undefined) {
      // Another spelling of the SKU is the same SKU; the stored one stays.
      const { sku: _, ...values } = row.values;
      const outcome = this.#states.merge(state, { ...row, values }, this.#context.onMatch);
      index.add(state);
      return outcome;
    }
    if (typeof name !== 'string') return missingValue('name');
    const keys: SqlRow = typeof sku === 'string' ? { sku_key: skuKey(sku) } : {};
    index.add(this.#states.create(row, { id: await this.#ids.take(1), ...keys }) as RowState);
    return 'created';
  }
}
