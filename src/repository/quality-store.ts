import type { Engine } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { customFieldsOf } from '../model/filter-fields.ts';
import { compileCustomerCondition, compileCustomerQuery, withCustomFields } from './customer-query.ts';
import { compileCandidates, compileDistinct, type IdentifyingField, type SharedKey } from './quality-keys.ts';
import { compileQualityRows } from './quality-rows.ts';
import type { Fragment } from './query-fragment.ts';
import type { QueryOptions } from './query-options.ts';

/** Which customers are measured. */
export type QualityScope = Pick<QueryOptions, 'filter'>;

/** A measurement as it is kept. */
export interface StoredQuality {
  /** ISO-8601 UTC. */
  readonly measured_at: string;
  /** The filter in canonical text; null: all customers. */
  readonly filter: string | null;
  /** The field of `--by`; null without. */
  readonly group_by: string | null;
  readonly customers: number;
  /** In [0, 1]; null when there was nothing to measure. */
  readonly score: number | null;
  /** The report, as JSON text. */
  readonly report: string;
}

/** What measuring quality reads of a customer database, and the measurements that are kept in it. */
export class QualityStore {
  /** When it is measured; what the ages and the filter's `today` count from. */
  readonly now: Date;
  readonly #engine: Engine;

  constructor(engine: Engine, now: Date) {
    this.#engine = engine;
    this.now = now;
  }

  /**
   * All customers in scope in the order of their ids, from one snapshot; see `compileQualityRows`.
   * @param by name of the field to group by
   * @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD
   */
  async rows(scope: QualityScope, by: string | null): Promise<AsyncIterable<SqlValue[][]>> {
    const condition = await this.#condition(scope);
    const { facts } = this.#engine;
    return this.#stream(await withCustomFields(this.#engine, (names) => compileQualityRows(condition, by, facts, customFieldsOf(names))));
  }

  /** The largest groups of a field with their size, largest first. @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD */
  async groups(scope: QualityScope, by: string, limit: number): Promise<{ readonly values: (string | null)[]; readonly total: number }> {
    const options = { ...scope, groupBy: [by] };
    const { sql, parameters, countSql, countParameters } = await compileCustomerQuery(this.#engine, { ...options, limit }, this.now);
    const rows = await this.#engine.all(sql, parameters);
    const [total] = await this.#engine.all(countSql, countParameters);
    const values = rows.map((row) => Object.values(row)[0] ?? null);
    return { values: values.map((value) => (value === null ? null : String(value))), total: Number(Object.values(total ?? {})[0] ?? 0) };
  }

  /** Customers in scope that share a key with another customer; see `compileCandidates`. */
  async candidates(scope: QualityScope, key: SharedKey): Promise<AsyncIterable<SqlValue[][]>> {
    return this.#stream(compileCandidates(key, await this.#condition(scope)));
  }

  /** How many customers in scope have an identifying value, and how many different values there are. */
  async distinct(scope: QualityScope, field: IdentifyingField): Promise<{ readonly filled: number; readonly different: number }> {
    const { text, parameters } = compileDistinct(field, await this.#condition(scope));
    const [row] = await this.#engine.all<{ filled: SqlValue; different: SqlValue } & SqlRow>(text, parameters);
    return { filled: Number(row?.filled ?? 0), different: Number(row?.different ?? 0) };
  }

  /** Keeps a measurement: one short transaction. @throws {CrmError} BUSY, PERMISSION, DISK_FULL … */
  async save(measured: StoredQuality): Promise<void> {
    await this.#engine.transaction((connection) =>
      connection.run('INSERT INTO quality_reports (measured_at, filter, group_by, customers, score, report) VALUES (?, ?, ?, ?, ?, ?)', [
        measured.measured_at,
        measured.filter,
        measured.group_by,
        measured.customers,
        measured.score,
        measured.report,
      ]),
    );
  }

  /** The last measurements of one filter (null: of all customers), oldest first, without their reports. */
  async history(filter: string | null, limit: number): Promise<Omit<StoredQuality, 'report'>[]> {
    const rows = await this.#engine.all<SqlRow & Omit<StoredQuality, 'report'>>(
      `SELECT measured_at, filter, group_by, customers, score FROM quality_reports
       WHERE ${filter === null ? 'filter IS NULL' : 'filter = ?'} ORDER BY measured_at DESC, id DESC LIMIT ?`,
      filter === null ? [limit] : [filter, limit],
    );
    return rows.reverse();
  }

  #stream({ text, parameters }: Fragment): AsyncIterable<SqlValue[][]> {
    return this.#engine.stream(text, parameters);
  }

  #condition(scope: QualityScope): Promise<Fragment> {
    return compileCustomerCondition(this.#engine, scope, this.now);
  }
}
