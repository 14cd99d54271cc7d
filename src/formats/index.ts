import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { CsvReader, type CsvReaderOptions } from './csv-reader.ts';
import { JsonReader } from './json-reader.ts';
import { NdjsonReader } from './ndjson-reader.ts';
import type { RecordHandler, RecordReader } from './record-reader.ts';
import { VcardReader } from './vcard-reader.ts';
import { XlsxReader } from './xlsx-reader.ts';

/** How to read a file of any format; options that a format has no use for are ignored. */
export interface ReaderOptions extends CsvReaderOptions {
  /** Workbooks: name of the sheet, or its number from 1. Default: the first visible one with a table. */
  readonly sheet?: string | undefined;
  /** JSON: name of the member that holds the records, or its number from 1. Default: the only one. */
  readonly table?: string | undefined;
}

interface Format {
  /** File name endings, without the dot; they also name the format. */
  readonly extensions: readonly string[];
  /** Whether columns may turn up later: the reader calls `header` again with the longer list. */
  readonly growing: boolean;
  readonly createReader: (options: ReaderOptions, handler: RecordHandler) => RecordReader;
}

/** The file formats that can be read. A new one is one file and one line here. */
export const FORMATS = {
  csv: {
    extensions: ['csv', 'tsv', 'txt', 'psv'],
    growing: false,
    createReader: (options, handler) => new CsvReader(options, handler),
  },
  ndjson: { extensions: ['ndjson', 'jsonl'], growing: true, createReader: (options, handler) => new NdjsonReader(options, handler) },
  json: { extensions: ['json'], growing: true, createReader: (options, handler) => new JsonReader(options, handler) },
  vcard: { extensions: ['vcf', 'vcard'], growing: true, createReader: (options, handler) => new VcardReader(options, handler) },
  xlsx: { extensions: ['xlsx', 'xlsm'], growing: false, createReader: (options, handler) => new XlsxReader(options, handler) },
} as const satisfies Record<string, Format>;

/** The name of a file format. */
export type FormatName = keyof typeof FORMATS;

/**
 * The format of a file by its name: the one named (by its name or a file name ending), else by the file name's ending,
 * else CSV. `detectFormat` looks into the file as well.
 * @throws {CrmError} USAGE when the named format does not exist.
 */
export function formatOf(fileName: string, explicit?: string): FormatName {
  const named = explicit?.trim().toLowerCase();
  const ending = named ?? /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  for (const [name, format] of Object.entries(FORMATS)) {
    if (name === ending || (format.extensions as readonly string[]).includes(ending)) return name as FormatName;
  }
  if (named === undefined) return 'csv';
  const near = nearest(ending, Object.keys(FORMATS));
  throw new CrmError('USAGE', 'there is no file format of that name', {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}known are ${Object.keys(FORMATS).join(', ')}`,
  });
}
