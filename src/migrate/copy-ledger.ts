import type { LedgerEntry } from '../connectors/connector.ts';
import type { Row } from '../model/table-schema.ts';
import { fromJsonRow, type JsonCell, toJsonRow } from './cell-json.ts';

/** A row that was not taken. */
export interface Reject {
  /** Cells of its key; null where the table has none. */
  readonly key: readonly JsonCell[] | null;
  readonly column: string | null;
  readonly reason: string;
  readonly row: Readonly<Record<string, JsonCell>>;
}

/** Cells of one column converted for one reason. */
export interface ColumnConversion {
  readonly column: string;
  readonly reason: string;
  readonly cells: number;
}

/** What became of some rows of a table. */
export interface PartCounts {
  readonly read: number;
  readonly written: number;
  readonly conversions: readonly ColumnConversion[];
  readonly rejects: readonly Reject[];
}

/** What is recorded in one transaction with the rows of a part. */
export interface PartContent extends PartCounts {
  /** Key of the last row that was read; null where the table has none, or no row. */
  readonly last: Row | null;
  /** Whether no more rows follow. */
  readonly isEnd: boolean;
}

/** How far a table is, by the ledger. */
export interface TableState extends PartCounts {
  /** Number of the next part. */
  readonly nextPart: number;
  readonly last: Row | null;
  readonly isEnd: boolean;
}

/** A table of which nothing was copied. */
export const NOTHING_COPIED: TableState = { read: 0, written: 0, conversions: [], rejects: [], nextPart: 0, last: null, isEnd: false };

/** A part as the text of an entry. */
export function partText({ last, ...counts }: PartContent): string {
  return JSON.stringify({ last: last === null ? null : toJsonRow(last), ...counts });
}

/** How far each table is, by its name. */
export function tableStates(entries: readonly LedgerEntry[]): ReadonlyMap<string, TableState> {
  const states = new Map<string, TableState>();
  for (const { table, part, content } of [...entries].sort((a, b) => a.part - b.part)) {
    states.set(table, extended(states.get(table) ?? NOTHING_COPIED, part, contentOf(content)));
  }
  return states;
}

/** A state after one more part. */
export function extended(state: TableState, part: number, { last, isEnd, ...counts }: PartContent): TableState {
  return {
    read: state.read + counts.read,
    written: state.written + counts.written,
    conversions: summedConversions([...state.conversions, ...counts.conversions]),
    rejects: [...state.rejects, ...counts.rejects],
    nextPart: part + 1,
    last: last ?? state.last,
    isEnd: state.isEnd || isEnd,
  };
}

function contentOf(text: string): PartContent {
  const content = JSON.parse(text) as Omit<PartContent, 'last'> & { readonly last: readonly JsonCell[] | null };
  return { ...content, last: content.last === null ? null : fromJsonRow(content.last) };
}

function summedConversions(conversions: readonly ColumnConversion[]): readonly ColumnConversion[] {
  const sums = new Map<string, ColumnConversion>();
  for (const one of conversions) {
    const name = JSON.stringify([one.column, one.reason]);
    sums.set(name, { ...one, cells: one.cells + (sums.get(name)?.cells ?? 0) });
  }
  return [...sums.values()];
}
