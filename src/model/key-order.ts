import type { Cell, Row } from './table-schema.ts';

/**
 * Compares two keys in the order in which every connector reads: NULL first; numbers by value; texts by their UTF-8 bytes;
 * bytes by value; false before true; where kinds differ (a column without a type) numbers, texts, bytes.
 * @returns below 0, 0, above 0
 */
export function compareKeys(a: Row, b: Row): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareCells(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function compareCells(a: Cell, b: Cell): number {
  if (a === b) return 0;
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0 || a === null || b === null) return rank;
  if (typeof a === 'string') return compareTexts(a, b as string);
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  return (a as number) < (b as number) ? -1 : 1;
}

function rankOf(cell: Cell): number {
  if (cell === null) return 0;
  if (typeof cell === 'string') return 2;
  return typeof cell === 'object' ? 3 : 1;
}

/** By UTF-8 bytes, which is by code point: surrogates stand for what comes after all other units. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const isLeftPair = left >= 0xd800 && left < 0xe000;
    const isRightPair = right >= 0xd800 && right < 0xe000;
    return isLeftPair === isRightPair ? left - right : isLeftPair ? 1 : -1;
  }
  return a.length - b.length;
}
