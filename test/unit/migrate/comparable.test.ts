import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../src/model/table-schema.ts';
import { comparable, sameCell } from '../../../src/migrate/comparable.ts';
import { type TypeName, TYPES } from '../../support/column-types.ts';
import { NARROW_LIMITS, NO_LIMITS } from '../../support/value-limits.ts';

const SAME: readonly (readonly [TypeName, TypeName, Cell, Cell])[] = [
  ['boolean', 'int8', true, 1],
  ['int8', 'boolean', 0, false],
  ['boolean', 'boolean', 1, true],
  ['int64', 'int64', 5n, 5],
  ['int64', 'decimal', 9007199254740993n, '9007199254740993.00'],
  ['decimal', 'decimal', '1.50', '1.5'],
  ['decimal', 'decimal', '-0.0', '0'],
  ['decimal', 'decimal', '100', '1E2'],
  ['decimal', 'float64', '0.10', 0.1],
  ['float64', 'decimal', 1e21, '1000000000000000000000.0'],
  ['float32', 'float64', 0.1, 0.10000000149011612],
  ['float64', 'float32', 0.1, 0.1],
  ['float32', 'decimal', 0.10000000149011612, '0.1'],
  ['float64', 'float64', Number.NaN, Number.NaN],
  ['float64', 'float64', -0, 0],
  ['fixed text(5)', 'text', 'ab   ', 'ab'],
  ['text', 'fixed text(5)', 'ab', 'ab   '],
  ['text', 'fixed text(5)', 'ab  ', 'ab'],
  ['bytes', 'bytes', Buffer.from([1, 2]), Uint8Array.from([1, 2])],
  ['timestamp with zone', 'timestamp(6)', '2024-01-01 10:00:00Z', '2024-01-01 10:00:00'],
  ['timestamp(6)', 'timestamp(6)', '2024-01-01T10:00:00.500', '2024-01-01 10:00:00.5'],
  ['timestamp(9)', 'timestamp(6)', '2024-01-01 10:00:00.123456789', '2024-01-01 10:00:00.123456'],
  ['time(6)', 'interval', '26:00:00', 'P0DT26H'],
  ['interval', 'interval', 'P1Y', 'P12M'],
  ['interval', 'interval', 'PT60M', 'PT1H0S'],
  ['json', 'binary json', '{"b":1.0, "a":[1e2],"b":2}', '{"a":[100],"b":2.00}'],
  ['binary json', 'text', '{"b":1,"a":2}', '{"a":2, "b":1}'],
  ['int32[]', 'json', [1, null], '[1, null]'],
  ['uuid', 'text', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['text', 'uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['inet', 'inet', '10.0.0.1', '10.0.0.1/32'],
  ['inet', 'inet', '2001:DB8::1', '2001:db8::1/128'],
  ['int32[]', 'int32[]', [1, [2n as unknown as number, null]], [1, [2, null]]],
  ['float64[]', 'float64[]', [Number.NaN, -0], [Number.NaN, 0]],
  ['any', 'any', 5n, 5],
  ['any', 'text', 5, '5'],
  ['int8', 'boolean', null, null],
  ['int32', 'int32', 'abc', 'abc'],
];

const DIFFERENT: readonly (readonly [TypeName, TypeName, Cell, Cell])[] = [
  ['boolean', 'int8', true, 0],
  ['int64', 'int64', 9007199254740993n, 9007199254740992],
  ['decimal', 'decimal', '12345678901234567890.1', '12345678901234567890.2'],
  ['float64', 'float64', 0.1, 0.10000000149011612],
  ['float64', 'float64', 0.1, 0.10000000000000002],
  ['text', 'text', 'a ', 'a'],
  ['text', 'text', 'a\0', 'a'],
  ['text', 'text', 'é', 'e\u0301'],
  ['text', 'text', 'A', 'a'],
  ['text', 'text', '', null],
  ['text', 'text', '1', '01'],
  ['bytes', 'bytes', Buffer.from([1, 2]), Buffer.from([1, 2, 0])],
  ['timestamp(6)', 'timestamp(6)', '2024-01-01 10:00:00.1', '2024-01-01 10:00:00.100001'],
  ['timestamp(6)', 'timestamp(0)', '2024-01-01 10:00:00', '2024-01-01 10:00:00.5'],
  ['interval', 'interval', 'P1M', 'P30D'],
  ['json', 'json', '{"a": 1}', '{"a":1}'],
  ['binary json', 'binary json', '{"a":12345678901234567890}', '{"a":12345678901234567891}'],
  ['binary json', 'binary json', '{"a":"1"}', '{"a":1}'],
  ['binary json', 'binary json', '[1,2]', '[2,1]'],
  ['inet', 'inet', '10.0.0.1/24', '10.0.0.1/32'],
  ['int32[]', 'int32[]', [1, [2]], [1, 2]],
  ['int32[]', 'int32[]', [1, null], [1]],
  ['any', 'any', 5, '5'],
  ['any', 'any', Buffer.from('a'), 'a'],
];

function isSame(from: TypeName, to: TypeName, a: Cell, b: Cell): boolean {
  const { left, right } = comparable(TYPES[from], TYPES[to], NO_LIMITS);
  return sameCell(left(a), right(b));
}

describe('comparable', () => {
  test.each(SAME)('%s and %s: %o is %o', (from, to, a, b) => {
    expect(isSame(from, to, a, b)).toBe(true);
  });

  test.each(DIFFERENT)('%s and %s: %o is not %o', (from, to, a, b) => {
    expect(isSame(from, to, a, b)).toBe(false);
  });

  test('an intended conversion is no difference, and is told', () => {
    const { left, right, conversionOf } = comparable(TYPES.text, TYPES.text, NARROW_LIMITS);
    expect(left('a\0')).toBe(right('a'));
    expect([conversionOf('a\0'), conversionOf('a'), conversionOf('')]).toEqual(['NUL_REMOVED', null, 'EMPTY_TO_NULL']);
  });
});
