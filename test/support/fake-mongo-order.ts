import type { Document } from 'mongodb';

/** Ranks of types, in the order of the server. */
const RANKS: Readonly<Record<string, number>> = {
  MinKey: 1,
  Int32: 10,
  Long: 10,
  Double: 10,
  Decimal128: 10,
  BSONSymbol: 15,
  Binary: 30,
  ObjectId: 35,
  Timestamp: 47,
  BSONRegExp: 50,
  Code: 60,
  MaxKey: 127,
};

/** Compares two BSON values as MongoDB sorts them. @returns below 0, 0, above 0 */
export function compareBson(a: unknown, b: unknown): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  switch (rankOf(a)) {
    case 10:
      return compareNumbers(a, b);
    case 15:
      return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
    case 20:
      return compareDocuments(a as Document, b as Document);
    case 25:
      return compareLists(a as unknown[], b as unknown[]);
    case 30:
      return compareBinaries(a as Document, b as Document);
    case 35:
      return Buffer.compare((a as { id: Buffer }).id, (b as { id: Buffer }).id);
    case 40:
    case 45:
    case 47:
      return Number(a) - Number(b);
    default:
      return String(a) < String(b) ? -1 : Number(String(a) > String(b));
  }
}

/** Whether a document is one that a filter asks for: equality, `$gt`, `$gte`, `$lt`, `$lte`, `$ne`, `$in`, `$exists`, `$or`. */
export function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([name, wanted]) => {
    if (name === '$or') return (wanted as Document[]).some((one) => matches(document, one));
    if (name.startsWith('$')) throw new Error(`the fake server knows no ${name}`);
    return fits(valueAt(document, name), wanted);
  });
}

/** The value that a path leads to; undefined where there is none. */
export function valueAt(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Document)[name];
  }
  return value;
}

function fits(value: unknown, wanted: unknown): boolean {
  if (!isOperators(wanted)) return isSame(value, wanted);
  return Object.entries(wanted as Document).every(([operator, given]) => {
    switch (operator) {
      case '$exists':
        return (value !== undefined) === Boolean(given);
      case '$in':
        return (given as unknown[]).some((one) => isSame(value, one));
      case '$ne':
        return !isSame(value, given);
      case '$gt':
        return inRange(value, given) && compareBson(value, given) > 0;
      case '$gte':
        return inRange(value, given) && compareBson(value, given) >= 0;
      case '$lt':
        return inRange(value, given) && compareBson(value, given) < 0;
      case '$lte':
        return inRange(value, given) && compareBson(value, given) <= 0;
      default:
        throw new Error(`the fake server knows no ${operator}`);
    }
  });
}

/** A range holds values of one kind only. */
function inRange(value: unknown, given: unknown): boolean {
  return value !== undefined && rankOf(value) === rankOf(given);
}

function isSame(value: unknown, wanted: unknown): boolean {
  return compareBson(value ?? null, wanted ?? null) === 0;
}

function isOperators(wanted: unknown): boolean {
  return rankOf(wanted) === 20 && Object.keys(wanted as Document).some((name) => name.startsWith('$'));
}

function rankOf(value: unknown): number {
  if (value === null || value === undefined) return 5;
  if (typeof value === 'string') return 15;
  if (typeof value === 'boolean') return 40;
  if (typeof value === 'number' || typeof value === 'bigint') return 10;
  if (Array.isArray(value)) return 25;
  if (value instanceof Date) return 45;
  return RANKS[(value as Document)._bsontype as string] ?? 20;
}

function compareNumbers(a: unknown, b: unknown): number {
  const left = Number(String(a));
  const right = Number(String(b));
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
  if (left !== right) return left < right ? -1 : 1;
  const exact = [a, b].map((one) => (/^-?\d+$/.test(String(one)) ? BigInt(String(one)) : null));
  if (exact[0] == null || exact[1] == null || exact[0] === exact[1]) return 0;
  return exact[0] < exact[1] ? -1 : 1;
}

function compareDocuments(a: Document, b: Document): number {
  const left = Object.entries(a);
  const right = Object.entries(b);
  for (const [at, [name, value]] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const order = rankOf(value) - rankOf(other[1]) || (name < other[0] ? -1 : Number(name > other[0])) || compareBson(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [at, value] of a.entries()) {
    if (at >= b.length) return 1;
    const order = compareBson(value, b[at]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareBinaries(a: Document, b: Document): number {
  const [left, right] = [a, b].map((one) => Buffer.from(one.buffer as Uint8Array).subarray(0, one.position as number)) as [Buffer, Buffer];
  return left.length - right.length || Number(a.sub_type) - Number(b.sub_type) || Buffer.compare(left, right);
}
