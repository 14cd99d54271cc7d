import { shapeOf, DATA_SHAPES } from './cell-shape.ts';
import type { CsvGiven, CsvSyntax } from './csv-plan.ts';
import { type CsvRow, CsvRows } from './csv-rows.ts';
import { findFooter } from './detect-footer.ts';
import { type FoundHeader, findHeader } from './detect-header.ts';
import { columnShapes, headerLikeness, knownNames } from './header-likeness.ts';

/** One table of a text. */
export interface FoundTable extends FoundHeader {
  /** Rows of the text from where the last table ended, this one's preamble included. */
  readonly rows: readonly CsvRow[];
  /** The first row that is no longer of the table: a footer or blank; as many as rows when there is none. */
  readonly endRow: number;
  /** How many columns the records have. */
  readonly width: number;
  /** Cells of records, for what has to be known of all of them. */
  readonly records: CsvRows;
}

const MAX_TABLES = 50;
const ROWS_FOR_WIDTH = 80;
const ROWS_BELOW = 30;
const FEW_ROWS = 1000;
/** A block of so few pairs above a wider table tells about that table. */
const MAX_PAIRS = 12;
/** What a record with one value counts beside one with several, when it is about the number of columns. */
const SPARSE = 0.4;

/** Finds the tables of a text. `isWhole`: it ends where the file does. */
export function findTables(
  text: string,
  from: number,
  firstLine: number,
  syntax: CsvSyntax,
  isWhole: boolean,
  given: CsvGiven,
): FoundTable[] {
  const tables: FoundTable[] = [];
  let at = from;
  let line = firstLine;
  while (at < text.length && tables.length < MAX_TABLES) {
    const own = tables.length === 0 ? given : { ...given, headerLine: undefined };
    // Most tables of many are short: the rest of the text is not gone through for each of them.
    let table = nextTable(text, at, line, syntax, isWhole, own, FEW_ROWS);
    if (table === null) break;
    let boundary = boundaryOf(table);
    if (table.rows.length === FEW_ROWS && boundary > FEW_ROWS - 2 * ROWS_BELOW) {
      table = nextTable(text, at, line, syntax, isWhole, own, Number.POSITIVE_INFINITY) as NonNullable<typeof table>;
      boundary = boundaryOf(table);
    }
    const rows = table.rows.slice(0, boundary);
    const endRow = isWhole || boundary < table.rows.length ? findFooter(rows, table, text) : rows.length;
    tables.push({ ...table, rows, endRow });
    const next = table.rows[boundary];
    if (next === undefined) break;
    at = next.start;
    line = next.line;
  }
  return tables;
}

function nextTable(
  text: string,
  at: number,
  line: number,
  syntax: CsvSyntax,
  isWhole: boolean,
  given: CsvGiven,
  limit: number,
): Omit<FoundTable, 'endRow'> | null {
  const scanned = new CsvRows(text, syntax, 0);
  const plain = scanned.list(at, line, isWhole, 1000);
  const wanted = given.headerLine === undefined ? plain : plain.filter((row) => row.line + 1 >= (given.headerLine as number));
  const width = widthOf(wanted, scanned);
  if (width === 0) return null;
  const records = new CsvRows(text, syntax, width);
  const rows = records.list(at, line, isWhole, limit);
  return { ...findHeader(rows, records, width, given), rows, width, records };
}

/** How many cells most records of the first table have; 0 when there is no record. */
function widthOf(rows: readonly CsvRow[], records: CsvRows): number {
  const blocks: CsvRow[][] = [[]];
  for (const row of rows) {
    if (row.filled > 0) blocks.at(-1)?.push(row);
    else if ((blocks.at(-1)?.length ?? 0) > 0) blocks.push([]);
  }
  // A first line that is the name of a field is the header of one column, no title.
  const head = blocks[0]?.[0];
  const single = head?.count === 1 && knownNames(records.cells(head)) === 1 ? 1 : SPARSE;
  const widths = blocks.map((block) => blockWidth(block, single));
  const first = widths.findIndex(({ width, times }) => width > 1 && times > 1);
  const next = widths[first + 1];
  if (first >= 0 && next !== undefined) {
    const { width, times } = widths[first] as BlockWidth;
    const isPairs = width === 2 && times <= MAX_PAIRS && next.width > 2 && next.times >= 2;
    const top = blocks[first]?.[0] as CsvRow;
    if (isPairs && knownNames(records.cells(top)) < 2) return next.width;
  }
  if (first >= 0) return (widths[first] as BlockWidth).width;
  const all = blockWidth(
    rows.filter((row) => row.filled > 0),
    single,
  );
  // Where no two records agree, names of fields say how many columns there are.
  return all.times < 2 && head !== undefined && knownNames(records.cells(head)) === head.count ? head.count : all.width;
}

interface BlockWidth {
  readonly width: number;
  readonly times: number;
}

/** @param single what a line of one cell counts */
function blockWidth(rows: readonly CsvRow[], single: number): BlockWidth {
  const counts = new Map<number, number>();
  for (const { count, filled } of rows.slice(0, ROWS_FOR_WIDTH)) {
    // Cells that are mostly blank come from a title in a spreadsheet.
    counts.set(count, (counts.get(count) ?? 0) + (count === 1 ? single : filled > 1 ? 1 : SPARSE));
  }
  const [width, times] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
  // Where the counts are all over the place, the first record is the one to go by: it has the names.
  const first = rows.find((row) => row.filled > 1);
  if (first !== undefined && rows.length > 3 && times < Math.min(rows.length, ROWS_FOR_WIDTH) * 0.4)
    return { width: first.count, times: 2 };
  return { width, times };
}

/** The row at which the next table begins; as many as there are rows when there is none. */
function boundaryOf(table: Omit<FoundTable, 'endRow'>): number {
  const { rows, dataRow, width, headerCells } = table;
  if (width < 2) return rows.length;
  for (let index = dataRow; index < rows.length; index++) {
    const row = rows[index] as CsvRow;
    if (row.filled < 2 || index === dataRow) continue;
    const isAfterBlank = (rows[index - 1] as CsvRow).filled === 0;
    if (
      row.count === width
        ? repeatsHeader(table, row) || (isAfterBlank && startsAnother(table, index))
        : startsOther(table, index, isAfterBlank)
    ) {
      return headerCells.length === 0 && row.count === width && !isAfterBlank ? rows.length : index;
    }
  }
  return rows.length;
}

function repeatsHeader(table: Omit<FoundTable, 'endRow'>, row: CsvRow): boolean {
  const header = table.headerCells.at(-1);
  if (header === undefined || row.filled !== header.filter((cell) => cell.trim() !== '').length) return false;
  return table.records.cells(row).every((cell, column) => cell.trim() === header[column]?.trim());
}

/** Whether a row of as many cells, after a blank one, names the columns of another table. */
function startsAnother(table: Omit<FoundTable, 'endRow'>, index: number): boolean {
  const { rows, records, width } = table;
  const below = rows.slice(index + 1, index + 1 + ROWS_BELOW).filter((row) => row.filled > 0 && row.count === width);
  if (below.length < 1) return false;
  const cells = records.cells(rows[index] as CsvRow);
  if (cells.some((cell) => DATA_SHAPES.has(shapeOf(cell)) || shapeOf(cell) === 'number' || cell.trim() === '')) return false;
  return (
    headerLikeness(
      cells,
      columnShapes(
        below.map((row) => records.cells(row)),
        width,
      ),
    ) >= 2
  );
}

/** Whether rows of another number of cells begin here, with their names above them. */
function startsOther(table: Omit<FoundTable, 'endRow'>, index: number, isAfterBlank: boolean): boolean {
  const { rows, records, headerCells } = table;
  const { count } = rows[index] as CsvRow;
  const below: CsvRow[] = [];
  for (let next = index + 1; next < rows.length && below.length < ROWS_BELOW; next++) {
    const row = rows[next] as CsvRow;
    if (row.filled === 0) break;
    below.push(row);
  }
  const alike = below.filter((row) => row.count === count).length;
  if (count < 2 || alike < (isAfterBlank ? 1 : 2) || alike < below.length * 0.6) return false;
  const cells = records.cells(rows[index] as CsvRow);
  const names = new Set(headerCells.at(-1)?.map((cell) => cell.trim().toLowerCase()));
  const shared = cells.filter((cell) => cell.trim() !== '' && names.has(cell.trim().toLowerCase())).length;
  if (shared * 2 >= cells.length) return true;
  const likeness = headerLikeness(
    cells,
    columnShapes(
      below.filter((row) => row.count === count).map((row) => records.cells(row)),
      count,
    ),
  );
  return likeness >= (isAfterBlank ? 0.5 : 2);
}
