import type { SqlValue } from '../engines/engine.ts';
import type { ColumnType } from './query-fields.ts';

/** What is asked of the customers; everything is optional and none means every customer. */
export interface QueryOptions {
  /** Text in the filter language of `parseFilter`. */
  readonly filter?: string;
  /** Words that must all occur in the searchable fields; the beginning of a word is enough. */
  readonly search?: string;
  /** Fields to show by name or label; `*` is every field and every custom field. */
  readonly select?: readonly string[];
  /** Fields to sort by, `-name` for descending; empty values last, ties by id. */
  readonly sort?: readonly string[];
  readonly limit?: number;
  readonly offset?: number;
  /** Fields to count customers by; a customer with several tags or sources counts for each. */
  readonly groupBy?: readonly string[];
  /** Numbers to add up in each group, or over all customers. */
  readonly sum?: readonly string[];
  /** Only these customers. */
  readonly ids?: readonly number[];
  /** None of these customers. */
  readonly exceptIds?: readonly number[];
}

/** One column of a result. */
export interface QueryColumn {
  /** What people call it: field name, `count`, `sum(orders.total)`. */
  readonly name: string;
  /** Its name in rows that are objects; custom fields have no name that every engine allows. */
  readonly key: string;
  readonly type: ColumnType;
}

/** A query as SQL with `?` parameters; `columns` are in the order of the result, `countSql` gives the total without limit as `count`. */
export interface CompiledQuery {
  readonly sql: string;
  readonly parameters: SqlValue[];
  readonly columns: readonly QueryColumn[];
  readonly countSql: string;
  readonly countParameters: SqlValue[];
}

/** Rows of a query, streamed, with their columns. */
export interface QueryResult {
  readonly columns: CompiledQuery['columns'];
  readonly rows: AsyncIterable<SqlValue[][]>;
}
