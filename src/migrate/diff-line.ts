import type { OwnDifference } from '../repository/compare-databases.ts';
import type { Row } from '../model/table-schema.ts';
import type { PairedTable } from './paired-table.ts';
import type { RowChange } from './row-change.ts';
import { rowDigest } from './row-digest.ts';
import { type PlainCell, plainCell } from './verify-findings.ts';

const ROW_DIGITS = 12;

/** Cells by their columns. */
export type PlainRow = Readonly<Record<string, PlainCell>>;

/** One difference: a line of the list. */
export interface DiffLine {
  readonly table: string;
  /** A row that only the first side has, one that only the second has, one whose cells differ; or another schema. */
  readonly kind: 'missing' | 'extra' | 'different' | 'schema';
  /** Cells of the key by their columns; null where the table has none. */
  readonly key: PlainRow | null;
  /** Where there is no key: beginning of the hash of the row. */
  readonly row: string | null;
  /** Columns that differ; null: all of the row, or of the table. */
  readonly columns: readonly string[] | null;
  /** What differs in the schema. */
  readonly detail: string | null;
  /** The cells of both sides, only where they were asked for; null: that side has no such row. */
  readonly values?: { readonly a: PlainRow | null; readonly b: PlainRow | null };
}

/** A difference of rows as a line. */
export function lineOf(table: PairedTable, change: RowChange, showValues: boolean): DiffLine {
  const { columns, plan, name } = table;
  const names = plan.columns.map(({ source }) => source.name);
  const cells = (row: Row, at: readonly number[]): PlainRow =>
    Object.fromEntries(at.map((i) => [names[i] ?? '', plainCell(row[i] ?? null)]));
  const all = names.map((_, i) => i);
  const [a, b] = [change.kind === 'different' ? change.left : change.row, change.kind === 'different' ? change.right : change.row];
  const isOfB = change.kind === 'extra';
  const form = isOfB ? columns.right(b) : columns.left(a);
  const isKeyed = columns.keyAt.length > 0;
  const shown = change.kind === 'different' ? change.at : all;
  return {
    table: name,
    kind: change.kind,
    key: isKeyed ? cells(isOfB ? b : a, columns.keyAt) : null,
    row: isKeyed ? null : rowDigest(form).toString('hex').slice(0, ROW_DIGITS),
    columns: change.kind === 'different' ? change.at.map((i) => names[i] ?? '') : null,
    detail: null,
    ...(showValues ? { values: { a: isOfB ? null : cells(a, shown), b: change.kind === 'missing' ? null : cells(b, shown) } } : {}),
  };
}

/** A difference of customer databases as a line. */
export function ownLine({ table, kind, key, columns, a, b }: OwnDifference, showValues: boolean): DiffLine {
  const shown = (row: typeof a): PlainRow | null => (row === null ? null : plainRow(row, columns));
  return {
    ...{ table, kind, key: plainRow(key, Object.keys(key)), row: null, columns: kind === 'different' ? columns : null, detail: null },
    ...(showValues ? { values: { a: shown(a), b: shown(b) } } : {}),
  };
}

/** Some cells of a row of ours. */
export function plainRow(row: NonNullable<OwnDifference['a']>, columns: readonly string[]): PlainRow {
  return Object.fromEntries(columns.map((name) => [name, plainCell(row[name] ?? null)]));
}
