import { CsvReader } from '../formats/csv-reader.ts';
import { FORMATS } from '../formats/index.ts';
import { endReader, type RecordHandler, type RecordReader } from '../formats/record-reader.ts';
import { inFile } from './file-error.ts';
import { openInput, readInput } from './local-input.ts';
import { requireClear, type UnderstoodFile, understandFile } from './understand-file.ts';

/**
 * Reads a small table that a person or a program made, `-` is standard input: encoding and delimiter are found out, but
 * every record counts, none is taken for a title or a footer. Workbooks and JSON are read too.
 * @throws {CrmError} INPUT_… when it cannot be used
 */
export async function readTableFile(path: string, handler: RecordHandler, signal?: AbortSignal): Promise<void> {
  const { file, dispose } = await openInput(path, signal);
  try {
    const understood = understandFile(file, {});
    requireClear(file, understood);
    const reader = readerOf(understood, handler);
    await readInput(file, async (chunk) => reader.push(chunk), signal);
    for await (const _ of endReader(reader));
  } catch (error) {
    throw inFile(error, file.label);
  } finally {
    dispose();
  }
}

/** What looks like a footer are records too; where no header was found, the first record is taken for one. */
function readerOf({ format, reader }: UnderstoodFile, handler: RecordHandler): RecordReader {
  const { plan } = reader;
  if (plan === undefined) return FORMATS[format].createReader(reader, handler);
  if (plan.headerRows === 1) return new CsvReader({ plan: { ...plan, end: null, footerLines: 0 } }, handler);
  return new CsvReader({ encoding: plan.encoding, delimiter: plan.delimiter }, handler);
}
