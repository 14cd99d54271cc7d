import type { ValueLimits } from '../../src/connectors/connector.ts';
import type { Cell, ColumnType } from '../../src/model/table-schema.ts';

/** A type with values that are hard to keep. */
export interface CellCase {
  readonly type: ColumnType;
  readonly cells: readonly Cell[];
}

const INT64_MAX = 2n ** 63n - 1n;
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const TEXTS = [
  '',
  ' ',
  'trailing  ',
  'NULL',
  '\\N',
  'it\'s "quoted"',
  'tab\tline\nreturn\r',
  '😀 𝕏',
  '\uffff',
  'é',
  'e\u0301',
  'a\0b',
  '\0',
];
const DATES = ['2026-02-28', '0001-01-01', '9999-12-31', '1582-10-10', '12026-01-01', '-0044-03-15', 'infinity', '-infinity', '0000-00-00'];

/** Every kind of column with nasty values, all of them canonical: see `ColumnType`. */
export const CELL_CASES: readonly CellCase[] = [
  { type: { kind: 'boolean' }, cells: [true, false] },
  { type: { kind: 'integer', bits: 8, unsigned: false }, cells: [-128, 0, 127] },
  { type: { kind: 'integer', bits: 16, unsigned: false }, cells: [-32_768, 32_767] },
  { type: { kind: 'integer', bits: 24, unsigned: true }, cells: [0, 16_777_215] },
  { type: { kind: 'integer', bits: 32, unsigned: false }, cells: [-2_147_483_648, 2_147_483_647] },
  { type: { kind: 'integer', bits: 32, unsigned: true }, cells: [4_294_967_295] },
  { type: { kind: 'integer', bits: 64, unsigned: false }, cells: [0, 2 ** 53 - 1, 2n ** 53n, 2n ** 53n + 1n, INT64_MAX, -(2n ** 63n)] },
  { type: { kind: 'integer', bits: 64, unsigned: true }, cells: [0, 1, INT64_MAX, INT64_MAX + 1n, 2n ** 64n - 1n] },
  { type: { kind: 'decimal', precision: 30, scale: 10 }, cells: ['0.0000000001', '-12345678901234567890.0123456789', '1.5000000000'] },
  {
    type: { kind: 'decimal', precision: null, scale: null },
    cells: ['1', '-0.10', `1${'0'.repeat(40)}`, `0.${'1'.repeat(60)}`, 'NaN', 'Infinity', '-Infinity'],
  },
  { type: { kind: 'float', bits: 64 }, cells: [0.1, 1e308, 5e-324, -0, 3, Number.NaN, Infinity, -Infinity] },
  { type: { kind: 'float', bits: 32 }, cells: [0.5, -2, 16_777_216] },
  { type: { kind: 'text', length: null, fixed: false }, cells: [...TEXTS, 'x'.repeat(70_000), Uint8Array.of(0x61, 0xff, 0x00, 0xfe)] },
  { type: { kind: 'text', length: 40, fixed: false }, cells: TEXTS },
  { type: { kind: 'text', length: 3, fixed: true }, cells: ['abc', '😀😀😀'] },
  { type: { kind: 'bytes', length: null, fixed: false }, cells: [new Uint8Array(), EVERY_BYTE, Uint8Array.of(0)] },
  { type: { kind: 'bytes', length: 16, fixed: false }, cells: [new Uint8Array(), Uint8Array.of(0, 0), EVERY_BYTE.slice(240)] },
  { type: { kind: 'bytes', length: 16, fixed: true }, cells: [EVERY_BYTE.slice(0, 16)] },
  { type: { kind: 'bits', length: 8, fixed: true }, cells: ['00000001', '10000000'] },
  { type: { kind: 'bits', length: 12, fixed: false }, cells: ['0', '101010101010'] },
  { type: { kind: 'date' }, cells: DATES },
  { type: { kind: 'time', precision: 6, zone: false }, cells: ['00:00:00', '23:59:59.999999', '12:30:00.5', '838:59:59', '-12:00:00'] },
  { type: { kind: 'time', precision: 6, zone: true }, cells: ['12:30:00.5+05:30', '00:00:00-11:00'] },
  {
    type: { kind: 'timestamp', precision: 6, zone: false },
    cells: DATES.map((date) => (date.endsWith('infinity') ? date : `${date} 23:59:59.5`)),
  },
  { type: { kind: 'timestamp', precision: 3, zone: false }, cells: ['2026-03-29 02:30:00', '2026-03-29 02:30:00.123'] },
  { type: { kind: 'timestamp', precision: 6, zone: true }, cells: ['2026-03-29 02:30:00Z', '1999-12-31 23:59:59.000001Z'] },
  { type: { kind: 'interval' }, cells: ['P1Y2M3DT4H5M6.5S', 'PT0S'] },
  {
    type: { kind: 'json', binary: false },
    cells: ['{"a":1,"a":2}', '[1.50, 1e400]', '12345678901234567890123', 'null', '"😀"', '{ "b" : [ ] }'],
  },
  { type: { kind: 'json', binary: true }, cells: ['[]', 'null', '"x"'] },
  { type: { kind: 'uuid' }, cells: ['00000000-0000-0000-0000-000000000000', '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'] },
  { type: { kind: 'network', of: 'inet' }, cells: ['10.0.0.1', '10.0.0.0/8', '::1'] },
  { type: { kind: 'network', of: 'cidr' }, cells: ['10.0.0.0/8', '::/0'] },
  { type: { kind: 'network', of: 'macaddr' }, cells: ['08:00:2b:01:02:03'] },
  { type: { kind: 'network', of: 'macaddr8' }, cells: ['08:00:2b:01:02:03:04:05'] },
  { type: { kind: 'enum', name: 'mood', values: ['sad', "it's /*ok*/", 'PRINT', ''] }, cells: ['sad', "it's /*ok*/", 'PRINT', ''] },
  { type: { kind: 'set', values: ['a', 'b', 'c'] }, cells: ['', 'a,c', 'a,b,c'] },
  {
    type: { kind: 'array', of: { kind: 'integer', bits: 64, unsigned: false } },
    cells: [
      [],
      [1, null, 2n ** 60n],
      [
        [1, 2],
        [3, 4],
      ],
    ],
  },
  { type: { kind: 'array', of: { kind: 'text', length: null, fixed: false } }, cells: [['', 'NULL', null, 'a"b', '{1,2}', '😀']] },
  { type: { kind: 'array', of: { kind: 'float', bits: 64 } }, cells: [[0.1, Number.NaN, -Infinity, -0]] },
  { type: { kind: 'array', of: { kind: 'bytes', length: null, fixed: false } }, cells: [[Uint8Array.of(0, 255), new Uint8Array()]] },
  { type: { kind: 'any' }, cells: [5, 0.5, -0, 2n ** 60n, '5', '5.0', '', 'x', EVERY_BYTE] },
  { type: { kind: 'other', name: 'tsvector' }, cells: ["'a':1 'b':2"] },
];

/** Whether a place says that it can hold a value in a column whose type it holds. */
export function canHold(limits: ValueLimits, { kind }: ColumnType, cell: Cell): boolean {
  if (cell instanceof Uint8Array) return (kind !== 'text' || limits.invalidUtf8) && (cell.length > 0 || !limits.emptyIsNull);
  if (typeof cell === 'number') return limits.floatSpecials || Number.isFinite(cell);
  if (Array.isArray(cell)) return cell.every((element) => canHold(limits, { kind: 'any' }, element));
  if (typeof cell !== 'string') return true;
  if (cell === '' && limits.emptyIsNull) return false;
  if (kind === 'decimal') return canHoldDecimal(limits, cell);
  if (kind === 'date') return canHoldDate(limits, cell, limits.dateYears);
  if (kind === 'timestamp') return canHoldDate(limits, cell, limits.timestampYears);
  if (kind === 'time')
    return Math.abs(Number(/^-?\d+/.exec(cell)?.[0])) <= limits.timeHours && (!cell.startsWith('-') || limits.timeHours > 24);
  return limits.nulInText || !cell.includes('\0');
}

function canHoldDecimal(limits: ValueLimits, cell: string): boolean {
  if (/[a-z]/i.test(cell)) return limits.decimalSpecials;
  const [whole = '', fraction = ''] = cell.replace('-', '').split('.');
  return whole.length + fraction.length <= (limits.decimalPrecision ?? Infinity) && fraction.length <= (limits.decimalScale ?? Infinity);
}

function canHoldDate(limits: ValueLimits, cell: string, [first, last]: readonly [number, number]): boolean {
  if (cell.endsWith('infinity')) return limits.infiniteDates;
  if (/-00/.test(cell)) return limits.zeroDates;
  const year = Number(/^-?\d+/.exec(cell)?.[0]);
  return year >= first && year <= last;
}
