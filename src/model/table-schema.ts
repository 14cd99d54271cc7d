import type { CheckRule } from './check-rule.ts';

/**
 * What a column of any database can hold, said once for all of them. A connector translates its own types to these and
 * back; values travel as `Cell`s in the form that each kind names.
 */
export type ColumnType =
  /** `boolean` */
  | { readonly kind: 'boolean' }
  /** `number` where it is a safe integer, else `bigint`. */
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 24 | 32 | 64; readonly unsigned: boolean }
  /**
   * Exact: `string` in plain notation (`-12.50`), or `NaN`, `Infinity`, `-Infinity`. Digits in all and after the point; null: no limit
   * (then `scale` is null too).
   */
  | { readonly kind: 'decimal'; readonly precision: number | null; readonly scale: number | null }
  /** `number`, with NaN and the infinities. */
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  /** `string`; a `Uint8Array` where the source holds bytes that are no UTF-8. `length` in characters. */
  | { readonly kind: 'text'; readonly length: number | null; readonly fixed: boolean }
  /** `Uint8Array`; `length` in bytes. */
  | { readonly kind: 'bytes'; readonly length: number | null; readonly fixed: boolean }
  /** `string` of 0 and 1. */
  | { readonly kind: 'bits'; readonly length: number | null; readonly fixed: boolean }
  /** `YYYY-MM-DD`; years of four digits or more, `-0001-…` before year 0; `infinity`, `-infinity`; zero dates as they are. */
  | { readonly kind: 'date' }
  /** `HH:MM:SS[.ffffff]` without trailing zeros; hours may be more than 24, or negative; with a zone `+HH:MM` follows. */
  | { readonly kind: 'time'; readonly precision: number; readonly zone: boolean }
  /** `YYYY-MM-DD HH:MM:SS[.ffffff]` without trailing zeros; one with a zone is in UTC and ends in `Z`. Years as for `date`. */
  | { readonly kind: 'timestamp'; readonly precision: number; readonly zone: boolean }
  /** ISO 8601 duration: `P1Y2M3DT4H5M6.5S`. */
  | { readonly kind: 'interval' }
  /** `string`: the JSON text as it is; `binary`: the database keeps what it means, not how it is written. */
  | { readonly kind: 'json'; readonly binary: boolean }
  /** `string` in lower case with hyphens. */
  | { readonly kind: 'uuid' }
  /** `string`: inet, cidr, macaddr as the server writes them. */
  | { readonly kind: 'network'; readonly of: 'inet' | 'cidr' | 'macaddr' | 'macaddr8' }
  /** `string`, one of `values`. */
  | { readonly kind: 'enum'; readonly name: string | null; readonly values: readonly string[] }
  /** `string`: members in the order of `values`, joined by commas. */
  | { readonly kind: 'set'; readonly values: readonly string[] }
  /** An array of cells of the kind `of`, nested as deep as the value. */
  | { readonly kind: 'array'; readonly of: ColumnType }
  /** No type of its own: `null`, `number`, `bigint`, `string` or `Uint8Array`, each cell as it is. */
  | { readonly kind: 'any' }
  /** A type that only its database knows, as that database writes it. */
  | { readonly kind: 'other'; readonly name: string };

/** One value on its way between databases; null is NULL. */
export type Cell = null | boolean | number | bigint | string | Uint8Array | readonly Cell[];

/** The cells of one row, in the order of the columns that were asked for. */
export type Row = readonly Cell[];

/** One column. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** The type as its own database writes it: `NVARCHAR(160)`. */
  readonly declared: string;
  readonly nullable: boolean;
  /** A constant default as a cell; `{ expression }` where it is computed (SQL of its database); null: none. */
  readonly default: { readonly value: Cell } | { readonly expression: string } | null;
  /** SQL of a generated column: its values are computed, never copied; null: an ordinary column. */
  readonly generated: { readonly expression: string; readonly stored: boolean } | null;
  /** Whether the database numbers new rows by it: identity, serial, AUTO_INCREMENT. */
  readonly identity: boolean;
  /** The next number that an identity column gives; null where it is none. */
  readonly nextIdentity: bigint | null;
  readonly comment: string | null;
  /** Name of the collation where it is not that of the database; null else. */
  readonly collation: string | null;
}

/** A key or an index. */
export interface TableIndex {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly descending: boolean }[];
  readonly unique: boolean;
  /** SQL of a partial index, or of one on an expression, which only its own engine can make again; null: an ordinary one. */
  readonly special: string | null;
  /** What stands behind the table in CREATE INDEX, where columns alone do not say it; for its own kind of database. */
  readonly definition?: string;
}

/** A rule that every row of a table keeps. */
export interface TableCheck {
  readonly name: string | null;
  /** As its own database writes it, without CHECK and the brackets around it. */
  readonly sql: string;
  /** What it means, in a table that another kind of database shall make; null: it is made again as it was written. */
  readonly rule: CheckRule | null;
  /** Where it was written texts are the same that their collation does not tell apart, and `length` counts bytes. */
  readonly isCollated?: boolean;
}

/** What happens to a row whose parent is deleted or renumbered. */
export type ReferenceAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

/** Rows of this table point to rows of another one, or of the same. */
export interface ForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly table: string;
  readonly references: readonly string[];
  readonly onDelete: ReferenceAction;
  readonly onUpdate: ReferenceAction;
}

/** What has to be said of reading a table, beside its schema. */
export interface ReadingNotes {
  /** What is not read, or not as of one moment. */
  readonly notes: readonly { readonly column: string | null; readonly reason: string }[];
  /** Cells that become another value while they are read; `reason` is the code of a rule. */
  readonly conversions: readonly { readonly column: string; readonly reason: string; readonly cells: number }[];
}

/** A table as its database describes it. */
export interface TableSchema {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key in its order; empty: none. */
  readonly primaryKey: readonly string[];
  /** Unique constraints and indexes, without the primary key. */
  readonly indexes: readonly TableIndex[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly comment: string | null;
  /** Absent: there is nothing to be said. */
  readonly reading?: ReadingNotes;
  /** Absent: none, or a kind of database that has none. */
  readonly checks?: readonly TableCheck[];
  /** Names of triggers, which are told of, and never copied. */
  readonly triggers?: readonly string[];
}

/**
 * The columns that tell rows apart, by which they are read in order: the primary key, else the smallest unique index whose
 * columns are never NULL; empty where there is neither.
 */
export function rowKey({ primaryKey, indexes, columns }: TableSchema): readonly string[] {
  if (primaryKey.length > 0) return primaryKey;
  const required = new Set(columns.filter(({ nullable }) => !nullable).map(({ name }) => name));
  const fit = indexes.filter((index) => index.unique && index.special === null && index.columns.every(({ name }) => required.has(name)));
  const [best] = fit.sort((a, b) => a.columns.length - b.columns.length || (a.name < b.name ? -1 : 1));
  return best?.columns.map(({ name }) => name) ?? [];
}

/** Whether two references lead from the same columns to the same columns, whatever they are called and do. */
export function isSameReference(a: ForeignKey, b: ForeignKey): boolean {
  const place = ({ table, columns, references }: ForeignKey): string => JSON.stringify([table, columns, references]);
  return place(a) === place(b);
}

/** A column of which no more is known than its name and type: it may be NULL, and has no default. */
export function bareColumn(name: string, type: ColumnType): Column {
  return {
    name,
    type,
    declared: '',
    nullable: true,
    default: null,
    generated: null,
    identity: false,
    nextIdentity: null,
    comment: null,
    collation: null,
  };
}

/** The columns whose values are copied and compared: all that are not computed. */
export function storedColumns({ columns }: TableSchema): readonly Column[] {
  return columns.filter(({ generated }) => generated === null);
}
