import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../src/model/table-schema.ts';
import { CONVERSION_RULES, Converted, converter, Unfit, UNFIT_REASONS } from '../../../src/migrate/conversion.ts';
import { ROOT } from '../../support/cli.ts';
import { type TypeName, TYPES } from '../../support/column-types.ts';
import { NARROW_LIMITS, NO_LIMITS } from '../../support/value-limits.ts';

const BAD_UTF8 = Uint8Array.from([0x61, 0xff]);

function convert(from: TypeName, to: TypeName, cell: Cell, limits = NO_LIMITS): unknown {
  const made = converter(TYPES[from], TYPES[to], limits);
  return made === null ? cell : made(cell);
}

/** What is another form of the same value, or the value itself. */
const KEPT: readonly (readonly [TypeName, TypeName, Cell, Cell])[] = [
  ['boolean', 'int8', true, 1],
  ['boolean', 'text', false, 'false'],
  ['boolean', 'any', true, 1],
  ['int8', 'boolean', 0, false],
  ['text', 'boolean', 'Yes', true],
  ['int64', 'int64', 9007199254740993n, 9007199254740993n],
  ['int64', 'int32', 2147483647n, 2147483647],
  ['uint64', 'uint64', 18446744073709551615n, 18446744073709551615n],
  ['uint64', 'decimal', 18446744073709551615n, '18446744073709551615'],
  ['float64', 'int32', 7, 7],
  ['decimal', 'int32', '12.00', 12],
  ['text', 'int64', '-9223372036854775808', -9223372036854775808n],
  ['fixed bits(4)', 'int32', '0101', 5],
  ['decimal', 'decimal', '1.50', '1.50'],
  ['decimal', 'decimal(5,2)', '123.4500', '123.45'],
  ['float64', 'decimal', 1e21, '1000000000000000000000'],
  ['float64', 'decimal', 1.5e-7, '0.00000015'],
  ['text', 'decimal', '1E2', '100'],
  ['decimal', 'decimal', 'NaN', 'NaN'],
  ['decimal', 'float64', '0.10', 0.1],
  ['decimal', 'float32', '0.1', Math.fround(0.1)],
  ['float32', 'float32', 0.1, 0.1],
  ['float64', 'float64', Number.NaN, Number.NaN],
  ['int64', 'float64', 9007199254740992n, 9007199254740992],
  ['int32', 'text', -5, '-5'],
  ['text', 'text', 'a\0b', 'a\0b'],
  ['text', 'text', BAD_UTF8, BAD_UTF8],
  ['text', 'text(3)', '😀😀😀', '😀😀😀'],
  ['text', 'fixed text(5)', 'ab', 'ab'],
  ['fixed text(5)', 'fixed text(5)', 'ab   ', 'ab   '],
  ['bytes', 'text', Buffer.from('é'), 'é'],
  ['text', 'bytes', 'é', Buffer.from('é')],
  ['bytes', 'bytes', BAD_UTF8, BAD_UTF8],
  ['bits', 'bits', '0101', '0101'],
  ['int32', 'fixed bits(4)', 5, '0101'],
  ['date', 'date', '2024-02-29', '2024-02-29'],
  ['date', 'date', 'infinity', 'infinity'],
  ['date', 'date', '0000-00-00', '0000-00-00'],
  ['date', 'date', '-0044-03-15', '-0044-03-15'],
  ['date', 'timestamp(6)', '2024-02-29', '2024-02-29 00:00:00'],
  ['timestamp(6)', 'date', '2024-02-29 00:00:00', '2024-02-29'],
  ['timestamp(6)', 'timestamp with zone', '2024-02-29 10:00:00.5', '2024-02-29 10:00:00.5Z'],
  ['timestamp with zone', 'timestamp(6)', '2024-02-29 10:00:00Z', '2024-02-29 10:00:00'],
  ['text', 'timestamp with zone', '2024-03-01T00:30:00+01:00', '2024-02-29 23:30:00Z'],
  ['text', 'timestamp with zone', '9999-12-31 23:30:00-01', '10000-01-01 00:30:00Z'],
  ['text', 'timestamp(6)', '2024-02-29 10:00', '2024-02-29 10:00:00'],
  ['time(6)', 'time(3)', '10:00:00.5', '10:00:00.5'],
  ['time(6)', 'time with zone', '10:00:00', '10:00:00+00:00'],
  ['time(6)', 'interval', '-26:00:30.5', 'PT-26H-30.5S'],
  ['interval', 'time(6)', 'PT26H0.5S', '26:00:00.5'],
  ['interval', 'text', 'P1Y2M3DT4H5M6.5S', 'P1Y2M3DT4H5M6.5S'],
  ['json', 'text', '{"a": 1,"a":2}', '{"a": 1,"a":2}'],
  ['json', 'binary json', '{"a": 12345678901234567890.10}', '{"a": 12345678901234567890.10}'],
  ['int32', 'json', 5, '5'],
  ['uuid', 'uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['uuid', 'bytes(16)', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', Buffer.from('a0eebc999c0b4ef8bb6d6bb9bd380a11', 'hex')],
  ['bytes(16)', 'uuid', Buffer.from('a0eebc999c0b4ef8bb6d6bb9bd380a11', 'hex'), 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['inet', 'text', '10.0.0.1/24', '10.0.0.1/24'],
  ['text', 'inet', '2001:db8::1', '2001:db8::1'],
  ['text', 'enum', 'sad', 'sad'],
  ['text', 'set', 'c,a,c', 'a,c'],
  ['int32[]', 'text', [1, [2, null]], '[1,[2,null]]'],
  ['int32[]', 'json', [1, null], '[1,null]'],
  ['text', 'int32[]', '[1,"2",null]', [1, 2, null]],
  ['any', 'text', 12n, '12'],
  ['other', 'text', 'POINT(1 2)', 'POINT(1 2)'],
  ['text', 'other', 'POINT(1 2)', 'POINT(1 2)'],
  ...Object.keys(TYPES).map((name) => ['any', name as TypeName, null, null] as const),
];

/** What loses something, by a rule. */
const CONVERTED: readonly (readonly [TypeName, TypeName, Cell, Cell, keyof typeof CONVERSION_RULES])[] = [
  ['text', 'text', 'a\0b', 'ab', 'NUL_REMOVED'],
  ['json', 'binary json', '{"a":"\\u0000\\\\u0000"}', '{"a":"\\\\u0000"}', 'NUL_REMOVED'],
  ['text', 'text', BAD_UTF8, 'a\ufffd', 'INVALID_UTF8_REPLACED'],
  ['text', 'text', 'a\ud800', 'a\ufffd', 'INVALID_UTF8_REPLACED'],
  ['text', 'fixed text(5)', 'ab ', 'ab', 'TRAILING_SPACES'],
  ['text', 'text', '', null, 'EMPTY_TO_NULL'],
  ['bytes', 'bytes', new Uint8Array(), null, 'EMPTY_TO_NULL'],
  ['bytes', 'text', BAD_UTF8, '\\x61ff', 'BYTES_TO_HEX'],
  ['bytes', 'fixed bytes(4)', BAD_UTF8, Buffer.from([0x61, 0xff, 0, 0]), 'ZERO_PADDED'],
  ['decimal', 'decimal(5,2)', '-1.005', '-1.01', 'DECIMAL_ROUNDED'],
  ['decimal', 'decimal', '0.12345678915', '0.1234567892', 'DECIMAL_ROUNDED'],
  ['decimal', 'float64', '0.1234567890123456789', 0.12345678901234568, 'FLOAT_ROUNDED'],
  ['float64', 'float32', 0.1, Math.fround(0.1), 'FLOAT_ROUNDED'],
  ['int64', 'float64', 9007199254740993n, 9007199254740992, 'FLOAT_ROUNDED'],
  ['float64', 'float64', Number.NaN, null, 'NOT_A_NUMBER_TO_NULL'],
  ['decimal', 'decimal', 'NaN', null, 'NOT_A_NUMBER_TO_NULL'],
  ['float64', 'float64', Number.NEGATIVE_INFINITY, null, 'INFINITY_TO_NULL'],
  ['decimal', 'decimal', 'Infinity', null, 'INFINITY_TO_NULL'],
  ['timestamp(9)', 'timestamp(6)', '2024-01-01 10:00:00.123456789', '2024-01-01 10:00:00.123456', 'PRECISION_REDUCED'],
  ['timestamp(6)', 'timestamp(0)', '2024-01-01 10:00:00.9', '2024-01-01 10:00:00', 'PRECISION_REDUCED'],
  ['time(6)', 'time(3)', '10:00:00.0001', '10:00:00', 'PRECISION_REDUCED'],
  ['timestamp(6)', 'date', '2024-01-01 10:00:00', '2024-01-01', 'TIME_REMOVED'],
  ['time with zone', 'time(6)', '10:00:00+02:00', '10:00:00', 'ZONE_REMOVED'],
  ['date', 'date', '-0044-03-15', null, 'DATE_OUT_OF_RANGE'],
  ['timestamp(6)', 'timestamp(6)', '1752-12-31 23:59:59', null, 'DATE_OUT_OF_RANGE'],
  ['time(6)', 'time(6)', '838:59:59', null, 'TIME_OUT_OF_RANGE'],
  ['time(6)', 'time(6)', '-00:00:01', null, 'TIME_OUT_OF_RANGE'],
  ['date', 'date', '-infinity', null, 'INFINITE_DATE_TO_NULL'],
  ['date', 'date', '2026-00-00', null, 'ZERO_DATE_TO_NULL'],
  ['timestamp(6)', 'timestamp(6)', '0000-00-00 00:00:00', null, 'ZERO_DATE_TO_NULL'],
  ['json', 'binary json', '{"a":{"b":1,"b":2}}', '{"a":{"b":1,"b":2}}', 'JSON_NORMALIZED'],
  ['float64[]', 'float32[]', [0.5, 0.1], [0.5, Math.fround(0.1)], 'FLOAT_ROUNDED'],
];

const UNFIT: readonly (readonly [TypeName, TypeName, Cell, keyof typeof UNFIT_REASONS])[] = [
  ['int8', 'boolean', 2, 'NOT_A_BOOLEAN'],
  ['text', 'int32', 'abc', 'NOT_AN_INTEGER'],
  ['int32', 'int32', 'abc', 'NOT_AN_INTEGER'],
  ['float64', 'int32', 1.5, 'NOT_AN_INTEGER'],
  ['bytes', 'int32', BAD_UTF8, 'NOT_AN_INTEGER'],
  ['int64', 'int8', 128, 'OUT_OF_RANGE'],
  ['int64', 'uint64', -1, 'OUT_OF_RANGE'],
  ['uint64', 'int64', 9223372036854775808n, 'OUT_OF_RANGE'],
  ['text', 'decimal', '1,5', 'NOT_A_NUMBER'],
  ['decimal', 'decimal(5,2)', '1000', 'OUT_OF_RANGE'],
  ['decimal', 'decimal(5,2)', '999.995', 'OUT_OF_RANGE'],
  ['text', 'float64', '', 'NOT_A_NUMBER'],
  ['float64', 'float32', 1e300, 'OUT_OF_RANGE'],
  ['decimal', 'float64', '1e999', 'OUT_OF_RANGE'],
  ['text', 'text(3)', 'abcd', 'TOO_LONG'],
  ['bytes', 'bytes(2)', Buffer.alloc(3), 'TOO_LONG'],
  ['text', 'bits', '012', 'NOT_BITS'],
  ['bits', 'fixed bits(4)', '01010', 'TOO_LONG'],
  ['bits', 'fixed bits(4)', '01', 'NOT_BITS'],
  ['text', 'date', 'soon', 'NOT_A_DATE'],
  ['date', 'date', '2023-02-29', 'NOT_A_DATE'],
  ['text', 'time(6)', '25', 'NOT_A_TIME'],
  ['interval', 'time(6)', 'P1M', 'NOT_A_TIME'],
  ['text', 'timestamp(6)', '2024-01-01 10:00:00 ', 'NOT_A_TIMESTAMP'],
  ['text', 'timestamp(6)', '2024-13-01 10:00:00', 'NOT_A_TIMESTAMP'],
  ['text', 'timestamp(6)', '2024-01-01 24:30:00', 'NOT_A_TIMESTAMP'],
  ['text', 'interval', '3 days', 'NOT_AN_INTERVAL'],
  ['text', 'json', '{a:1}', 'NOT_JSON'],
  ['bytes', 'json', BAD_UTF8, 'NOT_JSON'],
  ['text', 'uuid', 'a0eebc99', 'NOT_A_UUID'],
  ['text', 'inet', 'nowhere!', 'NOT_AN_ADDRESS'],
  ['text', 'enum', 'happy', 'NOT_A_MEMBER'],
  ['text', 'set', 'a,d', 'NOT_A_MEMBER'],
  ['text', 'int32[]', '{1,2}', 'NOT_AN_ARRAY'],
  ['text', 'int32[]', '[1,"x"]', 'NOT_AN_INTEGER'],
];

describe('converter', () => {
  test.each(KEPT)('%s → %s keeps %o as %o', (from, to, cell, expected) => {
    expect(convert(from, to, cell)).toEqual(expected);
  });

  test.each(CONVERTED)('%s → %s makes of %o %o: %s', (from, to, cell, value, reason) => {
    expect(convert(from, to, cell, NARROW_LIMITS)).toEqual(new Converted(value, reason));
  });

  test.each(UNFIT)('%s → %s takes no %o: %s', (from, to, cell, reason) => {
    expect(convert(from, to, cell)).toEqual(new Unfit(reason));
  });

  test('every rule and every reason is met above, and every rule is in the guide', () => {
    expect(new Set(CONVERTED.map((row) => row[4]))).toEqual(new Set(Object.keys(CONVERSION_RULES)));
    expect(new Set(UNFIT.map((row) => row[3]))).toEqual(new Set(Object.keys(UNFIT_REASONS)));
    const guide = readFileSync(join(ROOT, 'docs/guide/migrate-values.md'), 'utf8');
    for (const [code, sentence] of Object.entries({ ...CONVERSION_RULES, ...UNFIT_REASONS })) {
      expect(guide).toContain(`\`${code}\``);
      expect(guide).toContain(sentence);
    }
  });

  test('cells of the same type go as they are where columns take anything', () => {
    const limits = { ...NO_LIMITS, anyCell: true };
    expect(converter(TYPES.int32, TYPES.int32, limits)).toBeNull();
    expect(convert('text', 'int32', 'abc', limits)).toBe('abc');
    expect(convert('text', 'int32', '5', limits)).toBe(5);
  });
});
