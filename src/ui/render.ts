import type { SqlValue } from '../engines/engine.ts';
import { csvLine } from '../formats/csv-writer.ts';
import { type Io, write } from './io.ts';
import { jsonRowWriter } from './json-row.ts';
import { styleOf } from './style.ts';
import type { ResultColumn } from './table.ts';

/** How rows are written: a table for people, or one of three formats for programs. */
export type OutputFormat = 'table' | 'json' | 'ndjson' | 'csv';

/** The formats, in the order of the help text. */
export const OUTPUT_FORMATS: readonly OutputFormat[] = ['table', 'json', 'ndjson', 'csv'];

/** A batch of rows; each row holds its cells in column order. */
export type RowBatch = readonly (readonly SqlValue[])[];

/** Rows with their columns: all at once, or streamed in batches. */
export interface RowResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: RowBatch | AsyncIterable<RowBatch>;
}

/** Options of one rendering. */
export interface RenderOptions {
  /** CSV only: puts `'` before cells that a spreadsheet would run as a formula. */
  readonly formulaSafe?: boolean;
  /** CSV only: one character between cells; a comma where nothing is given. */
  readonly delimiter?: string;
}

/** One way of writing rows: text before the first row, of a batch, and after the last row. */
interface RowFormat {
  start(): string;
  batch(rows: RowBatch): string;
  end(): string;
}

/** Rows are measured and written in pieces of this many, so that memory stays bounded. */
const BATCH_ROWS = 1000;

/**
 * Writes rows to standard output and returns how many there were. Memory is bounded by one batch; a slow reader slows the
 * source down. A table is cut to the width of a terminal, and not cut where standard output is not one.
 * @throws {OutputClosedError} when the reader has gone away
 */
export async function render(io: Io, format: OutputFormat, result: RowResult, options: RenderOptions = {}): Promise<number> {
  const rowFormat = await openFormat(io, format, result.columns, options);
  let count = 0;
  await write(io.stdout, rowFormat.start());
  for await (const batch of batches(result.rows)) {
    if (batch.length === 0) continue;
    count += batch.length;
    await write(io.stdout, rowFormat.batch(batch));
  }
  await write(io.stdout, rowFormat.end());
  return count;
}

async function openFormat(io: Io, format: OutputFormat, columns: readonly ResultColumn[], options: RenderOptions): Promise<RowFormat> {
  switch (format) {
    case 'csv':
      return csvFormat(columns, options);
    case 'ndjson':
      return ndjsonFormat(columns);
    case 'json':
      return jsonFormat(columns);
    case 'table': {
      // Loaded on use: the table library would slow every other start down.
      const { TableWriter } = await import('./table.ts');
      const table = new TableWriter(columns, { maxWidth: io.isTty.stdout ? io.columns : null, style: await styleOf(io, 'stdout') });
      return { start: () => '', batch: (rows) => table.lines(rows), end: () => table.end() };
    }
  }
}

function csvFormat(columns: readonly ResultColumn[], options: RenderOptions): RowFormat {
  const header = columns.map((column) => column.name);
  return {
    start: () => csvLine(header, options),
    batch: (rows) => rows.map((row) => csvLine(row.map(csvCell), options)).join(''),
    end: () => '',
  };
}

function ndjsonFormat(columns: readonly ResultColumn[]): RowFormat {
  const toJson = jsonRowWriter(columns);
  return { start: () => '', batch: (rows) => rows.map((row) => `${toJson(row)}\n`).join(''), end: () => '' };
}

function jsonFormat(columns: readonly ResultColumn[]): RowFormat {
  const toJson = jsonRowWriter(columns);
  let separator = '';
  return {
    start: () => '[',
    batch: (rows) => {
      const text = `${separator}\n${rows.map(toJson).join(',\n')}`;
      separator = ',';
      return text;
    },
    end: () => (separator === '' ? ']\n' : '\n]\n'),
  };
}

function csvCell(value: SqlValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);
}

async function* batches(rows: RowBatch | AsyncIterable<RowBatch>): AsyncGenerator<RowBatch> {
  if (Symbol.asyncIterator in rows) {
    yield* rows;
    return;
  }
  for (let at = 0; at < rows.length; at += BATCH_ROWS) yield rows.slice(at, at + BATCH_ROWS);
}
