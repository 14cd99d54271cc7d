import type { Cell, ColumnType } from '../model/table-schema.ts';
import { isGeometry } from './mysql-types.ts';

/** Makes a cell of the bytes of a value in the text protocol. */
export type Decoder = (bytes: Buffer) => Cell;

/** The decoder of a column. */
export function mysqlDecoder(type: ColumnType): Decoder {
  switch (type.kind) {
    case 'boolean':
      return (bytes) => bytes[0] !== 0x30;
    case 'integer':
      return decodeInteger;
    case 'float':
      return type.bits === 32 ? (bytes) => Math.fround(Number(ascii(bytes))) : (bytes) => Number(ascii(bytes));
    case 'bytes':
      return (bytes) => new Uint8Array(bytes);
    case 'bits':
      return (bytes) => bitsOf(bytes, type.length ?? 1);
    case 'date':
    case 'decimal':
    case 'uuid':
      return ascii;
    case 'time':
    case 'timestamp': {
      const zone = type.kind === 'timestamp' && type.zone ? 'Z' : '';
      return type.precision === 0 ? (bytes) => ascii(bytes) + zone : (bytes) => withoutTrailingZeros(ascii(bytes)) + zone;
    }
    default:
      return isGeometry(type) ? ascii : utf8;
  }
}

/** `12:00:00.500000` → `12:00:00.5` */
export function withoutTrailingZeros(text: string): string {
  if (!text.includes('.')) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0x30) end--;
  return text.slice(0, text.charCodeAt(end - 1) === 0x2e ? end - 1 : end);
}

const ascii = (bytes: Buffer): string => bytes.toString('latin1');
const utf8 = (bytes: Buffer): string => bytes.toString('utf8');

function decodeInteger(bytes: Buffer): number | bigint {
  if (bytes.length > 15) {
    const number = BigInt(ascii(bytes));
    const isSafe = number <= Number.MAX_SAFE_INTEGER && number >= Number.MIN_SAFE_INTEGER;
    return isSafe ? Number(number) : number;
  }
  const isNegative = bytes[0] === 0x2d;
  let number = 0;
  for (let i = isNegative ? 1 : 0; i < bytes.length; i++) number = number * 10 + (bytes[i] as number) - 0x30;
  return isNegative ? -number : number;
}

function bitsOf(bytes: Buffer, length: number): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return bits.slice(-length).padStart(length, '0');
}
