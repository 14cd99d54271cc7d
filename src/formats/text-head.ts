import { CrmError } from '../errors.ts';
import { encodingName } from './decode.ts';

/** The first bytes that tell whether a file is text at all. */
const BINARY_PROBE_BYTES = 4096;
/** Fewer NUL bytes than this are the fault of single records; more, and a tenth of the probe, make a binary file. */
const MIN_NUL_BYTES = 8;

const COLUMN_FILE = 'export it as CSV from the program that made it';
const UNPACK = 'unpack it first';

/** First bytes (as Latin-1 text) of files that are not text, what they are called, and what to do. */
const SIGNATURES: readonly (readonly [magic: string, kind: string, hint: string])[] = [
  ['PK\x03\x04', 'a zip archive (an .xlsx workbook is one)', 'save the sheet as CSV (UTF-8), or unpack the archive'],
  ['PK\x05\x06', 'an empty zip archive', UNPACK],
  ['\x1f\x8b', 'a gzip file', UNPACK],
  ['\xfd7zXZ\0', 'an xz file', UNPACK],
  ['\x28\xb5\x2f\xfd', 'a zstd file', UNPACK],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive', UNPACK],
  ['Rar!\x1a\x07', 'a rar archive', UNPACK],
  ['SQLite format 3\0', 'a SQLite database', 'name it with --db, or export its table as CSV'],
  ['%PDF-', 'a PDF document', 'ask for the data as CSV; a PDF holds pages, not records'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an old Office document (.xls, .doc)', 'save the sheet as CSV (UTF-8)'],
  ['\x89PNG\r\n\x1a\n', 'a PNG picture', COLUMN_FILE],
  ['\xff\xd8\xff', 'a JPEG picture', COLUMN_FILE],
  ['GIF8', 'a GIF picture', COLUMN_FILE],
  ['\x7fELF', 'a program', COLUMN_FILE],
  ['Obj\x01', 'an Avro file', COLUMN_FILE],
];

const BYTE_ORDER_MARKS: readonly (readonly [mark: string, encoding: string])[] = [
  ['\xef\xbb\xbf', 'utf-8'],
  ['\xff\xfe\0\0', 'utf-32le'],
  ['\0\0\xfe\xff', 'utf-32be'],
  ['\xff\xfe', 'utf-16le'],
  ['\xfe\xff', 'utf-16be'],
];

/**
 * The encoding of a file by its first bytes: what was asked for, else by the byte order mark, else UTF-8.
 * @throws {CrmError} INPUT_NOT_TEXT when it is no text file, INPUT_UNDECODABLE when the mark contradicts what was asked
 * for, USAGE when what was asked for is no encoding.
 */
export function detectEncoding(head: Uint8Array, asked: string | undefined): string {
  const marked = byteOrderMark(head)?.encoding;
  refuseSignature(head);
  const named = asked === undefined ? undefined : encodingName(asked);
  if (marked !== undefined && named !== undefined && marked !== named && !(marked === 'utf-16be' && /^utf-?16$/i.test(asked ?? ''))) {
    throw new CrmError('INPUT_UNDECODABLE', `the file begins with the byte order mark of ${marked}, so it is not in ${named}`, {
      hint: 'leave --encoding out',
      details: { byteOffset: 0, line: 1, encoding: named },
    });
  }
  const encoding = marked ?? named ?? 'utf-8';
  if (!/^utf-(16|32)/.test(encoding)) refuseBinary(head);
  return encoding;
}

/** The byte order mark at the start of a file: its encoding and its length in bytes; null when there is none. */
export function byteOrderMark(head: Uint8Array): { readonly encoding: string; readonly bytes: number } | null {
  const start = Buffer.from(head.subarray(0, 4)).toString('latin1');
  const mark = BYTE_ORDER_MARKS.find(([bytes]) => start.startsWith(bytes));
  return mark === undefined ? null : { encoding: mark[1], bytes: mark[0].length };
}

/** Refuses files that begin like something else than text. @throws {CrmError} INPUT_NOT_TEXT */
export function refuseSignature(head: Uint8Array): void {
  const start = Buffer.from(head.subarray(0, 16)).toString('latin1');
  const signature = SIGNATURES.find(([magic]) => start.startsWith(magic));
  if (signature !== undefined) throw new CrmError('INPUT_NOT_TEXT', `not a text file but ${signature[1]}`, { hint: signature[2] });
}

/** Refuses files of which many of the first bytes are zero. @throws {CrmError} INPUT_NOT_TEXT */
export function refuseBinary(head: Uint8Array): void {
  const probe = head.subarray(0, BINARY_PROBE_BYTES);
  const nulBytes: [even: number, odd: number] = [0, 0];
  for (let i = 0; i < probe.length; i++) if (probe[i] === 0) nulBytes[(i & 1) as 0 | 1]++;
  const [even, odd] = nulBytes;
  if (even + odd < MIN_NUL_BYTES || (even + odd) * 10 < probe.length) return;
  if (even === 0 || odd === 0) {
    const encoding = even === 0 ? 'utf-16le' : 'utf-16be';
    throw new CrmError('INPUT_NOT_TEXT', `every other byte is zero: ${encoding} text without a byte order mark, or no text`, {
      hint: `if it is text, read it with --encoding ${encoding}`,
    });
  }
  throw new CrmError('INPUT_NOT_TEXT', 'not a text file: it holds many zero bytes', { hint: COLUMN_FILE });
}
