import type { Merge, SheetRow } from './xlsx-sheet.ts';

/** Where the table of a sheet is. */
export interface SheetTable {
  readonly names: readonly string[];
  /** Column of the first name, from 0. */
  readonly left: number;
  /** Number of the row that the header begins in, and of the one it ends in. */
  readonly headerRow: number;
  readonly lastHeaderRow: number;
}

/** Rows that a header may have. */
const MAX_HEADER_ROWS = 5;
/** A row that says less than this part of what most rows say is a title, not the header. */
const HEADER_SHARE = 0.5;
const NUMBER = /^[-+]?[\d.,]+%?$|^\d{4}-\d\d-\d\d/;

/**
 * Finds the header among the first rows of a sheet that are not blank: the first row that names about as many columns as
 * the rows below have; what is above it is a title. Names over several columns (merged cells) are put before those below.
 * Null when there is no row.
 */
export function findTable(rows: readonly SheetRow[], merges: readonly Merge[]): SheetTable | null {
  const start = headerIndex(rows, merges);
  const first = rows[start];
  if (first === undefined) return null;
  const last = lastHeaderRow(rows, start, merges);
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  const columns = new Map<number, string>();
  for (let number = first.number; number <= last; number++) {
    const width = Math.max(byNumber.get(number)?.cells.length ?? 0, ...merges.filter((m) => m.top + 1 === number).map((m) => m.right + 1));
    for (let column = 0; column < width; column++) {
      const text = headerText(byNumber, merges, first.number, number, column);
      if (text === '') continue;
      const before = columns.get(column);
      columns.set(column, before === undefined ? text : `${before} ${text}`);
    }
  }
  const left = Math.min(...columns.keys());
  const right = Math.max(...columns.keys());
  const names = Array.from({ length: right - left + 1 }, (_, i) => columns.get(left + i) ?? '');
  return { names, left, headerRow: first.number, lastHeaderRow: last };
}

function headerIndex(rows: readonly SheetRow[], merges: readonly Merge[]): number {
  const counts = rows.map(({ cells }) => cells.filter(isFilled).length);
  const usual = [...counts].sort((a, b) => b - a)[Math.floor(counts.length / 10)] ?? 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as SheetRow;
    const count = counts[i] as number;
    const next = rows[i + 1];
    const isTitle = count < usual && next !== undefined && next.number > row.number + 1 && (counts[i + 1] as number) > count;
    if (count >= Math.min(2, usual) && coverage(row, merges) >= usual * HEADER_SHARE && !isTitle) return i;
  }
  return 0;
}

/** Columns that a row names, also by merged cells. */
function coverage({ number, cells }: SheetRow, merges: readonly Merge[]): number {
  let columns = cells.filter(isFilled).length;
  for (const { top, left, right } of merges) if (top === number - 1 && isFilled(cells[left])) columns += right - left;
  return columns;
}

function lastHeaderRow(rows: readonly SheetRow[], start: number, merges: readonly Merge[]): number {
  const first = (rows[start] as SheetRow).number;
  let last = first;
  for (let i = start; i < rows.length && (rows[i] as SheetRow).number <= last; i++) {
    const row = rows[i] as SheetRow;
    const below = rows[i + 1];
    for (const { top, bottom, left, right } of merges) {
      if (top !== row.number - 1 || !isFilled(row.cells[left])) continue;
      const isGroup = right > left && top === bottom && below?.number === row.number + 1 && namesBelow(below, left, right);
      last = Math.max(last, isGroup ? row.number + 1 : bottom + 1);
    }
  }
  return Math.min(last, first + MAX_HEADER_ROWS - 1);
}

/** Whether the cells under a merged one are names: all texts, no numbers. */
function namesBelow({ cells }: SheetRow, left: number, right: number): boolean {
  const below = cells.slice(left, right + 1).filter(isFilled);
  return below.length > 1 && below.every((text) => !NUMBER.test(text.trim()));
}

function headerText(rows: ReadonlyMap<number, SheetRow>, merges: readonly Merge[], first: number, number: number, column: number): string {
  const own = rows.get(number)?.cells[column];
  if (isFilled(own)) return own.trim();
  const merge = merges.find((m) => m.top === number - 1 && m.top + 1 >= first && column >= m.left && column <= m.right);
  const group = merge === undefined ? undefined : rows.get(number)?.cells[merge.left];
  return isFilled(group) ? group.trim() : '';
}

function isFilled(cell: string | undefined): cell is string {
  return cell !== undefined && cell.trim() !== '';
}
