import type { Cell, ColumnType, Row } from '../model/table-schema.ts';
import { compareKeys } from '../model/key-order.ts';
import { plainDecimal } from './decimal-text.ts';

type CompareCells = (a: Cell, b: Cell) => number;

const YEAR = /^(-?)(\d{4,})(-.*)$/;

/** Compares keys whose cells are in comparable form, in the order in which every connector reads columns of these types. */
export function keyComparison(types: readonly ColumnType[]): (a: Row, b: Row) => number {
  const compare = types.map(cellComparison);
  if (types.length === 1) {
    const [only] = compare as [CompareCells];
    return (a, b) => only(a[0] as Cell, b[0] as Cell);
  }
  return (a, b) => {
    for (let i = 0; i < compare.length; i++) {
      const order = (compare[i] as CompareCells)(a[i] as Cell, b[i] as Cell);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function cellComparison(type: ColumnType): CompareCells {
  if (type.kind === 'decimal') return compareDecimals;
  if (type.kind === 'date' || type.kind === 'timestamp') return compareMoments;
  return compareCells;
}

function compareCells(a: Cell, b: Cell): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareKeys([a], [b]);
}

/** By value; NaN after all others, as databases have it. */
function compareDecimals(a: Cell, b: Cell): number {
  if (typeof a !== 'string' || typeof b !== 'string') return compareCells(a, b);
  if (a === b) return 0;
  const left = Number(a);
  const right = Number(b);
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  if (left !== right) return left < right ? -1 : 1;
  return compareExact(plainDecimal(a) ?? a, plainDecimal(b) ?? b);
}

/** Of two numbers that are one as floating point. */
function compareExact(a: string, b: string): number {
  const places = Math.max(fractionOf(a).length, fractionOf(b).length);
  const left = scaled(a, places);
  const right = scaled(b, places);
  return left === right ? 0 : left < right ? -1 : 1;
}

function fractionOf(plain: string): string {
  return plain.split('.')[1] ?? '';
}

function scaled(plain: string, places: number): bigint {
  return BigInt((plain.split('.')[0] ?? '') + fractionOf(plain).padEnd(places, '0'));
}

/** By time: years before 0 count backwards, those of five digits come after those of four. */
function compareMoments(a: Cell, b: Cell): number {
  if (typeof a !== 'string' || typeof b !== 'string') return compareCells(a, b);
  const left = yearOf(a);
  const right = yearOf(b);
  if (left.year !== right.year) return left.year < right.year ? -1 : 1;
  return compareKeys([left.rest], [right.rest]);
}

function yearOf(moment: string): { readonly year: number; readonly rest: string } {
  if (moment === 'infinity') return { year: Number.POSITIVE_INFINITY, rest: '' };
  if (moment === '-infinity') return { year: Number.NEGATIVE_INFINITY, rest: '' };
  const [, sign = '', year = '0', rest = moment] = YEAR.exec(moment) ?? [];
  // What ends in Z sorts behind its fractions as text, but is earlier.
  return { year: Number(year) * (sign === '-' ? -1 : 1), rest: rest.replace('Z', '') };
}
