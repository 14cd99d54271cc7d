import { DATA_SHAPES, shapeOf } from './cell-shape.ts';
import type { Ambiguity, CsvGiven, Finding } from './csv-plan.ts';
import type { CsvRow, CsvRows } from './csv-rows.ts';
import { type ColumnShapes, columnShapes, headerLikeness, knownNames } from './header-likeness.ts';

/** Where the column names of a table are. */
export interface FoundHeader {
  /** Index of the row at which the table begins, its header included. */
  readonly headerRow: number;
  /** The cells of each header row; none when the table has no header. */
  readonly headerCells: readonly (readonly string[])[];
  /** Index of the first row below the header. */
  readonly dataRow: number;
  readonly header: Finding;
  readonly ambiguities: readonly Ambiguity[];
}

const ROWS_ABOVE = 60;
const ROWS_BELOW = 50;
const MAX_HEADER_ROWS = 4;
/** So many different values show what a column holds. */
const MIN_RECORDS = 3;
/** From here on a row is, or is not, a header beyond doubt. */
const CLEAR = 1;
const DAMAGED: Finding = { confidence: 0.7, how: 'detected' };

/** Finds the header of the table with which the rows begin, after whatever stands above it. */
export function findHeader(rows: readonly CsvRow[], records: CsvRows, width: number, given: CsvGiven): FoundHeader {
  const asked =
    given.headerLine === undefined ? -1 : rows.findIndex((row) => row.line + 1 >= (given.headerLine as number) && row.filled > 0);
  const first = asked >= 0 ? asked : firstFullRow(rows, records, width);
  const above = asked >= 0 ? null : damagedHeader(rows, records, first, width);
  if (above !== null && above.cells.length === width) {
    return { headerRow: first - 1, headerCells: [above.cells], dataRow: first, header: DAMAGED, ambiguities: [] };
  }
  const headerRow = above === null ? first : first - 1;
  const cells = records.cells(rows[headerRow] as CsvRow);
  const below = belowOf(rows, records, headerRow + repeatsOf(rows, records, headerRow, cells), width);
  const likeness = headerLikeness(cells, below);
  if (given.headerRows !== undefined) {
    const count = Math.min(given.headerRows, rows.length - headerRow);
    return found(rows, records, headerRow, count, { confidence: 1, how: 'given' }, []);
  }
  if (likeness <= -CLEAR || isNoName(cells)) return found(rows, records, headerRow, 0, detected(likeness), []);
  const isSure = likeness >= CLEAR || headerRow > 0;
  const count = headerRowCount(rows, records, headerRow, width);
  const group = groupRow(rows, records, headerRow, width);
  const doubts: Ambiguity[] = isSure
    ? []
    : [{ what: 'header', readings: ['the first record names the columns', 'there are no column names'] }];
  if (group !== null) {
    doubts.push({ what: 'header', readings: ['the names stand in two rows, the upper one for groups', 'the upper row is a preamble'] });
    return found(rows, records, group, count + headerRow - group, { confidence: 0.6, how: 'detected' }, doubts);
  }
  const finding: Finding = isSure ? detected(Math.max(likeness, CLEAR)) : { confidence: 0.5, how: 'default' };
  return found(rows, records, headerRow, count, finding, [...doubts, ...widthDoubts(rows[headerRow] as CsvRow, cells, width)]);
}

function found(
  rows: readonly CsvRow[],
  records: CsvRows,
  headerRow: number,
  count: number,
  header: Finding,
  ambiguities: readonly Ambiguity[],
): FoundHeader {
  const headerCells = rows.slice(headerRow, headerRow + count).map((row) => [...records.cells(row)]);
  return { headerRow, headerCells, dataRow: headerRow + count, header, ambiguities };
}

function detected(likeness: number): Finding {
  return { confidence: Math.round(Math.min(0.99, 0.6 + 0.1 * Math.abs(likeness)) * 100) / 100, how: 'detected' };
}

/** A header that has not as many cells as the records may lack a name, or have a delimiter too many, anywhere. */
function widthDoubts(row: CsvRow, cells: readonly string[], width: number): Ambiguity[] {
  if (row.count === width || cells.slice(width).every((cell) => cell.trim() === '')) return row.count < width ? [nameless()] : [];
  return row.count < width
    ? [nameless()]
    : [{ what: 'header', readings: ['a name has no column', 'a delimiter is too many in the header'] }];
}

function nameless(): Ambiguity {
  return { what: 'header', readings: ['the last columns have no name', 'a delimiter is missing in the header'] };
}

/** The first row that is filled like those of a table; rows above it tell about the table. */
function firstFullRow(rows: readonly CsvRow[], records: CsvRows, width: number): number {
  const enough = width < 2 ? 1 : Math.max(2, Math.ceil(width / 2));
  const above = rows.slice(0, ROWS_ABOVE);
  const full = above.findIndex((row) => row.count === width && row.filled >= enough);
  const some = above.findIndex((row) => row.filled > 0);
  if (full < 0) return Math.max(0, some);
  // A sparse record is no preamble: it holds values as the columns do.
  const below = belowOf(rows, records, full, width);
  for (let index = Math.max(0, some); index < full; index++) {
    const row = rows[index] as CsvRow;
    if (row.count === width && row.filled > 0 && isRecord(records.cells(row), below)) return index;
  }
  return full;
}

function isRecord(cells: readonly string[], below: ColumnShapes): boolean {
  return cells.some((cell, column) => {
    const shape = shapeOf(cell);
    return shape === below.shapes[column] && (DATA_SHAPES.has(shape) || (shape === 'number' && column > 0));
  });
}

/**
 * The cells of the row right above the first full one, when it is a header that lacks a delimiter, has one too many, or
 * is delimited by another character.
 */
function damagedHeader(
  rows: readonly CsvRow[],
  records: CsvRows,
  first: number,
  width: number,
): { readonly cells: readonly string[] } | null {
  const row = rows[first - 1];
  if (row === undefined || width < 2 || row.filled === 0) return null;
  if (
    row.count > width &&
    records
      .cells(row)
      .slice(width)
      .every((cell) => cell.trim() === '')
  )
    return { cells: records.cells(row) };
  if (width < 3) return null;
  const isNear = Math.abs(row.count - width) === 1 && row.filled >= Math.max(2, (width - 1) / 2);
  const cells = isNear ? records.cells(row) : row.count === width ? null : records.otherCells(row);
  if (cells === null || cells.some((cell) => DATA_SHAPES.has(shapeOf(cell)) || (!isNear && cell.trim() === ''))) return null;
  const below = records.cells(rows[first] as CsvRow);
  const own = headerLikeness(below, belowOf(rows, records, first, width));
  return own < CLEAR || knownNames(cells) > knownNames(below) ? { cells } : null;
}

function belowOf(rows: readonly CsvRow[], records: CsvRows, row: number, width: number): ColumnShapes {
  const below: CsvRow[] = [];
  for (let index = row + 1; index < rows.length && index <= row + 2 * ROWS_BELOW && below.length < ROWS_BELOW; index++) {
    const next = rows[index] as CsvRow;
    // Behind a blank line another table may begin.
    if (next.filled === 0 && below.length >= 2) break;
    if (next.count === width && next.filled > 0) below.push(next);
  }
  return columnShapes(
    below.map((record) => records.cells(record)),
    width,
  );
}

/** A single record that holds values is no header, however little there is to compare it with. */
function isNoName(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell.trim() !== '');
  return (
    knownNames(cells) === 0 && filled.length > 0 && filled.every((cell) => DATA_SHAPES.has(shapeOf(cell)) || shapeOf(cell) === 'number')
  );
}

/** How many rows right below a row say the same. */
function repeatsOf(rows: readonly CsvRow[], records: CsvRows, row: number, cells: readonly string[]): number {
  let count = 0;
  for (; count < MAX_HEADER_ROWS; count++) {
    const next = rows[row + count + 1];
    if (next === undefined || next.count !== cells.length) break;
    if (!records.cells(next).every((cell, column) => cell.trim() === cells[column]?.trim())) break;
  }
  return count;
}

/** How many rows name the columns: rows that repeat the names, or that look like names of the records below as well. */
function headerRowCount(rows: readonly CsvRow[], records: CsvRows, headerRow: number, width: number): number {
  let count = 1 + (width > 1 ? repeatsOf(rows, records, headerRow, records.cells(rows[headerRow] as CsvRow)) : 0);
  for (; count < MAX_HEADER_ROWS; count++) {
    const row = rows[headerRow + count];
    if (row === undefined || row.count !== width || row.filled < 2) break;
    const below = belowOf(rows, records, headerRow + count, width);
    const names = records.cells(row);
    // Above names of single columns, names of groups leave cells blank.
    const isGrouped =
      count === 1 && (rows[headerRow] as CsvRow).filled < width && row.filled === width && headerLikeness(names, below) >= 2 * CLEAR;
    if (!isGrouped && !isSecondHeader(names, below)) break;
  }
  return count;
}

function isSecondHeader(cells: readonly string[], below: ColumnShapes): boolean {
  if (cells.some((cell) => DATA_SHAPES.has(shapeOf(cell)) || shapeOf(cell) === 'number')) return false;
  const filled = cells.filter((cell) => cell.trim() !== '').length;
  if (filled < cells.length || new Set(cells).size < filled) return false;
  const typed = below.shapes.filter(
    (shape, column) => shape !== null && (DATA_SHAPES.has(shape) || shape === 'number') && (below.values[column]?.size ?? 0) >= MIN_RECORDS,
  );
  return knownNames(cells) * 2 > filled || (typed.length >= 2 && typed.length > filled * 0.6);
}

/** The row right above the names that names groups of columns, each in the first of its cells; null when there is none. */
function groupRow(rows: readonly CsvRow[], records: CsvRows, headerRow: number, width: number): number | null {
  const row = rows[headerRow - 1];
  if (row === undefined || row.count !== width || row.filled < 2 || row.filled >= width) return null;
  const cells = records.cells(row);
  const isText = cells.every((cell) => ['text', 'code', 'empty'].includes(shapeOf(cell)) && !/[:：]\s*$/.test(cell));
  return isText ? headerRow - 1 : null;
}
