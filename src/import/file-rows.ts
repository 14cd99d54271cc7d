import { CrmError } from '../errors.ts';
import { FORMATS, type FormatName, type ReaderOptions } from '../formats/index.ts';
import type { ImportLayout } from '../repository/import-batch.ts';
import { type InputFile, readInput } from './input-file.ts';
import type { ColumnMapping } from './mapping.ts';
import { type RecordOptions, RecordImporter, type RowChunk } from './record-importer.ts';
import { Warnings, type Warning } from './warnings.ts';

/** What is asked of one file. */
export interface FileRequest {
  readonly file: InputFile;
  readonly format: FormatName;
  readonly reader: ReaderOptions;
  readonly record: RecordOptions;
}

/** How a file was understood. */
export interface Detected {
  readonly format: string;
  readonly encoding: string;
  /** Null where the format has none. */
  readonly delimiter: string | null;
  /** Line of the header, from 1; null where the format has none. */
  readonly headerRow: number | null;
  readonly preset: string | null;
}

/** What is known when a file has been read to its end. */
export interface FileSummary {
  readonly columns: readonly ColumnMapping[];
  /** Header names, as they stand in the file. */
  readonly header: readonly string[];
  readonly detected: Detected;
  readonly sha256: string;
  readonly bytes: number;
  readonly warnings: readonly Warning[];
}

/** Takes what comes out of a file: the layout first, then chunks with the share of the file read so far. */
export interface RowSink {
  start(layout: ImportLayout, header: readonly string[]): Promise<void>;
  chunk(chunk: RowChunk, bytesRead: number): Promise<void>;
}

/** Reads one file to its end in this thread. @throws {CrmError} INPUT_… when it cannot be used. */
export async function readFileRows(request: FileRequest, sink: RowSink, signal?: AbortSignal): Promise<FileSummary> {
  const warnings = new Warnings();
  const chunks: RowChunk[] = [];
  const importer = new RecordImporter(request.record, warnings, (chunk) => chunks.push(chunk));
  const reader = FORMATS[request.format].createReader(request.reader, importer);
  let started = false;
  const drain = async (bytes: number): Promise<void> => {
    if (importer.layout !== null && !started) {
      started = true;
      checkColumns(request, importer.columns);
      await sink.start(
        importer.layout,
        importer.columns.map((column) => column.header),
      );
    }
    for (const chunk of chunks.splice(0)) await sink.chunk(chunk, bytes);
  };
  try {
    const { sha256, bytes } = await readInput(
      request.file,
      async (chunk, soFar) => {
        reader.push(chunk);
        await drain(soFar);
      },
      signal,
    );
    reader.end();
    importer.flush();
    await drain(bytes);
    if (!started) throw new CrmError('INPUT_NO_HEADER', 'no usable record', { hint: 'is this the right file, and the right --format?' });
    const header = importer.columns.map((column) => column.header);
    return { columns: importer.columns, header, detected: detectedOf(request, reader), sha256, bytes, warnings: warnings.list() };
  } catch (error) {
    throw inFile(error, request.file.label);
  }
}

/** Names the file in an error that does not. */
function inFile(error: unknown, label: string): unknown {
  if (!(error instanceof CrmError) || !error.code.startsWith('INPUT_') || error.message.includes(label)) return error;
  return new CrmError(error.code, `${label}: ${error.message}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}

/** A header of which no column is known is most likely no header. */
function checkColumns(request: FileRequest, columns: readonly ColumnMapping[]): void {
  if (request.record.growing || columns.some(({ how }) => how === 'alias' || how === 'given' || how === 'preset')) return;
  throw new CrmError('INPUT_NO_HEADER', `none of the ${columns.length} columns has a known name`, {
    hint: 'say what they are: --map "Header=name" --map "Other=email" (a custom field is attributes.NAME)',
  });
}

function detectedOf(request: FileRequest, reader: object): Detected {
  const found = 'detected' in reader ? (reader.detected as { encoding?: string; delimiter?: string; headerLine?: number } | null) : null;
  return {
    format: request.format,
    encoding: found?.encoding ?? 'utf-8',
    delimiter: found?.delimiter ?? null,
    headerRow: found?.headerLine ?? null,
    preset: null,
  };
}
