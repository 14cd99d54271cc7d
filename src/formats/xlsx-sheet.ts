import { CrmError } from '../errors.ts';
import { cellText, type SheetPart, type WorkbookParts } from './xlsx-parts.ts';
import { type XmlHandler, XmlScanner } from './xml-scanner.ts';
import { damaged, type ZipArchive } from './zip-archive.ts';

/** A row of a sheet that has something in it. */
export interface SheetRow {
  /** From 1. */
  readonly number: number;
  /** By column from 0; undefined or empty where nothing is. */
  readonly cells: readonly (string | undefined)[];
  /** Whether a formula has no value: the program that wrote the file did not calculate it. */
  readonly lacksValue: boolean;
}

/** Cells joined to one, from 0, both ends within. */
export interface Merge {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

const MAX_SHEET_BYTES = 2 ** 30;
const MAX_COLUMNS = 16_384;
/** Of merged cells only those of a header matter, and that is near the top. */
const MAX_MERGE_ROW = 200;
const MERGE = /<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"/g;
/** Longer than a `mergeCell` element. */
const OVERLAP = 200;

/**
 * The rows of a sheet that are not blank, in lists as they come from the file.
 * @throws {CrmError} INPUT_UNREADABLE when the sheet is damaged, INPUT_TOO_LARGE when it unpacks to more than 1 GiB, or one
 * cell is longer than `maxCellLength` characters
 */
export function* sheetRows(zip: ZipArchive, sheet: SheetPart, parts: WorkbookParts, maxCellLength: number): Generator<SheetRow[], void> {
  const rows = new RowCollector(parts, maxCellLength);
  const scanner = new XmlScanner('the sheet', rows);
  for (const chunk of zip.unpack(sheet.entry, MAX_SHEET_BYTES, 'the sheet')) {
    scanner.push(chunk);
    if (rows.rows.length > 0) yield rows.rows.splice(0);
  }
  scanner.end();
  yield rows.rows;
}

/** The merged cells near the top of a sheet. They stand behind the rows in the file, so it is looked through for them. */
export function sheetMerges(zip: ZipArchive, sheet: SheetPart): Merge[] {
  const merges: Merge[] = [];
  let rest = '';
  for (const chunk of zip.unpack(sheet.entry, MAX_SHEET_BYTES, 'the sheet')) {
    const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    let found = 0;
    for (const match of text.matchAll(MERGE)) {
      const [, left = '', top, right = '', bottom] = match;
      if (Number(top) <= MAX_MERGE_ROW) {
        merges.push({ top: Number(top) - 1, bottom: Number(bottom) - 1, left: columnIndex(left), right: columnIndex(right) });
      }
      found = match.index + match[0].length;
    }
    rest = text.slice(Math.max(found, text.length - OVERLAP));
  }
  return merges;
}

/** Puts rows together from the elements of a sheet. */
class RowCollector implements XmlHandler {
  readonly rows: SheetRow[] = [];
  readonly #parts: WorkbookParts;
  readonly #maxCellLength: number;
  #cells: (string | undefined)[] = [];
  #row = 0;
  #column = -1;
  #type = '';
  #style = 0;
  #text = '';
  #isText = false;
  #hasFormula = false;
  #lacksValue = false;
  #phonetic = 0;

  constructor(parts: WorkbookParts, maxCellLength: number) {
    this.#parts = parts;
    this.#maxCellLength = maxCellLength;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'c') this.#openCell(attributes);
    else if (name === 'v') this.#isText = true;
    else if (name === 't') this.#isText = this.#phonetic === 0;
    else if (name === 'f') this.#hasFormula = true;
    else if (name === 'rPh') this.#phonetic++;
    else if (name === 'row') {
      const number = Number(attributes.r ?? this.#row + 1);
      if (!Number.isInteger(number) || number < 1) throw damaged('a row has no number');
      this.#row = number;
      this.#column = -1;
      this.#cells = [];
      this.#lacksValue = false;
    }
  }

  text(text: string): void {
    if (!this.#isText) return;
    this.#text += text;
    if (this.#text.length > this.#maxCellLength) {
      throw new CrmError('INPUT_TOO_LARGE', `a cell is longer than ${this.#maxCellLength} characters (row ${this.#row})`, {
        hint: 'shorten or remove it',
        details: { line: this.#row },
      });
    }
  }

  close(name: string): void {
    if (name === 'c') this.#closeCell();
    else if (name === 'v' || name === 't') this.#isText = false;
    else if (name === 'rPh') this.#phonetic--;
    else if (name === 'row' && this.#cells.some((cell) => cell !== undefined && cell.trim() !== '')) {
      this.rows.push({ number: this.#row, cells: this.#cells, lacksValue: this.#lacksValue });
    }
  }

  #openCell({ r, t = 'n', s = '0' }: Readonly<Record<string, string>>): void {
    this.#column = r === undefined ? this.#column + 1 : columnIndex(r.replace(/\d+$/, ''));
    if (!(this.#column >= 0 && this.#column < MAX_COLUMNS)) throw damaged(`a cell of row ${this.#row} has no place`);
    this.#type = t;
    this.#style = Number(s);
    this.#text = '';
    this.#hasFormula = false;
  }

  #closeCell(): void {
    if (this.#text === '') {
      if (this.#hasFormula && this.#type !== 'str') this.#lacksValue = true;
      return;
    }
    this.#cells[this.#column] = this.#value(this.#text);
  }

  #value(text: string): string {
    const { strings, formats, general } = this.#parts;
    switch (this.#type) {
      case 's': {
        const shared = strings[Number(text)];
        if (shared === undefined) throw damaged(`a text of row ${this.#row} is missing`);
        return shared;
      }
      case 'n':
        return (formats[this.#style] ?? general)(text);
      case 'b':
        return text === '1' ? 'true' : 'false';
      case 'str':
      case 'inlineStr':
        return cellText(text);
      default:
        return text; // errors (#REF!) and ISO dates stand as they are
    }
  }
}

/** `A` is 0, `AB` is 27; -1 for what is no column. */
function columnIndex(letters: string): number {
  let index = 0;
  for (let i = 0; i < letters.length; i++) {
    const digit = letters.charCodeAt(i) - 64;
    if (digit < 1 || digit > 26) return -1;
    index = index * 26 + digit;
  }
  return index - 1;
}
