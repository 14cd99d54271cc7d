import { CrmError } from '../errors.ts';
import type { FileSource } from './file-source.ts';
import { type FormatName, formatOf } from './index.ts';
import { oldOfficeProblem } from './old-office.ts';

/** The format of a file, and whether its name says another one. */
export interface DetectedFormat {
  readonly format: FormatName;
  /** What the name says, where the content is something else; else null. */
  readonly named: string | null;
}

const HEAD_BYTES = 64 * 1024;
const HTML = /^<(?:!doctype html|html|head|meta|body|table|div|style|!--)/i;
const XML_SHEET = /^<\?xml[\s\S]{0,2000}?(?:<Workbook|Excel\.Sheet)/;
const JSON_ARRAY = /^\[\s*(?:\{\s*["}]|\]|$)/;
const JSON_OBJECT = /^\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}|$)/;
const VCARD = /^BEGIN\s*:\s*VCARD\s*$/im;
const SHEET_NAMES: ReadonlySet<string> = new Set(['xls', 'xlsx', 'xlsm']);
const LINE_NAMES: ReadonlySet<string> = new Set(['ndjson', 'jsonl']);
const ANY_JSON: ReadonlySet<string> = new Set(['json', ...LINE_NAMES]);

/**
 * Says what a file is: by its first bytes, then by its name (`.gz` at its end does not count), else CSV. An `explicit`
 * format is taken as it is; only `json` stands for both, an array or object and one object a line.
 * @throws {CrmError} USAGE when there is no format of the explicit name, INPUT_NOT_TEXT when it is a kind of file that cannot
 * be read, with what to do instead
 */
export function detectFormat(source: FileSource, fileName: string, explicit?: string): DetectedFormat {
  const name = fileName.replace(/\.gz$/i, '');
  const ending = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const given = explicit?.trim().toLowerCase();
  if (given !== undefined && given !== 'json') return { format: formatOf(name, given), named: null };
  const head = source.read(0, HEAD_BYTES);
  const text = textOf(head);
  if (given === 'json') return { format: jsonKind(text, head.length < source.sizeBytes, '') ?? 'json', named: null };
  const found = contentOf(source, head, text, ending);
  const byName = SHEET_NAMES.has(ending) && found === null ? 'csv' : formatOf(name);
  if (found === null) return { format: byName, named: SHEET_NAMES.has(ending) ? ending : null };
  const agrees = found === byName || (ANY_JSON.has(ending) && (found === 'json' || found === 'ndjson'));
  return { format: found, named: agrees || !isNamed(name) ? null : ending };
}

/** What the content is without doubt; null where only the name can tell. */
function contentOf(source: FileSource, head: Uint8Array, text: string, ending: string): FormatName | null {
  if (startsWith(head, [0x50, 0x4b, 3, 4])) return 'xlsx';
  const problem = oldOfficeProblem(source, head);
  if (problem !== null) throw problem;
  if (HTML.test(text)) {
    throw new CrmError('INPUT_NOT_TEXT', 'not a table but a web page (HTML), whatever its name says', {
      hint: 'open it in a spreadsheet program and save the sheet as .xlsx or CSV (UTF-8)',
    });
  }
  if (XML_SHEET.test(text)) {
    throw new CrmError('INPUT_NOT_TEXT', 'not a text table but an XML spreadsheet of 2003', {
      hint: 'open it in a spreadsheet program and save the sheet as .xlsx or CSV (UTF-8)',
    });
  }
  if (VCARD.test(text.slice(0, 1024).split(/[\r\n]/, 1)[0] as string)) return 'vcard';
  return jsonKind(text, head.length < source.sizeBytes, ending);
}

/** Tells an array or one object (`json`) from one object a line (`ndjson`); null where it is neither. */
function jsonKind(text: string, isCut: boolean, ending: string): FormatName | null {
  if (JSON_ARRAY.test(text)) return LINE_NAMES.has(ending) ? null : 'json';
  if (!JSON_OBJECT.test(text)) return null;
  if (LINE_NAMES.has(ending)) return 'ndjson';
  const lineEnd = text.indexOf('\n');
  if (lineEnd < 0 && isCut) return /^\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\[\s*\{/.test(text) ? 'json' : 'ndjson';
  const first = (lineEnd < 0 ? text : text.slice(0, lineEnd)).trim();
  const rest = lineEnd < 0 ? '' : text.slice(lineEnd).trimStart();
  if (isObject(first)) return rest === '' ? 'json' : 'ndjson';
  return first.endsWith('}') && rest.startsWith('{') ? 'ndjson' : 'json';
}

function isObject(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The beginning of the file as far as ASCII goes, without a byte order mark and blanks before it. */
function textOf(head: Uint8Array): string {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (startsWith(head, [0xff, 0xfe])) return bytes.subarray(2).toString('utf16le').trimStart();
  if (startsWith(head, [0xfe, 0xff]))
    return Buffer.from(bytes.subarray(2, bytes.length & ~1))
      .swap16()
      .toString('utf16le')
      .trimStart();
  return bytes
    .subarray(startsWith(head, [0xef, 0xbb, 0xbf]) ? 3 : 0)
    .toString('latin1')
    .trimStart();
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function isNamed(name: string): boolean {
  return formatOf(name, undefined) !== 'csv' || /\.(csv|tsv|txt|psv|xls|xlsm)$/i.test(name);
}
