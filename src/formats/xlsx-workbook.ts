import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import type { RecordHandler } from './record-reader.ts';
import { readParts, type SheetPart, type WorkbookParts } from './xlsx-parts.ts';
import { sheetMerges, type SheetRow, sheetRows } from './xlsx-sheet.ts';
import { findTable, type SheetTable } from './xlsx-table.ts';
import { ZipArchive } from './zip-archive.ts';

/** How to read a workbook. */
export interface WorkbookOptions {
  /** Name of the sheet, or its number from 1; undefined: the first visible one with a table. */
  readonly sheet: string | undefined;
  /** Characters in a cell. */
  readonly maxCellLength: number;
}

/** Which sheet was read, and the number of the row that its header begins in. */
export interface WorkbookFound {
  readonly sheet: string;
  readonly headerLine: number;
}

/** Rows that are looked at to find the table. */
const LOOK_ROWS = 60;

interface Chosen {
  readonly sheet: SheetPart;
  readonly table: SheetTable;
  /** The numbers of the rows above the header. */
  readonly above: readonly number[];
}

/**
 * Reads one sheet of a workbook into the handler, some rows with each step.
 * @throws {CrmError} INPUT_NOT_TEXT, INPUT_UNREADABLE, INPUT_EMPTY, INPUT_TOO_LARGE; USAGE when there is no such sheet
 */
export function* readWorkbook(
  file: Buffer,
  options: WorkbookOptions,
  handler: RecordHandler,
  found: (what: WorkbookFound) => void,
): Generator<void> {
  const zip = new ZipArchive(file);
  const parts = readParts(zip);
  const { sheet, table, above } = choose(zip, parts, options, handler);
  if (table.names.some((name) => name.includes('\0'))) {
    throw new CrmError('INPUT_NOT_TEXT', 'a column name holds a zero character (U+0000)', { hint: 'give the column another name' });
  }
  found({ sheet: sheet.name, headerLine: table.headerRow });
  for (const line of above) handler.note?.('LINES_ABOVE_HEADER', { line, byteOffset: 0 });
  handler.header(table.names, { line: table.headerRow, byteOffset: 0 });
  for (const rows of sheetRows(zip, sheet, parts, options.maxCellLength)) {
    for (const row of rows) if (row.number > table.lastHeaderRow) putRow(row, table, handler);
    yield;
  }
}

function putRow({ number, cells, lacksValue }: SheetRow, { names, left }: SheetTable, handler: RecordHandler): void {
  const at = { line: number, byteOffset: 0 };
  const own = names.map((_, index) => cells[left + index] ?? '');
  const outside = [...cells.slice(left + names.length), ...cells.slice(0, left)].filter(
    (cell) => cell !== undefined && cell.trim() !== '',
  ) as string[];
  const nul = own.findIndex((cell) => cell.includes('\0'));
  if (nul >= 0) {
    handler.bad({ code: 'NUL_BYTE', reason: 'a cell holds a zero character (U+0000)', column: nul + 1, cells: [...own, ...outside] }, at);
  } else if (outside.length > 0) {
    const reason = `${outside.length} of the row's cells ${outside.length === 1 ? 'stands' : 'stand'} beside the columns that have a name`;
    handler.bad({ code: 'TOO_MANY_CELLS', reason, column: null, cells: [...own, ...outside] }, at);
  } else {
    handler.record(own, at);
    if (lacksValue) handler.note?.('FORMULA_WITHOUT_VALUE', at);
  }
}

function choose(zip: ZipArchive, parts: WorkbookParts, options: WorkbookOptions, handler: RecordHandler): Chosen {
  const { sheets } = parts;
  const look = (sheet: SheetPart): readonly SheetRow[] => firstRows(zip, sheet, parts, options.maxCellLength);
  if (options.sheet !== undefined) {
    const sheet = sheetOf(sheets, options.sheet);
    return tableOf(zip, sheet, look(sheet)) ?? empty(`the sheet “${sheet.name}” is empty`);
  }
  const filled = sheets.map((sheet) => ({ sheet, rows: look(sheet) })).filter(({ rows }) => rows.length > 0);
  const visible = filled.filter(({ sheet }) => !sheet.isHidden);
  let best: Chosen | null = null;
  for (const { sheet, rows } of visible) {
    const chosen = tableOf(zip, sheet, rows);
    const isTable = chosen !== null && chosen.table.names.length > 1 && (rows.at(-1)?.number ?? 0) > chosen.table.lastHeaderRow;
    if (isTable || best === null) best = chosen;
    if (isTable) break;
  }
  if (best === null) {
    return empty(
      filled.length === 0 ? 'no sheet of the workbook has anything in it' : 'only hidden sheets of the workbook have anything in them',
    );
  }
  const others = filled.filter(({ sheet }) => sheet !== best.sheet);
  for (const isHidden of [false, true]) {
    const names = others.filter(({ sheet }) => sheet.isHidden === isHidden).map(({ sheet }) => sheet.name);
    if (names.length > 0) handler.note?.(isHidden ? 'HIDDEN_SHEETS' : 'OTHER_SHEETS', { line: 1, byteOffset: 0 }, names.join(', '));
  }
  return best;
}

function firstRows(zip: ZipArchive, sheet: SheetPart, parts: WorkbookParts, maxCellLength: number): readonly SheetRow[] {
  const rows: SheetRow[] = [];
  for (const some of sheetRows(zip, sheet, parts, maxCellLength)) {
    rows.push(...some.slice(0, LOOK_ROWS - rows.length));
    if (rows.length >= LOOK_ROWS) break;
  }
  return rows;
}

function tableOf(zip: ZipArchive, sheet: SheetPart, rows: readonly SheetRow[]): Chosen | null {
  if (rows.length === 0) return null;
  const table = findTable(rows, sheetMerges(zip, sheet));
  return table === null ? null : { sheet, table, above: rows.map((row) => row.number).filter((number) => number < table.headerRow) };
}

function sheetOf(sheets: readonly SheetPart[], wanted: string): SheetPart {
  const folded = wanted.trim().toLowerCase();
  const found =
    sheets.find(({ name }) => name === wanted) ??
    sheets.find(({ name }) => name.trim().toLowerCase() === folded) ??
    sheets[Number(folded) - 1];
  if (found !== undefined) return found;
  const names = sheets.map(({ name }) => name);
  const near = nearest(wanted, names);
  throw new CrmError('USAGE', `--sheet ${wanted}: the workbook has no such sheet`, {
    hint: near === undefined ? `its sheets are: ${names.join(', ')}` : `did you mean “${near}”?`,
  });
}

function empty(message: string): never {
  throw new CrmError('INPUT_EMPTY', message, { hint: 'name another one with --sheet' });
}
