import type { Engine } from '../engines/connection.ts';

/** An external id and who has it. */
export interface OwnedId {
  readonly source: string;
  readonly externalId: string;
  readonly customer: number;
}

/** A customer and the group that it was put in. */
export interface GroupMember {
  readonly group: number;
  readonly customer: number;
}

/** What measuring a search for duplicates reads beside pairs and clusters. */
export class EvaluationRows {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** All external ids in the order of their customers, in batches, from one snapshot. */
  async *externalIds(): AsyncIterable<OwnedId[]> {
    const sql = 'SELECT source, external_id, customer_id FROM external_ids ORDER BY customer_id, source, external_id';
    for await (const rows of this.#engine.stream(sql))
      yield rows.map((row) => ({ source: row[0] as string, externalId: row[1] as string, customer: row[2] as number }));
  }

  /** The customers of all clusters, or of all groups that may be merged without asking, group by group, in batches. */
  async *members(groups: 'cluster_id' | 'auto_id'): AsyncIterable<GroupMember[]> {
    const sql = `SELECT ${groups}, customer_id FROM duplicate_clusters WHERE ${groups} IS NOT NULL ORDER BY ${groups}, customer_id`;
    for await (const rows of this.#engine.stream(sql)) yield rows.map((row) => ({ group: row[0] as number, customer: row[1] as number }));
  }
}
