import { checkDialect } from '../formats/csv-dialect.ts';
import { EXPORT_FORMATS, type ExportFormatName, exportFormatOf, type TableFormatOptions } from '../formats/export-format.ts';
import { OutputFile } from '../formats/output-file.ts';
import type { Repository } from '../repository/repository.ts';
import { selectedColumns, wholeCustomers } from './export-columns.ts';
import { interruptible } from './interruptible.ts';
import { type Selection, queryOptions } from './selected-customers.ts';

/** What an export is asked to do. */
export interface ExportOptions extends TableFormatOptions {
  /** The file; where it is absent, `write` takes the text. */
  readonly path?: string;
  /** Takes the text piece by piece, and holds the export up until it wants more. */
  readonly write?: (text: string) => Promise<void>;
  /** Default: by the ending of the path. */
  readonly format?: string;
  readonly selection: Selection;
  readonly signal?: AbortSignal;
  /** Told how many rows are written, for every batch. */
  readonly onProgress?: (rows: number) => void;
}

/** What an export did. */
export interface ExportResult {
  /** The file, null when it went elsewhere. */
  readonly file: string | null;
  readonly format: ExportFormatName;
  readonly rows: number;
  /** How many columns the file has. */
  readonly columns: number;
  readonly bytes: number;
  readonly elapsedMs: number;
}

const CHUNK_CHARACTERS = 256 * 1024;

/**
 * Writes customers to a file, which appears whole or not at all. Memory does not grow with the number of customers. With
 * the default columns, importing the file again changes nothing.
 * @throws {CrmError} USAGE, FILTER_SYNTAX, UNKNOWN_FIELD, NOT_FOUND; OUTPUT_FAILED or DISK_FULL when it cannot be written;
 * INTERRUPTED
 */
export async function exportCustomers(repository: Repository, options: ExportOptions): Promise<ExportResult> {
  const start = performance.now();
  const format = exportFormatOf(options.path ?? '-', options.format);
  const tabbed = options.delimiter === undefined && options.path?.toLowerCase().endsWith('.tsv') === true;
  const tableOptions: TableFormatOptions = tabbed ? { ...options, delimiter: '\t' } : options;
  checkDialect(tableOptions);
  const query = await queryOptions(repository, options.selection);
  const plan = query.select === undefined ? await wholeCustomers(repository) : selectedColumns(query.select);
  const { columns, rows } = await repository.query({ ...query, select: plan.select });
  const headers = plan.headers(columns);
  const table = EXPORT_FORMATS[format].create(headers, tableOptions);
  const toCells = plan.cells(columns);
  const file = options.path === undefined ? null : new OutputFile(options.path);
  let bytes = 0;
  const write = async (text: string): Promise<void> => {
    if (file !== null) return file.write(text);
    bytes += Buffer.byteLength(text);
    await options.write?.(text);
  };
  let count = 0;
  try {
    let text = table.start;
    for await (const batch of interruptible(rows, options.signal)) {
      for (const row of batch) text += table.row(toCells(row));
      count += batch.length;
      options.onProgress?.(count);
      if (text.length < CHUNK_CHARACTERS) continue;
      await write(text);
      text = '';
    }
    await write(text + table.end);
    file?.finish();
  } finally {
    file?.discard();
  }
  return {
    file: options.path ?? null,
    format,
    rows: count,
    columns: headers.length,
    bytes: file?.bytes ?? bytes,
    elapsedMs: Math.round(performance.now() - start),
  };
}
