import type { Cell, ColumnType } from '../model/table-schema.ts';
import { bytesOf, cellOfToken, hexOf, numberOf, numberText, tokenOf, unfit } from './json-tokens.ts';

/** How NULL is written where a text cannot be absent. */
export const NULL_TEXT = '\\N';
const NUMBER = /^(?:-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|NaN|-?Infinity)$/i;
const NO_TEXT = /^\\|\0|\p{Surrogate}/u;

/**
 * Any cell as a text that says which it is: `\N` is NULL, `\x00ff` bytes, `\"…"` a text in JSON, for those that begin
 * with a backslash, hold U+0000, or look like a number in a column without a type. All else stands as it is.
 */
export function escapedText(type: ColumnType, cell: Cell): string {
  if (cell === null) return NULL_TEXT;
  if (cell instanceof Uint8Array) return hexOf(cell);
  if (Array.isArray(cell)) return tokenOf(type, cell);
  if (typeof cell === 'number') return numberText(cell);
  if (typeof cell !== 'string') return String(cell);
  return NO_TEXT.test(cell) || (type.kind === 'any' && NUMBER.test(cell)) ? `\\${JSON.stringify(cell)}` : cell;
}

/** The cell that such a text stands for. @throws {CrmError} INPUT_UNREADABLE when it is of another kind than the column */
export function unescapedCell(type: ColumnType, text: string): Cell {
  if (text.startsWith('\\')) {
    if (text === NULL_TEXT) return null;
    if (text.startsWith('\\"')) return jsonText(text.slice(1), type.kind);
    return bytesOf(text);
  }
  switch (type.kind) {
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw unfit(type.kind);
      return text === 'true';
    case 'integer':
      if (!/^-?[0-9]+$/.test(text)) throw unfit(type.kind);
      return numberOf(text);
    case 'float':
      if (!NUMBER.test(text)) throw unfit(type.kind);
      return Number(text);
    case 'any':
      return NUMBER.test(text) ? numberOf(text) : text;
    case 'array':
      return cellOfToken(type, text);
    case 'bytes':
      throw unfit(type.kind);
    default:
      return text;
  }
}

function jsonText(json: string, kind: string): string {
  try {
    return JSON.parse(json) as string;
  } catch {
    throw unfit(kind);
  }
}
