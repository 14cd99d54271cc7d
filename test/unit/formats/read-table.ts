import { CrmError } from '../../../src/errors.ts';
import { FORMATS, type FormatName, type ReaderOptions } from '../../../src/formats/index.ts';
import { endReader } from '../../../src/formats/record-reader.ts';

/** What a reader made of a file: objects by column name without empty cells, and in short what else it said. */
export interface ReadTable {
  header: string[];
  rows: Record<string, string>[];
  /** `line CODE cells` */
  bad: string[];
  /** `line CODE about` */
  notes: string[];
  lines: number[];
  /** `CODE message` */
  error: string | null;
}

/** Reads bytes of any format, cut into pieces of `chunkSize`. A CrmError is part of the answer; anything else is thrown. */
export async function readTable(
  format: FormatName,
  bytes: string | Uint8Array,
  options: ReaderOptions = {},
  chunkSize = 1 << 20,
): Promise<ReadTable> {
  const source = Buffer.from(bytes as Uint8Array);
  const table: ReadTable = { header: [], rows: [], bad: [], notes: [], lines: [], error: null };
  try {
    const reader = FORMATS[format].createReader(options, {
      header: (cells) => {
        table.header = [...cells];
      },
      record: (cells, at) => {
        if (cells.length !== table.header.length) throw new Error('a record is not as wide as the header');
        table.lines.push(at.line);
        table.rows.push(
          Object.fromEntries(table.header.flatMap((name, i) => (cells[i] === undefined || cells[i] === '' ? [] : [[name, cells[i]]]))),
        );
      },
      bad: ({ code, cells }, at) => table.bad.push(`${at.line} ${code} ${cells.join('|')}`),
      note: (code, at, about) => table.notes.push(`${at.line} ${code}${about === undefined ? '' : ` ${about}`}`),
    });
    for (let at = 0; at < source.length; at += chunkSize) reader.push(source.subarray(at, at + chunkSize));
    for await (const _ of endReader(reader));
  } catch (error) {
    if (!(error instanceof CrmError)) throw error;
    table.error = `${error.code} ${error.message}`;
  }
  return table;
}
