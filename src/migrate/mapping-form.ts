import type { ImportType } from '../import/related-request.ts';
import type { MatchKey } from '../repository/import-batch.ts';

/** Where something stands in a mapping file, for messages. */
export interface MappingPlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** A column as a mapping names it: of the table, or of a joined one as `alias.column`. */
export interface ColumnName extends MappingPlace {
  /** Null: of the table itself. */
  readonly alias: string | null;
  readonly column: string;
}

/** Rows of another table, of which each row has one at most. */
export interface MappedJoin extends MappingPlace {
  readonly table: string;
  readonly as: string;
  /** A column that is there already, and the one of the other table that it equals. */
  readonly on: readonly { readonly left: ColumnName; readonly right: string }[];
}

/** Which rows are taken. */
export interface RowCondition {
  readonly column: ColumnName;
  readonly test: 'empty' | 'not empty' | 'equals' | 'not equals';
  readonly value: string;
}

/** What fills a field: columns, their texts with a space between, or the same text in each row. */
export interface MappedField extends MappingPlace {
  /** As in `crm import --map`. */
  readonly target: string;
  readonly from: readonly ColumnName[];
  /** Null: the columns say it. */
  readonly constant: string | null;
}

/** One table of the source and what its rows are. */
export interface MappedTable extends MappingPlace {
  readonly table: string;
  readonly as: ImportType;
  readonly joins: readonly MappedJoin[];
  readonly where: readonly RowCondition[];
  readonly fields: readonly MappedField[];
  /** System that the ids belong to. */
  readonly source: string;
  /** How rows find their customer; null: by external id, then e-mail. */
  readonly match: readonly MatchKey[] | null;
  readonly createCompanies: boolean;
  /** The decimal sign of amounts in columns of text; null: found out. */
  readonly decimal: '.' | ',' | null;
}

/** A mapping file that was read. */
export interface Mapping {
  /** What to call the file in messages. */
  readonly label: string;
  /** Country of phone numbers written without one; null: the file does not say. */
  readonly country: string | null;
  /** Currency of amounts that name none; null: the file does not say. */
  readonly currency: string | null;
  /** In the order of the file. */
  readonly tables: readonly MappedTable[];
}

/** The kinds of rows in the order in which they are brought in: what others refer to comes first. */
export const IMPORT_ORDER: readonly ImportType[] = [
  'companies',
  'customers',
  'products',
  'orders',
  'order-items',
  'interactions',
  'consents',
];

/** What is written for rows that came from another place: which row of which table each is. */
export const ROW_COLUMNS = ['_table', '_key'] as const;
