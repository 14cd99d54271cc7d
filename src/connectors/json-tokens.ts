import { CrmError } from '../errors.ts';
import type { Cell, ColumnType } from '../model/table-schema.ts';

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
/** What the JSON of a cell may not hold to stand in a line as it is. */
const NO_LINE = /[\r\n\0]|^\s|\s$/;

/**
 * One cell as JSON. Numbers are written with all their digits; what JSON has no form for is an object with one member:
 * `{"$bytes":"00ff"}`, `{"$float":"NaN"}`, and `{"$json":"…"}` for JSON that cannot stand in a line as it is.
 */
export function tokenOf(type: ColumnType, cell: Cell): string {
  if (cell === null) return 'null';
  if (cell instanceof Uint8Array) return JSON.stringify(type.kind === 'bytes' ? hexOf(cell) : { $bytes: hexOf(cell).slice(2) });
  if (Array.isArray(cell)) return `[${cell.map((one: Cell) => tokenOf(elementType(type), one)).join(',')}]`;
  if (typeof cell === 'number') return numberToken(cell);
  if (typeof cell !== 'string') return String(cell);
  if (type.kind === 'decimal' && NUMBER.test(cell)) return cell;
  if (type.kind !== 'json') return JSON.stringify(cell);
  return isPlainJson(cell) ? cell : JSON.stringify({ $json: cell });
}

/**
 * The cell that a piece of JSON stands for in a column.
 * @throws {CrmError} INPUT_UNREADABLE when it is of another kind than the column
 */
export function cellOfToken(type: ColumnType, token: string): Cell {
  if (token === 'null') return null;
  if (token.startsWith('{"$')) return taggedCell(type, JSON.parse(token) as Readonly<Record<string, string>>, token);
  if (type.kind === 'json') return token;
  if (token.startsWith('[')) return elementsOf(token).map((one) => cellOfToken(elementType(type), one));
  if (token.startsWith('"')) {
    const text = JSON.parse(token) as string;
    return type.kind === 'bytes' ? bytesOf(text) : text;
  }
  if (token === 'true' || token === 'false') return token === 'true';
  if (type.kind === 'decimal') return token;
  if (type.kind === 'float') return Number(token);
  return numberOf(token);
}

/** The pieces of a JSON array, as they stand there. */
export function elementsOf(array: string): string[] {
  const elements: string[] = [];
  let depth = 0;
  let from = 1;
  for (let at = 1; at < array.length; at++) {
    const mark = array[at];
    if (mark === '"') {
      for (at++; array[at] !== '"'; at++) if (array[at] === '\\') at++;
    } else if (mark === '[' || mark === '{') depth++;
    else if ((mark === ',' || mark === ']') && depth === 0) {
      const element = array.slice(from, at).trim();
      if (element !== '') elements.push(element);
      from = at + 1;
    } else if (mark === ']' || mark === '}') depth--;
  }
  return elements;
}

/** Bytes as text: `\x00ff`. */
export function hexOf(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
}

/** The bytes of such a text. @throws {CrmError} INPUT_UNREADABLE when it is none */
export function bytesOf(text: string): Uint8Array {
  if (!/^\\x(?:[0-9a-fA-F]{2})*$/.test(text)) throw unfit('bytes');
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

/** A number with all its digits, told apart from an integer beyond 2^53 by a point or an exponent. */
export function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return Number.isSafeInteger(value) || !INTEGER.test(text) ? text : `${text}.0`;
}

/** The number that was written so: `bigint` for integers beyond 2^53. */
export function numberOf(text: string): number | bigint {
  const number = Number(text);
  return INTEGER.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

/** What is thrown when a cell is not of the kind of its column. */
export function unfit(kind: string): CrmError {
  return new CrmError('INPUT_UNREADABLE', `a cell that should hold ${kind} does not`, {
    hint: 'mend the file, or move _schema.json away: then every column is text',
  });
}

/** The type of the cells in an array; whatever they are where the column says nothing. */
function elementType(type: ColumnType): ColumnType {
  return type.kind === 'array' ? type.of : { kind: 'any' };
}

function numberToken(value: number): string {
  return Number.isFinite(value) ? numberText(value) : JSON.stringify({ $float: String(value) });
}

function taggedCell(type: ColumnType, tagged: Readonly<Record<string, string>>, token: string): Cell {
  const { $bytes, $float, $json } = tagged;
  if ($bytes !== undefined) return bytesOf(`\\x${$bytes}`);
  if ($float !== undefined) return Number($float);
  if ($json !== undefined) return $json;
  if (type.kind === 'json') return token;
  throw unfit(type.kind);
}

/** Whether JSON can stand in a line and be told from NULL and from what is tagged. */
function isPlainJson(text: string): boolean {
  if (text === 'null' || text.startsWith('{"$') || NO_LINE.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
