import { CrmError } from '../errors.ts';
import { prefixedAttribute, type XmlHandler, XmlScanner } from './xml-scanner.ts';
import { type NumberFormat, numberFormat } from './xlsx-number-format.ts';
import { damaged, type ZipArchive, type ZipEntry } from './zip-archive.ts';

/** A sheet as the workbook lists it. */
export interface SheetPart {
  readonly name: string;
  readonly isHidden: boolean;
  readonly entry: ZipEntry;
}

/** What a workbook holds beside its sheets. */
export interface WorkbookParts {
  /** Worksheets in the order of their tabs, hidden ones too. */
  readonly sheets: readonly SheetPart[];
  /** Texts that cells refer to by number. */
  readonly strings: readonly string[];
  /** Number formats that cells refer to by number. */
  readonly formats: readonly NumberFormat[];
  /** The format of cells that name none that is there. */
  readonly general: NumberFormat;
}

const MIB = 2 ** 20;
/** What is held in memory. */
const MAX_STRINGS_BYTES = 256 * MIB;
const MAX_PART_BYTES = 64 * MIB;
const MAX_STRINGS = 8_000_000;
const ESCAPE = /_x([0-9A-Fa-f]{4})_/g;
/** Other kinds of archives: a part that tells them, what they are, what to do. */
const OTHER_KINDS: readonly (readonly [part: string, kind: string, hint: string])[] = [
  ['xl/workbook.bin', 'a binary workbook (.xlsb)', 'save it as .xlsx, or the sheet as CSV (UTF-8)'],
  ['content.xml', 'an OpenDocument file (.ods)', 'save it as .xlsx, or the sheet as CSV (UTF-8)'],
  ['index/document.iwa', 'a Numbers document', 'export it as .xlsx or CSV (UTF-8)'],
  ['word/document.xml', 'a Word document', 'put its table into a sheet, and save that as .xlsx or CSV (UTF-8)'],
];

/**
 * Reads all parts of a workbook but its sheets.
 * @throws {CrmError} INPUT_NOT_TEXT when the archive holds no workbook, INPUT_UNREADABLE when it is damaged, INPUT_TOO_LARGE
 */
export function readParts(zip: ZipArchive): WorkbookParts {
  const path = workbookPath(zip);
  const { sheets, is1904 } = readWorkbookPart(zip, path);
  const relations = readRelations(zip, path);
  const found: SheetPart[] = [];
  for (const { name, id, isHidden } of sheets) {
    const relation = relations.get(id);
    if (relation === undefined || !relation.type.endsWith('/worksheet')) continue; // a chart
    const entry = zip.entry(relation.target);
    if (entry === undefined) throw damaged('a sheet is missing');
    found.push({ name, isHidden, entry });
  }
  const partOf = (type: string): ZipEntry | undefined => {
    const relation = [...relations.values()].find((candidate) => candidate.type.endsWith(type));
    return relation === undefined ? undefined : zip.entry(relation.target);
  };
  const styles = partOf('/styles');
  return {
    sheets: found,
    strings: readStrings(zip, partOf('/sharedStrings')),
    formats: styles === undefined ? [] : readFormats(zip, styles, is1904),
    general: numberFormat(0, undefined, is1904),
  };
}

/** A text of a cell: characters that XML cannot hold are written `_x000D_`. */
export function cellText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(ESCAPE, (written, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code >= 0xd800 && code <= 0xdfff ? written : String.fromCharCode(code);
  });
}

function workbookPath(zip: ZipArchive): string {
  const relation = [...readRelations(zip, '').values()].find(({ type }) => type.endsWith('/officeDocument'));
  const path = relation?.target ?? 'xl/workbook.xml';
  const other = OTHER_KINDS.find(([part]) => zip.entry(part) !== undefined);
  if (other !== undefined) throw new CrmError('INPUT_NOT_TEXT', `not a workbook that can be read but ${other[1]}`, { hint: other[2] });
  if (zip.entry(path) !== undefined) return path;
  throw new CrmError('INPUT_NOT_TEXT', 'not a text file but a zip archive without a workbook in it', {
    hint: 'unpack it first, and name the file in it',
  });
}

function scan(zip: ZipArchive, entry: ZipEntry, maxBytes: number, what: string, handler: XmlHandler): void {
  const scanner = new XmlScanner(what, handler);
  for (const chunk of zip.unpack(entry, maxBytes, what)) scanner.push(chunk);
  scanner.end();
}

function readRelations(zip: ZipArchive, path: string): Map<string, { readonly type: string; readonly target: string }> {
  const slash = path.lastIndexOf('/') + 1;
  const folder = path.slice(0, slash);
  const relations = new Map<string, { type: string; target: string }>();
  const entry = zip.entry(`${folder}_rels/${path.slice(slash)}.rels`);
  if (entry === undefined) return relations;
  scan(zip, entry, MAX_PART_BYTES, 'the list of parts', {
    open: (name, { Id = '', Type = '', Target = '' }) => {
      if (name === 'Relationship') relations.set(Id, { type: Type, target: resolved(folder, Target) });
    },
    text: () => {},
    close: () => {},
  });
  return relations;
}

function resolved(folder: string, target: string): string {
  try {
    return new URL(target, `part:/${folder}`).pathname.slice(1);
  } catch {
    return ''; // a link to somewhere else
  }
}

function readWorkbookPart(zip: ZipArchive, path: string): { sheets: { name: string; id: string; isHidden: boolean }[]; is1904: boolean } {
  const sheets: { name: string; id: string; isHidden: boolean }[] = [];
  let is1904 = false;
  scan(zip, zip.entry(path) as ZipEntry, MAX_PART_BYTES, 'the list of sheets', {
    open: (name, attributes) => {
      if (name === 'workbookPr') is1904 = attributes.date1904 === '1' || attributes.date1904 === 'true';
      if (name !== 'sheet') return;
      const isHidden = attributes.state === 'hidden' || attributes.state === 'veryHidden';
      sheets.push({ name: attributes.name ?? '', id: prefixedAttribute(attributes, 'id') ?? '', isHidden });
    },
    text: () => {},
    close: () => {},
  });
  return { sheets, is1904 };
}

function readStrings(zip: ZipArchive, entry: ZipEntry | undefined): string[] {
  const strings: string[] = [];
  if (entry === undefined) return strings;
  let text = '';
  let isText = false;
  let phonetic = 0;
  scan(zip, entry, MAX_STRINGS_BYTES, 'the texts', {
    open: (name) => {
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic++;
      else if (name === 't') isText = phonetic === 0;
    },
    text: (part) => {
      if (isText) text += part;
    },
    close: (name) => {
      if (name === 't') isText = false;
      else if (name === 'rPh') phonetic--;
      else if (name === 'si') strings.push(cellText(text));
      if (strings.length > MAX_STRINGS) {
        throw new CrmError('INPUT_TOO_LARGE', `the workbook holds more than ${MAX_STRINGS} different texts`, {
          hint: 'save the sheet as CSV (UTF-8): that can be of any size',
        });
      }
    },
  });
  return strings;
}

function readFormats(zip: ZipArchive, entry: ZipEntry, is1904: boolean): NumberFormat[] {
  const codes = new Map<number, string>();
  const ids: number[] = [];
  let list = '';
  scan(zip, entry, MAX_PART_BYTES, 'the styles', {
    open: (name, attributes) => {
      if (name === 'numFmts' || name === 'cellXfs') list = name;
      else if (name === 'numFmt' && list === 'numFmts') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '');
      else if (name === 'xf' && list === 'cellXfs') ids.push(Number(attributes.numFmtId ?? 0));
    },
    text: () => {},
    close: (name) => {
      if (name === list) list = '';
    },
  });
  const byId = new Map([...new Set(ids)].map((id) => [id, numberFormat(id, codes.get(id), is1904)] as const));
  return ids.map((id) => byId.get(id) as NumberFormat);
}
