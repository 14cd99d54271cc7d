import { childIds, IdBlock } from './id-block.ts';
import { Occurrences, type OccurrenceTable } from './related-occurrences.ts';
import type { LinkedRow, RelatedOutcome } from './related-rows.ts';
import { missingValue, RowStates, type RowState } from './related-states.ts';
import { pairKey, type RelatedContext, type TableWriter } from './related-table.ts';

const TABLE: OccurrenceTable = {
  entity: 'orders',
  key: ['customer_id', 'id'],
  optional: ['number', 'status'],
  required: ['ordered_at', 'total_minor', 'total_currency'],
  instant: 'ordered_at',
};

/** Writes orders: found again by their number at their customer, else by all that they say. */
export class OrderWriter implements TableWriter {
  readonly #context: RelatedContext;
  readonly #states = new RowStates(TABLE);
  readonly #occurrences: Occurrences;
  readonly #ids: IdBlock;

  constructor(context: RelatedContext) {
    this.#context = context;
    this.#occurrences = new Occurrences(context.connection, TABLE);
    this.#ids = new IdBlock(childIds(context.connection, 'orders'));
  }

  async write(rows: readonly LinkedRow[]): Promise<RelatedOutcome[]> {
    const isNumbered = ({ row }: LinkedRow): boolean => typeof row.values.number === 'string';
    const others = rows.filter((linked) => !isNumbered(linked));
    const outcomes = new Map<LinkedRow, RelatedOutcome>();
    const found = await this.#occurrences.write(others, this.#states, () => this.#ids.take(1));
    for (const [index, outcome] of found.entries()) outcomes.set(others[index] as LinkedRow, outcome);
    const numbered = rows.filter(isNumbered);
    const known = await this.#load(numbered);
    for (const linked of numbered) outcomes.set(linked, await this.#writeNumbered(linked, known));
    await this.#states.save(this.#context);
    return rows.map((linked) => outcomes.get(linked) as RelatedOutcome);
  }

  finish(): Promise<void> {
    return this.#ids.release();
  }

  async #load(rows: readonly LinkedRow[]): Promise<Map<string, RowState[]>> {
    const known = new Map<string, RowState[]>();
    if (rows.length === 0) return known;
    const { connection } = this.#context;
    const pairs = new Map(
      rows.map(({ row, customerId }) => [orderKey(customerId, row.values.number), [String(customerId), row.values.number]]),
    );
    const found = await connection.all(
      `SELECT r.* FROM ${connection.facts.jsonPairs} j CROSS JOIN orders r
       WHERE r.number = j.other AND r.customer_id = CAST(j.value AS bigint) ORDER BY r.id`,
      [JSON.stringify([...pairs.values()])],
    );
    for (const row of found) {
      const key = orderKey(row.customer_id as number, row.number);
      known.set(key, [...(known.get(key) ?? []), { original: row, current: row }]);
    }
    return known;
  }

  async #writeNumbered({ row, customerId }: LinkedRow, known: Map<string, RowState[]>): Promise<RelatedOutcome> {
    const key = orderKey(customerId, row.values.number);
    const [state, ...others] = known.get(key) ?? [];
    if (others.length > 0) return { field: 'number', code: 'AMBIGUOUS_ORDER', reason: 'the customer has several orders of this number' };
    if (state !== undefined) return this.#states.merge(state, row, this.#context.onMatch);
    const missing = TABLE.required.find((column) => (row.values[column] ?? null) === null);
    if (missing !== undefined) return missingValue(missing);
    known.set(key, [this.#states.create(row, { customer_id: customerId, id: await this.#ids.take(1) }) as RowState]);
    return 'created';
  }
}

function orderKey(customerId: number, number: unknown): string {
  return pairKey(customerId, String(number));
}
