import type { Cell, ColumnType, Row } from '../model/table-schema.ts';
import { postgresText } from './postgres-cell.ts';

const LF = 10;
const UNESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const SPECIAL = /[\\\t\n\r]/;

/** Reads rows of COPY's text format, whose pieces may end anywhere. */
export class CopyRows {
  readonly #decoders: readonly (((text: string) => Cell) | null)[];
  readonly #decoded: readonly number[];
  #rest: Buffer = Buffer.alloc(0);

  /** @param decoders one for each column */
  constructor(decoders: readonly (((text: string) => Cell) | null)[]) {
    this.#decoders = decoders;
    this.#decoded = decoders.flatMap((decoder, i) => (decoder === null ? [] : [i]));
  }

  /** The rows that end in this piece. */
  add(piece: Buffer): Row[] {
    const end = piece.lastIndexOf(LF) + 1;
    if (end === 0) {
      this.#rest = Buffer.concat([this.#rest, piece]);
      return [];
    }
    const text =
      this.#rest.length === 0
        ? piece.toString('utf8', 0, end - 1)
        : Buffer.concat([this.#rest, piece.subarray(0, end - 1)]).toString('utf8');
    // A copy: the piece belongs to the network.
    this.#rest = Buffer.from(piece.subarray(end));
    const rows: Row[] = [];
    for (const line of text.split('\n')) rows.push(this.#row(line));
    return rows;
  }

  #row(line: string): Row {
    const cells: Cell[] = this.#decoders.length === 0 ? [] : line.split('\t');
    if (line.includes('\\')) {
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i] as string;
        if (cell === '\\N') cells[i] = null;
        else if (cell.includes('\\')) cells[i] = cell.replace(/\\(.)/g, (_, sign: string) => UNESCAPED[sign] ?? sign);
      }
    }
    for (const i of this.#decoded) {
      const cell = cells[i] as string | null;
      if (cell !== null) cells[i] = (this.#decoders[i] as (text: string) => Cell)(cell);
    }
    return cells;
  }
}

/** Rows in COPY's text format. */
export function copyText(rows: readonly Row[], types: readonly ColumnType[]): Buffer {
  let text = '';
  for (const row of rows) {
    for (let i = 0; i < types.length; i++) {
      if (i > 0) text += '\t';
      const cell = row[i] as Cell;
      if (cell === null) text += '\\N';
      else if (typeof cell === 'number' && cell !== 0) text += cell;
      else {
        const value = postgresText(cell, types[i] as ColumnType);
        text += SPECIAL.test(value) ? value.replace(/[\\\t\n\r]/g, (sign) => ESCAPED[sign] as string) : value;
      }
    }
    text += '\n';
  }
  return Buffer.from(text, 'utf8');
}
