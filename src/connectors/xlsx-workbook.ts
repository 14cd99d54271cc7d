import { readFileSync, statSync } from 'node:fs';
import { CrmError } from '../errors.ts';
import { readParts, type SheetPart, type WorkbookParts } from '../formats/xlsx-parts.ts';
import { type SheetRow, sheetRows } from '../formats/xlsx-sheet.ts';
import { ZipArchive } from '../formats/zip-archive.ts';
import type { Cell, ColumnType, Row, TableSchema } from '../model/table-schema.ts';
import {
  type Connector,
  NO_LIMITS,
  type ReadRequest,
  type Snapshot,
  type StoreFacts,
  type TableEntry,
  type TableStore,
  type TableTarget,
} from './connector.ts';
import { bareTable, checkColumnNames } from './pushed-rows.ts';
import { selectedRows } from './selected-rows.ts';

const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_CELL_CHARACTERS = 1024 * 1024;
const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };

/**
 * An Excel workbook, to be read: each sheet that is not empty is a table, its first row that is not blank names the columns.
 * Cells are texts as they are shown, dates in ISO form; an empty cell is NULL, a blank row none.
 */
export const xlsxWorkbook: Connector = {
  async open(address): Promise<TableStore> {
    const stat = statSync(address, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) throw new CrmError('NO_DATABASE', `${address} does not exist`, { hint: 'name a workbook that is there' });
    if (stat.size > MAX_FILE_BYTES) {
      throw new CrmError('INPUT_TOO_LARGE', `${address} is larger than ${MAX_FILE_BYTES / 2 ** 20} MiB`, {
        hint: 'save its sheets as CSV (UTF-8) in a folder, and name that',
      });
    }
    return new WorkbookStore(address);
  },
};

class WorkbookStore implements TableStore {
  readonly label: string;
  readonly facts: StoreFacts = {
    name: 'xlsx',
    title: 'an Excel workbook',
    hold: () => TEXT,
    limits: NO_LIMITS,
    transactions: false,
    constraints: false,
    parallel: 1,
    nameBytes: 31 * 4,
  };

  constructor(path: string) {
    this.label = path;
  }

  async snapshot(): Promise<Snapshot> {
    return new WorkbookSnapshot(this.label);
  }

  async target(): Promise<TableTarget> {
    throw new CrmError('USAGE', `${this.label}: a workbook can only be read`, { hint: 'write to a folder of CSV files: csv:folder' });
  }

  async close(): Promise<void> {}
}

/** A sheet with the place of its table. */
interface SheetTable {
  readonly sheet: SheetPart;
  readonly headerRow: number;
  /** Names by column from 0; empty where a column has none. */
  readonly names: readonly string[];
}

class WorkbookSnapshot implements Snapshot {
  readonly #path: string;
  readonly #zip: ZipArchive;
  readonly #parts: WorkbookParts;
  readonly #tables: ReadonlyMap<string, SheetTable>;

  constructor(path: string) {
    this.#path = path;
    const { zip, parts, tables } = this.#named(null, () => {
      const archive = new ZipArchive(readFileSync(path));
      const found = readParts(archive);
      return { zip: archive, parts: found, tables: found.sheets.flatMap((sheet) => tableOf(archive, found, sheet)) };
    });
    this.#zip = zip;
    this.#parts = parts;
    this.#tables = new Map(tables.map((table) => [table.sheet.name, table] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async tables(): Promise<readonly TableEntry[]> {
    return [...this.#tables.keys()].map((name) => ({ name, kind: 'table' }));
  }

  async schema(name: string): Promise<TableSchema> {
    const { names, headerRow } = this.#table(name);
    const given = names.filter((column) => column !== '');
    this.#named(name, () => checkColumnNames(given, headerRow));
    return bareTable(
      name,
      given.map((column) => ({ name: column, type: TEXT })),
    );
  }

  async count(table: TableSchema): Promise<number> {
    let count = 0;
    for await (const rows of this.#rows(table.name, [])) count += rows.length;
    return count;
  }

  read(request: ReadRequest): AsyncIterable<readonly Row[]> {
    return selectedRows(request, ({ name }, wanted) => this.#rows(name, wanted));
  }

  async close(): Promise<void> {}

  async *#rows(name: string, wanted: readonly string[]): AsyncGenerator<readonly Row[]> {
    const table = this.#table(name);
    const places = wanted.map((column) => table.names.indexOf(column));
    const pieces = sheetRows(this.#zip, table.sheet, this.#parts, MAX_CELL_CHARACTERS);
    for (;;) {
      const rows = this.#named(name, () => {
        const { done, value } = pieces.next();
        return done === true ? null : value.filter(({ number }) => number > table.headerRow).map((row) => cellsOf(row, table, places));
      });
      if (rows === null) return;
      if (rows.length > 0) yield rows;
    }
  }

  #table(name: string): SheetTable {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    throw new CrmError('NOT_FOUND', `${this.#path} has no sheet of that name with anything in it`, {
      hint: `it has: ${[...this.#tables.keys()].slice(0, 20).join(', ') || 'none'}`,
    });
  }

  /** Adds the workbook and the sheet to what is thrown. */
  #named<T>(sheet: string | null, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CrmError)) throw error;
      const place = sheet === null ? this.#path : `${this.#path}, sheet ${sheet}`;
      throw new CrmError(error.code, `${place}: ${error.message}`, {
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        ...(error.details === undefined ? {} : { details: error.details }),
      });
    }
  }
}

function tableOf(zip: ZipArchive, parts: WorkbookParts, sheet: SheetPart): SheetTable[] {
  for (const [first] of sheetRows(zip, sheet, parts, MAX_CELL_CHARACTERS)) {
    if (first === undefined) continue;
    return [{ sheet, headerRow: first.number, names: Array.from(first.cells, (cell) => cell?.trim() ?? '') }];
  }
  return [];
}

function cellsOf({ number, cells, lacksValue }: SheetRow, { names }: SheetTable, places: readonly number[]): Row {
  if (lacksValue) throw unreadable(number, 'a formula has no value', 'open and save the workbook in a spreadsheet program');
  const nameless = cells.findIndex((cell, column) => cell !== undefined && cell.trim() !== '' && (names[column] ?? '') === '');
  if (nameless >= 0) throw unreadable(number, `column ${nameless + 1} has no name in the first row`, 'name it there, or empty it');
  return places.map((place): Cell => cells[place] ?? null);
}

function unreadable(line: number, reason: string, hint: string): CrmError {
  return new CrmError('INPUT_UNREADABLE', `row ${line}: ${reason}`, { hint, details: { line } });
}
