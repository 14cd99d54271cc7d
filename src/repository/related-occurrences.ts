import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { BitSet } from './bloom.ts';
import type { LinkedRow, RelatedOutcome, RelatedRow } from './related-rows.ts';
import { contentOf, missingValue, type RelatedTable, type RowStates } from './related-states.ts';

/** A table whose rows without a key of their own are found by all that they say. */
export interface OccurrenceTable extends RelatedTable {
  /** The instant that rows are looked up by, beside their customer. */
  readonly instant: string;
}

/**
 * Rows that have no key: one that says the same as a stored one is that one, each stored one once in a run. So two equal
 * rows of a file stand for two events, and the same file again changes nothing.
 */
export class Occurrences {
  readonly #connection: Connection;
  readonly #table: OccurrenceTable;
  /** Ids that a row of this run stands for. */
  readonly #claimed = new BitSet();

  constructor(connection: Connection, table: OccurrenceTable) {
    this.#connection = connection;
    this.#table = table;
  }

  /** Finds each row among the stored ones, or makes it with the next id. */
  async write(rows: readonly LinkedRow[], states: RowStates, nextId: () => Promise<number>): Promise<RelatedOutcome[]> {
    const known = await this.#load(rows);
    const outcomes: RelatedOutcome[] = [];
    for (const { row, customerId } of rows) {
      const content = this.#contentOf({ ...row.values, customer_id: customerId }, row.attributes);
      const id = known.get(content)?.find((candidate) => !this.#claimed.has(candidate));
      if (id !== undefined) {
        this.#claimed.add(id);
        outcomes.push('unchanged');
        continue;
      }
      const missing = this.#table.required.find((column) => (row.values[column] ?? null) === null);
      if (missing !== undefined) {
        outcomes.push(missingValue(missing));
        continue;
      }
      const made = await nextId();
      states.create(row, { customer_id: customerId, id: made });
      this.#claimed.add(made);
      outcomes.push('created');
    }
    return outcomes;
  }

  #contentOf(row: SqlRow, attributes: string | null | RelatedRow['attributes']): string {
    return contentOf(['customer_id', ...this.#table.optional, ...this.#table.required], row, attributes);
  }

  async #load(rows: readonly LinkedRow[]): Promise<Map<string, number[]>> {
    const { facts } = this.#connection;
    const { entity, instant } = this.#table;
    const pairs = rows.flatMap(({ row, customerId }) => {
      const time = row.values[instant];
      return typeof time === 'string' ? [`${customerId} ${time}`] : [];
    });
    const known = new Map<string, number[]>();
    if (pairs.length === 0) return known;
    const found = await this.#connection.all(
      `SELECT r.* FROM ${facts.jsonPairs} j CROSS JOIN ${entity} r
       WHERE r.customer_id = CAST(j.value AS bigint) AND r.${instant} = ${facts.instantParameter.replace('?', 'j.other')} ORDER BY r.id`,
      [JSON.stringify([...new Set(pairs)].map((pair) => pair.split(' ')))],
    );
    for (const row of found) {
      const content = this.#contentOf(row, row.attributes as string | null);
      const ids = known.get(content);
      if (ids === undefined) known.set(content, [row.id as number]);
      else ids.push(row.id as number);
    }
    return known;
  }
}
