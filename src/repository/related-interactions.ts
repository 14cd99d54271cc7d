import type { SqlRow } from '../engines/engine.ts';
import { childIds, IdBlock } from './id-block.ts';
import { Occurrences, type OccurrenceTable } from './related-occurrences.ts';
import type { LinkedRow, RelatedOutcome } from './related-rows.ts';
import { missingValue, RowStates, type RowState } from './related-states.ts';
import { pairKey, type RelatedContext, type TableWriter } from './related-table.ts';

const TABLE: OccurrenceTable = {
  entity: 'interactions',
  key: ['customer_id', 'id'],
  optional: ['channel', 'direction', 'subject', 'body', 'source_key'],
  required: ['kind', 'occurred_at'],
  instant: 'occurred_at',
};

/** Writes interactions: found again by their id in a named source, else by all that they say. */
export class InteractionWriter implements TableWriter {
  readonly #context: RelatedContext;
  readonly #states = new RowStates(TABLE);
  readonly #occurrences: Occurrences;
  readonly #ids: IdBlock;

  constructor(context: RelatedContext) {
    this.#context = context;
    this.#occurrences = new Occurrences(context.connection, TABLE);
    this.#ids = new IdBlock(childIds(context.connection, 'interactions'));
  }

  async write(rows: readonly LinkedRow[]): Promise<RelatedOutcome[]> {
    const read = rows.map((linked) => this.#withKey(linked));
    const keyed = read.filter(({ row }) => row.values.source_key !== undefined);
    const others = read.filter(({ row }) => row.values.source_key === undefined);
    const outcomes = new Map<LinkedRow, RelatedOutcome>();
    const nextId = (): Promise<number> => this.#ids.take(1);
    for (const [index, outcome] of (await this.#occurrences.write(others, this.#states, nextId)).entries())
      outcomes.set(others[index] as LinkedRow, outcome);
    const known = await this.#load(keyed);
    for (const linked of keyed) outcomes.set(linked, await this.#writeKeyed(linked, known));
    await this.#states.save(this.#context);
    return read.map((linked) => outcomes.get(linked) as RelatedOutcome);
  }

  finish(): Promise<void> {
    return this.#ids.release();
  }

  /** A row without a kind is a note. Its id names it only where its source was named; else it is one of its custom fields. */
  #withKey({ row, customerId }: LinkedRow): LinkedRow {
    const { source } = this.#context;
    const { external_id: id, ...given } = row.values;
    const values = { ...given, kind: given.kind ?? 'note' };
    if (typeof id !== 'string') return { row: { ...row, values }, customerId };
    if (source !== null) return { row: { ...row, values: { ...values, source_key: `${source}:${id}` } }, customerId };
    return { row: { ...row, values, attributes: { external_id: id, ...row.attributes } }, customerId };
  }

  async #load(rows: readonly LinkedRow[]): Promise<Map<string, RowState>> {
    const known = new Map<string, RowState>();
    if (rows.length === 0) return known;
    const { connection } = this.#context;
    const pairs = rows.map(({ row, customerId }) => [String(customerId), row.values.source_key]);
    const found = await connection.all(
      `SELECT r.* FROM ${connection.facts.jsonPairs} j CROSS JOIN interactions r
       WHERE r.customer_id = CAST(j.value AS bigint) AND r.source_key = j.other ORDER BY r.id`,
      [JSON.stringify(pairs)],
    );
    for (const row of found) known.set(keyOf(row), { original: row, current: row });
    return known;
  }

  async #writeKeyed({ row, customerId }: LinkedRow, known: Map<string, RowState>): Promise<RelatedOutcome> {
    const key = keyOf({ customer_id: customerId, source_key: row.values.source_key as string });
    const state = known.get(key);
    if (state !== undefined) return this.#states.merge(state, row, this.#context.onMatch);
    if ((row.values.occurred_at ?? null) === null) return missingValue('occurred_at');
    known.set(key, this.#states.create(row, { customer_id: customerId, id: await this.#ids.take(1) }) as RowState);
    return 'created';
  }
}

function keyOf(row: SqlRow): string {
  return pairKey(row.customer_id as number, row.source_key as string);
}
