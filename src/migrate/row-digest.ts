import { createHash, type Hash } from 'node:crypto';
import type { Cell, Row } from '../model/table-schema.ts';

const TAGS = { null: 0, false: 1, true: 2, number: 3, text: 4, bytes: 5, array: 6 } as const;
const HEAD_BYTES = 5;
const START_BYTES = 1024;

/** Writes cells so that no two different rows give the same bytes: of each a tag, the length, and the content. */
class RowBytes {
  #bytes = Buffer.allocUnsafe(START_BYTES);
  #length = 0;

  /** The bytes of a row, which are good until the next call. */
  of(row: Row): Buffer {
    this.#length = 0;
    this.#head(TAGS.array, row.length);
    for (let i = 0; i < row.length; i++) this.#cell(row[i] as Cell);
    return this.#bytes.subarray(0, this.#length);
  }

  #cell(cell: Cell): void {
    if (cell === null) this.#head(TAGS.null, 0);
    else if (typeof cell === 'string') this.#text(TAGS.text, cell);
    else if (typeof cell === 'boolean') this.#head(cell ? TAGS.true : TAGS.false, 0);
    else if (typeof cell === 'number' || typeof cell === 'bigint') this.#text(TAGS.number, String(cell));
    else if (cell instanceof Uint8Array) this.#content(cell);
    else {
      this.#head(TAGS.array, cell.length);
      for (const element of cell) this.#cell(element);
    }
  }

  #head(tag: number, length: number): void {
    this.#reserve(HEAD_BYTES);
    this.#bytes[this.#length] = tag;
    this.#bytes.writeUInt32LE(length, this.#length + 1);
    this.#length += HEAD_BYTES;
  }

  #text(tag: number, text: string): void {
    this.#reserve(HEAD_BYTES + text.length * 3);
    const length = this.#bytes.write(text, this.#length + HEAD_BYTES, 'utf8');
    this.#head(tag, length);
    this.#length += length;
  }

  #content(content: Uint8Array): void {
    this.#head(TAGS.bytes, content.length);
    this.#reserve(content.length);
    this.#bytes.set(content, this.#length);
    this.#length += content.length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe((this.#length + bytes) * 2);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

const rowBytes = new RowBytes();

/** SHA-256 of rows, one after the other, whose cells are in comparable form. */
export class BlockDigest {
  readonly #hash: Hash = createHash('sha256');

  /** Adds a row. */
  add(row: Row): this {
    this.#hash.update(rowBytes.of(row));
    return this;
  }

  /** The 32 bytes; nothing can be added after. */
  digest(): Buffer {
    return this.#hash.digest();
  }
}

/** SHA-256 of one row of cells in comparable form. */
export function rowDigest(row: Row): Buffer {
  return new BlockDigest().add(row).digest();
}
