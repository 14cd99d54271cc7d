import type { Cell, Row } from '../model/table-schema.ts';

/** About how much memory a row takes; a lower bound that grows with its texts and bytes. */
export function rowBytes(row: Row): number {
  let bytes = 0;
  for (const cell of row) bytes += cellBytes(cell);
  return bytes;
}

function cellBytes(cell: Cell): number {
  if (typeof cell === 'string') return cell.length;
  if (cell === null || typeof cell !== 'object') return 8;
  return cell instanceof Uint8Array ? cell.length : rowBytes(cell);
}
