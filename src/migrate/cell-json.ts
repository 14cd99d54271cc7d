import type { Cell, Row } from '../model/table-schema.ts';

/** A cell as JSON can hold it; what JSON has no word for stands in an object of one member that names it. */
export type JsonCell =
  | null
  | boolean
  | number
  | string
  | { readonly integer: string }
  | { readonly float: string }
  | { readonly bytes: string }
  | readonly JsonCell[];

/** A cell as JSON: bytes in base64, integers beyond 2^53 and floats without digits as text; nothing is lost. */
export function toJsonCell(cell: Cell): JsonCell {
  if (typeof cell === 'number')
    return Number.isFinite(cell) && !Object.is(cell, -0) ? cell : { float: Object.is(cell, -0) ? '-0' : String(cell) };
  if (typeof cell === 'bigint') return { integer: String(cell) };
  if (cell === null || typeof cell !== 'object') return cell;
  return cell instanceof Uint8Array ? { bytes: Buffer.from(cell).toString('base64') } : cell.map(toJsonCell);
}

/** The cell again. */
export function fromJsonCell(json: JsonCell): Cell {
  if (json === null || typeof json !== 'object') return json;
  if ('integer' in json) return BigInt(json.integer);
  if ('float' in json) return Number(json.float);
  return 'bytes' in json ? Buffer.from(json.bytes, 'base64') : json.map(fromJsonCell);
}

/** The cells of a row, or of a key, as JSON. */
export function toJsonRow(row: Row): readonly JsonCell[] {
  return row.map(toJsonCell);
}

/** The cells again. */
export function fromJsonRow(row: readonly JsonCell[]): Row {
  return row.map(fromJsonCell);
}
