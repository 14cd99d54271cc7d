import { CrmError } from '../../../src/errors.ts';
import { FORMATS, type FormatName, type ReaderOptions } from '../../../src/formats/index.ts';

/** All that a reader said about a file, as plain data; of bad records code, column and cells without the sentence. */
export type ReaderEvent =
  | readonly ['header', line: number, byteOffset: number, ...cells: (string | undefined)[]]
  | readonly ['record', line: number, byteOffset: number, ...cells: (string | undefined)[]]
  | readonly ['bad', line: number, byteOffset: number, code: string, column: number | null, ...cells: string[]]
  | readonly ['error', code: string, message: string];

/**
 * Reads bytes pushed in pieces of `chunkSize` through one buffer that is overwritten in between, as a file read would.
 * A CrmError becomes the last event; anything else is thrown.
 */
export function readEvents(format: FormatName, bytes: Uint8Array, options: ReaderOptions = {}, chunkSize = 1 << 16): ReaderEvent[] {
  const cuts: number[] = [];
  for (let at = chunkSize; at < bytes.length; at += chunkSize) cuts.push(at);
  return readEventsCutAt(format, bytes, cuts, options);
}

/** The same with the bytes cut at the given offsets. */
export function readEventsCutAt(
  format: FormatName,
  bytes: Uint8Array,
  cuts: readonly number[],
  options: ReaderOptions = {},
): ReaderEvent[] {
  const events: ReaderEvent[] = [];
  const buffer = Buffer.alloc(bytes.length);
  try {
    const reader = FORMATS[format].createReader(options, {
      header: (cells, at) => events.push(['header', at.line, at.byteOffset, ...cells]),
      record: (cells, at) => events.push(['record', at.line, at.byteOffset, ...cells]),
      bad: (problem, at) => events.push(['bad', at.line, at.byteOffset, problem.code, problem.column, ...problem.cells]),
    });
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      const piece = bytes.subarray(from, to);
      buffer.set(piece);
      reader.push(buffer.subarray(0, piece.length));
      buffer.fill(0xff);
      from = to;
    }
    reader.end();
  } catch (thrown) {
    if (!(thrown instanceof CrmError)) throw thrown;
    events.push(['error', thrown.code, thrown.message]);
  }
  return events;
}

/** Only the cells of the header and of the records, for cases where places do not matter. */
export function cellsOf(events: readonly ReaderEvent[]): (string | undefined)[][] {
  return events.filter((event) => event[0] === 'header' || event[0] === 'record').map((event) => event.slice(3) as (string | undefined)[]);
}
