import { NARROW_TEXT, NULL_TEXT, type PackedTexts } from '../model/packed-texts.ts';
import type { BulkLoad, PackedColumn } from './connection.ts';
import type { SqlValue } from './engine.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const BACKSLASH = 92;
const NULL_CELL = Buffer.from('\\N');
const FIRST_CAPACITY = 512 * 1024;
/** Bytes of COPY text that may follow one byte or code unit at most. */
const MAX_BYTES_PER_UNIT = 3;
const NEEDS_ESCAPE = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Rows as PostgreSQL's COPY reads them (its text format, UTF-8), written without making a string of every cell. */
export function copyText({ columns, rows, pick }: BulkLoad): Buffer {
  const text = new CopyText();
  const cells = columns.map((column): PackedColumn | Buffer => ('constant' in column ? constantCell(column.constant) : column));
  const count = pick === undefined ? rows.count : pick.length;
  for (let i = 0; i < count; i++) {
    const row = pick === undefined ? i : (pick[i] as number);
    for (let c = 0; c < cells.length; c++) {
      if (c > 0) text.addByte(TAB);
      const cell = cells[c] as PackedColumn | Buffer;
      if (cell instanceof Buffer) text.addBytes(cell);
      else if ('integers' in cell) text.addAscii(String(cell.integers[row]));
      else if ('texts' in cell) text.addPacked(cell.texts, row, '');
      else if ('cell' in cell) text.addPacked(rows.texts, row * rows.width + cell.cell, null);
    }
    text.addByte(LF);
  }
  return text.bytes;
}

/** Rows of cells as COPY reads them; bytes as `bytea`. */
export function rowsCopyText(rows: readonly (readonly SqlValue[])[]): Buffer {
  let text = '';
  for (const row of rows) {
    for (let c = 0; c < row.length; c++) {
      const cell = row[c] as SqlValue;
      if (c > 0) text += '\t';
      if (cell === null) text += '\\N';
      else if (typeof cell === 'string') text += NEEDS_ESCAPE.test(cell) ? escaped(cell) : cell;
      else text += cell instanceof Uint8Array ? `\\\\x${Buffer.from(cell).toString('hex')}` : String(cell);
    }
    text += '\n';
  }
  return Buffer.from(text);
}

function constantCell(value: SqlValue): Buffer {
  return value === null ? NULL_CELL : Buffer.from(escaped(String(value)));
}

function escaped(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] as string);
}

class CopyText {
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  #length = 0;

  /** What was added so far. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  addByte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  addBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.#buffer[this.#length++] = bytes[i] as number;
  }

  addAscii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#buffer[this.#length++] = text.charCodeAt(i);
  }

  /** Adds a packed text, or `missing` (null: NULL) where there is none. */
  addPacked(texts: PackedTexts, at: number, missing: '' | null): void {
    const kind = texts.data.kinds[at];
    if (kind === NULL_TEXT) {
      if (missing === null) this.addBytes(NULL_CELL);
    } else if (kind === NARROW_TEXT) {
      this.#addNarrow(texts.data.narrow, texts.data.starts[at] as number, texts.data.ends[at] as number);
    } else {
      const text = escaped(texts.text(at) as string);
      this.#reserve(text.length * MAX_BYTES_PER_UNIT);
      this.#length += this.#buffer.write(text, this.#length, 'utf8');
    }
  }

  #addNarrow(narrow: Uint8Array, start: number, end: number): void {
    this.#reserve((end - start) * MAX_BYTES_PER_UNIT);
    const buffer = this.#buffer;
    let to = this.#length;
    for (let i = start; i < end; i++) {
      const unit = narrow[i] as number;
      if (unit > 127) {
        buffer[to++] = 0xc0 | (unit >> 6);
        buffer[to++] = 0x80 | (unit & 0x3f);
      } else if (unit === BACKSLASH || unit === TAB || unit === LF || unit === CR) {
        buffer[to++] = BACKSLASH;
        buffer[to++] = unit === TAB ? 116 : unit === LF ? 110 : unit === CR ? 114 : BACKSLASH;
      } else buffer[to++] = unit;
    }
    this.#length = to;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#length + bytes, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
