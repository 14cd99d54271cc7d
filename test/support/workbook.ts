import { strToU8, zipSync } from 'fflate';

/** A cell: a text, a number, or XML for what is neither. */
export type WorkbookCell =
  | string
  | number
  | boolean
  | null
  | { readonly xml: string }
  | { readonly value: string | number; readonly style: number };

/** A sheet of a workbook under test. */
export interface WorkbookSheet {
  readonly name: string;
  readonly rows: readonly (readonly WorkbookCell[])[];
  readonly hidden?: boolean;
  /** `A1:B1` … */
  readonly merges?: readonly string[];
}

/** What a workbook is made with beside its sheets. */
export interface WorkbookOptions {
  /** Number formats, built in by number or as codes; cells name them by index, from 1. */
  readonly formats?: readonly (number | string)[];
  readonly date1904?: boolean;
  /** Parts put in or replaced, by path. */
  readonly parts?: Readonly<Record<string, string | null>>;
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';

/** The bytes of an .xlsx workbook with these sheets; texts are shared, as spreadsheet programs write them. */
export function workbook(sheets: readonly WorkbookSheet[], options: WorkbookOptions = {}): Uint8Array {
  const strings: string[] = [];
  const parts: Record<string, string | null> = {
    '[Content_Types].xml': contentTypes(sheets.length),
    '_rels/.rels': relations([['rId1', `${DOCUMENT}/officeDocument`, 'xl/workbook.xml']]),
    'xl/workbook.xml': workbookPart(sheets, options.date1904 ?? false),
    'xl/_rels/workbook.xml.rels': relations([
      ...sheets.map((_, i) => [`rId${i + 1}`, `${DOCUMENT}/worksheet`, `worksheets/sheet${i + 1}.xml`] as const),
      ['rIdS', `${DOCUMENT}/sharedStrings`, 'sharedStrings.xml'],
      ['rIdT', `${DOCUMENT}/styles`, '/xl/styles.xml'],
    ]),
    'xl/styles.xml': styles(options.formats ?? []),
  };
  for (const [i, sheet] of sheets.entries()) parts[`xl/worksheets/sheet${i + 1}.xml`] = sheetPart(sheet, strings);
  parts['xl/sharedStrings.xml'] = xml(
    `<sst xmlns="${MAIN}">${strings.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')}</sst>`,
  );
  const files = Object.entries({ ...parts, ...options.parts }).filter((entry): entry is [string, string] => entry[1] !== null);
  return zipSync(Object.fromEntries(files.map(([path, text]) => [path, strToU8(text)])), { mtime: new Date(2000, 0, 1) });
}

function sheetPart({ rows, merges = [] }: WorkbookSheet, strings: string[]): string {
  const lines = rows.map((cells, row) => {
    const written = cells.map((cell, column) => cellXml(cell, `${columnName(column)}${row + 1}`, strings)).join('');
    return written === '' ? '' : `<row r="${row + 1}">${written}</row>`;
  });
  const merged =
    merges.length === 0
      ? ''
      : `<mergeCells count="${merges.length}">${merges.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`;
  return xml(`<worksheet xmlns="${MAIN}"><sheetData>${lines.join('')}</sheetData>${merged}</worksheet>`);
}

function cellXml(cell: WorkbookCell, ref: string, strings: string[]): string {
  if (cell === null || cell === '') return '';
  if (typeof cell === 'number') return `<c r="${ref}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${ref}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (typeof cell === 'object' && 'xml' in cell) return cell.xml.replace('<c', `<c r="${ref}"`);
  const { value, style } = typeof cell === 'object' ? cell : { value: cell, style: 0 };
  if (typeof value === 'number') return `<c r="${ref}" s="${style}"><v>${value}</v></c>`;
  const known = strings.indexOf(value);
  const index = known >= 0 ? known : strings.push(value) - 1;
  return `<c r="${ref}" s="${style}" t="s"><v>${index}</v></c>`;
}

function styles(formats: readonly (number | string)[]): string {
  const own = formats.flatMap((format, i) =>
    typeof format === 'string' ? [`<numFmt numFmtId="${164 + i}" formatCode="${escaped(format)}"/>`] : [],
  );
  const xfs = formats.map((format, i) => `<xf numFmtId="${typeof format === 'string' ? 164 + i : format}" applyNumberFormat="1"/>`);
  return xml(
    `<styleSheet xmlns="${MAIN}"><numFmts count="${own.length}">${own.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
      `<cellXfs count="${xfs.length + 1}"><xf numFmtId="0"/>${xfs.join('')}</cellXfs></styleSheet>`,
  );
}

function workbookPart(sheets: readonly WorkbookSheet[], date1904: boolean): string {
  const list = sheets.map(
    ({ name, hidden }, i) =>
      `<sheet name="${escaped(name)}" sheetId="${i + 1}"${hidden === true ? ' state="hidden"' : ''} r:id="rId${i + 1}"/>`,
  );
  return xml(
    `<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${list.join('')}</sheets></workbook>`,
  );
}

function relations(list: readonly (readonly [id: string, type: string, target: string])[]): string {
  return xml(
    `<Relationships xmlns="${PACKAGE}">${list.map(([id, type, target]) => `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`).join('')}</Relationships>`,
  );
}

function contentTypes(sheets: number): string {
  const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const part = (path: string, type: string): string => `<Override PartName="${path}" ContentType="${kind}.${type}+xml"/>`;
  return xml(
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Default Extension="xml" ContentType="application/xml"/>${part('/xl/workbook.xml', 'sheet.main')}${part('/xl/styles.xml', 'styles')}${part('/xl/sharedStrings.xml', 'sharedStrings')}` +
      `${Array.from({ length: sheets }, (_, i) => part(`/xl/worksheets/sheet${i + 1}.xml`, 'worksheet')).join('')}</Types>`,
  );
}

function xml(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${body}`;
}

function columnName(column: number): string {
  return column < 26 ? String.fromCharCode(65 + column) : columnName(Math.floor(column / 26) - 1) + columnName(column % 26);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
