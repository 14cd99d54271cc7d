import { CrmError } from '../errors.ts';
import type { EscapeStyle, LineEnd } from '../formats/csv-plan.ts';
import { FORMATS, type FormatName, type ReaderOptions } from '../formats/index.ts';
import { endReader, type RecordHandler } from '../formats/record-reader.ts';
import type { ImportLayout } from '../repository/import-batch.ts';
import { type DateOrderFinding, readOrderEvidence } from './column-facts.ts';
import { inFile } from './file-error.ts';
import { type LocalInput, readInput } from './local-input.ts';
import type { ColumnMapping } from './mapping.ts';
import type { Preset } from './preset.ts';
import { type RecordOptions, RecordImporter, type RowChunk } from './record-importer.ts';
import type { RelatedOptions, RelatedRecords } from './related-records.ts';
import { Warnings, type Warning } from './warnings.ts';

/** What is asked of one file. */
export interface FileRequest {
  readonly file: LocalInput;
  readonly format: FormatName;
  /** What the file's name says, where its content is something else. */
  readonly named?: string | null;
  readonly reader: ReaderOptions;
  readonly record: RecordOptions;
  /** Where the file holds related data instead of customers. */
  readonly related?: RelatedOptions;
  /** Whether a header of which no column is known is taken as well: somebody only looks. */
  readonly mayBeUnknown?: true;
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
  /** Of delimited text: the character around cells, null where there is none. */
  readonly quote?: string | null;
  /** Of delimited text: how a quote stands within quotes. */
  readonly escape?: EscapeStyle;
  /** Of delimited text: what ends the lines. */
  readonly lineEnd?: LineEnd;
  /** Rows that name the columns, 0 where there is none. */
  readonly headerRows?: number;
  /** Lines above the table that were left out. */
  readonly skippedLines?: number;
  /** Lines below the table that were left out. */
  readonly footerLines?: number;
  /** Of a workbook: the sheet that was read. */
  readonly sheet?: string | null;
  /** How day and month were told apart, of the columns where that was in doubt. */
  readonly dateOrders?: readonly DateOrderFinding[];
}

/** What a reader says of the file when it has been read. */
interface FoundByReader {
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly headerLine?: number | null;
  readonly sheet?: string | null;
}

/** What is known when a file has been read to its end. */
export interface FileSummary {
  readonly columns: readonly ColumnMapping[];
  /** The layout; null where none was recognised. */
  readonly preset: Preset | null;
  /** Header names, as they stand in the file. */
  readonly header: readonly string[];
  readonly detected: Detected;
  readonly sha256: string;
  readonly bytes: number;
  readonly warnings: readonly Warning[];
  /** How day and month were told apart in the columns where that was in doubt. */
  readonly dateOrders: readonly DateOrderFinding[];
}

/** Takes what comes out of a file: the layout first, then chunks with the share of the file read so far. */
export interface RowSink {
  /** @param impliedSource the system of unqualified external ids where only the file's name says so */
  start(layout: ImportLayout, header: readonly string[], impliedSource: string | null): Promise<void>;
  chunk(chunk: RowChunk, bytesRead: number): Promise<void>;
}

/**
 * Reads one file to its end in this thread.
 * @param watch may put a handler between the reader and what takes the records
 * @throws {CrmError} INPUT_… when it cannot be used
 */
export async function readFileRows(
  request: FileRequest,
  sink: RowSink,
  signal?: AbortSignal,
  watch: (next: RecordHandler) => RecordHandler = (next) => next,
): Promise<FileSummary> {
  const warnings = new Warnings();
  if (typeof request.named === 'string') warnings.add('FORMAT_BY_CONTENT', request.named, 1);
  for (const { what, readings } of request.reader.plan?.ambiguities ?? [])
    warnings.add('AMBIGUOUS', `${what}: ${readings.join(' or ')}`, 1);
  const chunks: RowChunk[] = [];
  const importer = await importerOf(request, warnings, (chunk) => chunks.push(chunk));
  const reader = FORMATS[request.format].createReader(request.reader, watch(importer));
  let started = false;
  const drain = async (bytes: number): Promise<void> => {
    if (importer.layout !== null && !started) {
      started = true;
      if (request.mayBeUnknown !== true) checkColumns(request, importer.columns);
      await sink.start(
        importer.layout,
        importer.columns.map((column) => column.header),
        importer.impliedSource,
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
    for await (const _ of endReader(reader)) await drain(bytes);
    importer.flush();
    await drain(bytes);
    if (!started) throw new CrmError('INPUT_NO_HEADER', 'no usable record', { hint: 'is this the right file, and the right --format?' });
    const { columns, preset, dateOrders } = importer;
    const header = columns.map((column) => column.header);
    const detected = detectedOf(request, reader, preset?.name ?? null);
    return { columns, preset, header, detected, sha256, bytes, warnings: warnings.list(), dateOrders };
  } catch (error) {
    throw inFile(error, request.file.label);
  }
}

async function importerOf(
  request: FileRequest,
  warnings: Warnings,
  emit: (chunk: RowChunk) => void,
): Promise<RecordImporter | RelatedRecords> {
  if (request.related === undefined)
    return new RecordImporter(request.record, warnings, emit, (cells) => readOrderEvidence(request, cells));
  const { RelatedRecords } = await import('./related-records.ts');
  const { readDecimalEvidence } = await import('./decimal-facts.ts');
  const lookAhead = {
    orders: (cells: readonly number[]) => readOrderEvidence(request, cells),
    decimal: (cell: number) => readDecimalEvidence(request, cell),
  };
  return new RelatedRecords(request.related, warnings, emit, lookAhead);
}

/** A header of which no column is known is most likely no header. */
function checkColumns(request: FileRequest, columns: readonly ColumnMapping[]): void {
  const { preset } = request.record;
  if (preset !== undefined && !columns.some(({ how }) => how === 'preset')) {
    throw new CrmError('INPUT_NO_HEADER', `none of the ${columns.length} columns is one of the preset ${preset.name}`, {
      hint: 'leave --preset out to have the layout recognised',
    });
  }
  if (request.record.growing || columns.some(({ how }) => how === 'alias' || how === 'given' || how === 'preset')) return;
  throw new CrmError('INPUT_NO_HEADER', `none of the ${columns.length} columns has a known name`, {
    hint: 'say what they are: --map "Header=name" --map "Other=email" (a custom field is attributes.NAME)',
  });
}

function detectedOf({ format, reader: { plan } }: FileRequest, reader: object, preset: string | null): Detected {
  const found = 'detected' in reader ? (reader.detected as FoundByReader | null) : null;
  return {
    format,
    encoding: found?.encoding ?? 'utf-8',
    delimiter: found?.delimiter ?? null,
    headerRow: found?.headerLine ?? null,
    preset,
    ...(found?.sheet === undefined ? {} : { sheet: found.sheet }),
    ...(plan === undefined
      ? {}
      : {
          quote: plan.quote,
          escape: plan.escape,
          lineEnd: plan.lineEnd,
          headerRows: plan.headerRows,
          skippedLines: plan.preambleLines,
          footerLines: plan.footerLines,
        }),
  };
}
