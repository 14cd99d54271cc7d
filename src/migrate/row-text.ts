import type { Cell, ColumnType, Row } from '../model/table-schema.ts';

/** Writes a cell that is there; null: it is none of its type, and no text says what it is. */
type CellText = (cell: Exclude<Cell, null>) => string | null;

/** What a text of the server has instead of each of these; others stand as they are. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};
const ESCAPED = /[\b\t\n\v\f\r\\]/;
const ALL_ESCAPED = new RegExp(ESCAPED, 'g');
const REPLACEMENT = Buffer.from('\ufffd');
const HALF_PAIR = /\p{Surrogate}/u;
/** Decimal digits before the point up to which a float is written without an exponent, and zeros behind it. */
const PLAIN_DIGITS = { 32: 6, 64: 15 } as const;
const PLAIN_ZEROS = 4;

/**
 * Writes rows as PostgreSQL's COPY … TO does, from cells. It verifies what was written, and so it has nothing in common with what
 * writes rows: neither with the text that SQLite puts together, nor with what sends cells to the server.
 */
export class RowText {
  readonly #cells: readonly CellText[];

  private constructor(cells: readonly CellText[]) {
    this.#cells = cells;
  }

  /** @param types of the cells; null: one of them has values that can be written in more than one way */
  static of(types: readonly ColumnType[]): RowText | null {
    const cells = types.map(cellText);
    return cells.includes(null) ? null : new RowText(cells as CellText[]);
  }

  /** Rows as text in UTF-8; null where a cell is none of its type, or its text would not tell it from another one. */
  write(rows: readonly Row[]): Buffer | null {
    const cells = this.#cells;
    const width = cells.length;
    let text = '';
    for (const row of rows) {
      for (let at = 0; at < width; at++) {
        if (at > 0) text += '\t';
        const cell = row[at] as Cell;
        if (cell === null) text += '\\N';
        else {
          const written = (cells[at] as CellText)(cell);
          if (written === null) return null;
          text += written;
        }
      }
      text += '\n';
    }
    const bytes = Buffer.from(text, 'utf8');
    // Half of a pair has no bytes of its own in UTF-8, but those of the sign that stands for anything.
    return bytes.includes(REPLACEMENT) && HALF_PAIR.test(text) ? null : bytes;
  }
}

function cellText(type: ColumnType): CellText | null {
  switch (type.kind) {
    case 'integer':
      return integerText;
    case 'boolean':
      return (cell) => (cell === true ? 't' : cell === false ? 'f' : null);
    case 'text':
      // Blanks at the end of others mean nothing.
      return type.fixed ? null : plainText;
    case 'date':
    case 'uuid':
      return plainText;
    case 'timestamp':
      return type.zone ? zonedText : plainText;
    case 'bytes':
      return (cell) => (cell instanceof Uint8Array ? `\\\\x${hexOf(cell)}` : null);
    case 'float':
      return floatText(PLAIN_DIGITS[type.bits]);
    default:
      return null;
  }
}

const plainText: CellText = (cell) => {
  if (typeof cell !== 'string') return null;
  return ESCAPED.test(cell) ? cell.replace(ALL_ESCAPED, (sign) => ESCAPES[sign] as string) : cell;
};

const integerText: CellText = (cell) =>
  (typeof cell === 'number' && Number.isSafeInteger(cell)) || typeof cell === 'bigint' ? String(cell) : null;

/** Sessions are in UTC. */
const zonedText: CellText = (cell) => (typeof cell === 'string' && cell.endsWith('Z') ? plainText(`${cell.slice(0, -1)}+00`) : null);

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** The shortest digits that mean a number, as the server writes them: `0.0001`, `1e-05`, `123456`, `1.5e+20`. */
function floatText(plainDigits: number): CellText {
  return (cell) => {
    if (typeof cell !== 'number') return null;
    if (!Number.isFinite(cell) || cell === 0) return Object.is(cell, -0) ? '-0' : String(cell);
    const [mantissa = '', power = '0'] = cell.toExponential().split('e');
    const exponent = Number(power);
    if (exponent < -PLAIN_ZEROS || exponent >= plainDigits) {
      const size = String(Math.abs(exponent)).padStart(2, '0');
      return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
    }
    return String(cell);
  };
}
