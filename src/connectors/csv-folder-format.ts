import { CrmError } from '../errors.ts';
import { CsvReader } from '../formats/csv-reader.ts';
import { csvLine } from '../formats/csv-writer.ts';
import type { RecordHandler, RecordPosition } from '../formats/record-reader.ts';
import { type Cell, type ColumnType, storedColumns, type TableSchema } from '../model/table-schema.ts';
import { escapedText, unescapedCell } from './cell-text.ts';
import type { FolderFormat } from './folder-format.ts';
import { badRecord, bareTable, checkColumnNames, MAX_RECORD_BYTES, pushedRows } from './pushed-rows.ts';

const ALWAYS_QUOTED = { alwaysQuote: true } as const;
const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };

/**
 * Tables as CSV files (RFC 4180, UTF-8). Ours write each cell as `escapedText` does, so that NULL (`\N`) and the empty
 * text differ; in those of others every column is text, and an empty cell is NULL.
 */
export const CSV_FORMAT: FolderFormat = {
  name: 'csv',
  title: 'a folder of CSV files',
  extensions: ['csv'],
  head: (columns) =>
    csvLine(
      columns.map(({ name }) => escapedName(name)),
      ALWAYS_QUOTED,
    ),
  line: (columns, row) => csvLine(columns.map(({ type }, index) => escapedText(type, row[index] ?? null))),
  rows(path, table, wanted, isOurs) {
    const columns = storedColumns(table);
    const places = wanted.map((name) => columns.findIndex((column) => column.name === name));
    const types = places.map((place) => columns[place]?.type ?? TEXT);
    const cellOf = isOurs ? unescapedCell : foreignCell;
    const names = columns.map(({ name }) => (isOurs ? escapedName(name) : name));
    return pushedRows(path, (found) => {
      const handler = new RowHandler(names, (cells) => {
        found.push(places.map((place, index): Cell => cellOf(types[index] as ColumnType, cells[place] as string)));
      });
      return csvReader(handler, isOurs);
    });
  },
  async foreignSchema(path, name): Promise<TableSchema> {
    let names: readonly string[] | null = null;
    const handler: RecordHandler = {
      header: (cells, { line }) => {
        checkColumnNames(cells, line);
        names ??= [...cells];
      },
      record: () => {},
      bad: () => {},
    };
    const pieces = pushedRows(path, (found) => {
      const reader = csvReader(handler, false);
      return {
        push: (chunk) => {
          if (names === null) reader.push(chunk);
          if (names !== null && found.length === 0) found.push([]);
        },
        end: () => {
          if (names === null) reader.end();
        },
      };
    });
    for await (const _ of pieces) break;
    return bareTable(
      name,
      (names ?? []).map((column) => ({ name: column, type: TEXT })),
    );
  },
};

function csvReader(handler: RecordHandler, isOurs: boolean): CsvReader {
  const dialect = isOurs ? ({ encoding: 'utf-8', delimiter: ',', quote: '"' } as const) : {};
  return new CsvReader({ maxRecordBytes: MAX_RECORD_BYTES, ...dialect }, handler);
}

function foreignCell(_: ColumnType, text: string): Cell {
  return text === '' ? null : text;
}

/** A column name that the reader gives back as it is: it trims them. */
function escapedName(name: string): string {
  return name.trim() !== name || name === '' ? `\\${JSON.stringify(name)}` : escapedText(TEXT, name);
}

/** Takes the records of a file whose columns are known. */
class RowHandler implements RecordHandler {
  readonly #names: readonly string[];
  readonly #take: (cells: readonly (string | undefined)[]) => void;

  constructor(names: readonly string[], take: (cells: readonly (string | undefined)[]) => void) {
    this.#names = names;
    this.#take = take;
  }

  header(cells: readonly string[], { line }: RecordPosition): void {
    if (cells.length === this.#names.length && cells.every((cell, index) => cell === this.#names[index])) return;
    throw new CrmError('INPUT_UNREADABLE', `line ${line}: the columns are not those of the table`, {
      hint: 'the file was changed by another program: bring it back, or move _schema.json away',
      details: { line },
    });
  }

  record(cells: readonly (string | undefined)[], { line }: RecordPosition): void {
    try {
      this.#take(cells);
    } catch (error) {
      throw error instanceof CrmError ? badRecord(line, error.message) : error;
    }
  }

  bad({ reason }: { readonly reason: string }, { line }: RecordPosition): void {
    throw badRecord(line, reason);
  }
}
