import type { SearchTerm } from '../model/search-words.ts';

/** A value as it goes into or comes out of a database: the same JavaScript type on every engine. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** One result row, by column name. Integers are `number` (ids fit in 2^53), JSON is text, instants are ISO-8601 UTC text. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Full-text words of one customer, segmented by `searchWords`; null removes the customer from the index. */
export interface WordsEntry {
  readonly id: number;
  readonly words: string | null;
}

/** Differences between databases, declared as facts so that no other layer asks which engine it is. */
export interface EngineFacts {
  /** SQL that returns a row when the table named by the `?` parameter exists here. */
  readonly tableExistsSql: string;
  /** SQL of the names of all tables that are here, in a column `name`. */
  readonly tableNamesSql: string;
  /** Whether a text may hold U+0000, and a JSON text halves of characters. */
  readonly holdsAnyText: boolean;
  /** SQL of the distinct names of custom fields, in a column `name`. */
  readonly attributeNamesSql: string;
  /** SQL of a row source with columns `n` (position from 0) and `value` (text) over the `?` parameter, a JSON array of strings. */
  readonly jsonRows: string;
  /**
   * FROM and WHERE of a look-up of many keys: rows `j` (`n`, `value`) of the `?` parameter, a JSON array of strings, each
   * with at most `limit` customers `c`, lowest ids first, that have it in the indexed column.
   */
  readonly customersByKey: (column: string, limit: number) => string;
  /** The same over a JSON array of pairs of strings, with columns `n`, `value` and `other`. */
  readonly jsonPairs: string;
  readonly name: 'sqlite' | 'postgres';
  /** Column of `customers` that holds the full-text words; null where they have an index of their own (`putWords`). */
  readonly wordsColumn: string | null;
  /** SQL that yields the text of member `key` (a `?` parameter) of a JSON column. */
  readonly jsonText: (column: string) => string;
  /** SQL that casts a text expression to a number, NULL where it is not one. */
  readonly toNumber: (expression: string) => string;
  /** A `?` parameter holding ISO-8601 text compared with an instant column. */
  readonly instantParameter: string;
  /** A `?` parameter holding yyyy-mm-dd text compared with a calendar-date column. */
  readonly dateParameter: string;
  /** SQL that folds case and accents of a text expression (`muller` = `Müller`). */
  readonly folded: (expression: string) => string;
  /** SQL that orders a text expression by its bytes, the same on every engine. */
  readonly byteOrder: (expression: string) => string;
  /** SQL condition: the customer `id` expression is among the hits of the full-text query given as one `?` parameter. */
  readonly searchCondition: (idExpression: string) => string;
  /** How a full-text query is written: every term must occur; a term with `prefix` matches words that begin with it. */
  readonly searchQuery: (terms: readonly SearchTerm[]) => string;
  /** SQL that is true where the `?` parameter (a JSON array of scalars as text) contains the expression. */
  readonly inJsonArray: (expression: string, type?: 'text' | 'integer') => string;
}
