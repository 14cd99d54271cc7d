import { describe, expect, it } from 'vitest';
import { dateText, instantText, parseDecimal, parseInteger, parseTime } from '../../../src/model/filter-values.ts';

const NOW = new Date('2024-03-31T12:34:56.789Z');

describe('parseTime', () => {
  it.each<[string, string, 'day' | 'instant' | 'relative']>([
    ['2026-01-31', '2026-01-31T00:00:00.000Z', 'day'],
    ['2026-1-3', '2026-01-03T00:00:00.000Z', 'day'],
    ['２０２６-01-31', '2026-01-31T00:00:00.000Z', 'day'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z', 'day'],
    ['0099-12-31', '0099-12-31T00:00:00.000Z', 'day'],
    ['9999-12-31', '9999-12-31T00:00:00.000Z', 'day'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', 'day'],
    ['today', '2024-03-31T00:00:00.000Z', 'day'],
    ['TODAY', '2024-03-31T00:00:00.000Z', 'day'],
    ['now', '2024-03-31T12:34:56.789Z', 'instant'],
    ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00.000Z', 'instant'],
    ['2026-01-31t10:00z', '2026-01-31T10:00:00.000Z', 'instant'],
    ['2026-01-31 10:00:01', '2026-01-31T10:00:01.000Z', 'instant'],
    ['2026-01-31T10:00:00.1239Z', '2026-01-31T10:00:00.123Z', 'instant'],
    ['2026-01-31T10:00:00+08:00', '2026-01-31T02:00:00.000Z', 'instant'],
    ['2026-01-31T22:00:00-0330', '2026-02-01T01:30:00.000Z', 'instant'],
    ['-90d', '2024-01-01T12:34:56.789Z', 'relative'],
    ['-6w', '2024-02-18T12:34:56.789Z', 'relative'],
    ['-1m', '2024-02-29T12:34:56.789Z', 'relative'],
    ['-13m', '2023-02-28T12:34:56.789Z', 'relative'],
    ['+1M', '2024-04-30T12:34:56.789Z', 'relative'],
    ['-1y', '2023-03-31T12:34:56.789Z', 'relative'],
    ['－１d', '2024-03-30T12:34:56.789Z', 'relative'],
    ['+0d', '2024-03-31T12:34:56.789Z', 'relative'],
  ])('%s is %s', (text, instant, precision) => {
    expect(parseTime(text, NOW)).toEqual({ ms: Date.parse(instant), precision });
  });

  it('keeps a leap day within its month', () => {
    expect(parseTime('-1y', new Date('2024-02-29T00:00:00Z'))?.ms).toBe(Date.parse('2023-02-28T00:00:00Z'));
    expect(parseTime('+4y', new Date('2024-02-29T00:00:00Z'))?.ms).toBe(Date.parse('2028-02-29T00:00:00Z'));
  });

  it.each([
    '',
    'yesterday',
    '2026',
    '2026-01',
    '2026-13-01',
    '2026-00-01',
    '2026-02-29',
    '2026-01-32',
    '0000-01-01',
    '10000-01-01',
    '31.01.2026',
    '2026-01-31T24:00:00Z',
    '2026-01-31T10:60:00Z',
    '2026-01-31T10:00:60Z',
    '2026-01-31T10:00:00+15:00',
    '90d',
    '-90',
    '-90h',
    '-9999999d',
    '-3000y',
    '+8000y',
  ])('%j is no time', (text) => {
    expect(parseTime(text, NOW)).toBeUndefined();
  });

  it('writes what engines store, never past the year 9999', () => {
    expect(instantText(0)).toBe('1970-01-01T00:00:00.000Z');
    expect(instantText(Date.parse('9999-12-31') + 86_400_000)).toBe('9999-12-31T23:59:59.999Z');
    expect(dateText(-1)).toBe('1969-12-31');
  });
});

describe('parseDecimal', () => {
  it.each<[string, string | undefined]>([
    ['1000', '1000'],
    ['1000.50', '1000.5'],
    ['-0.50', '-0.5'],
    ['+007', '7'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['１２.５', '12.5'],
    ['123456789012345678901234567890.123456789', '123456789012345678901234567890.123456789'],
    ['1,000', undefined],
    ['1e3', undefined],
    ['.', undefined],
    ['', undefined],
    ['-', undefined],
    ['12abc', undefined],
    ['9'.repeat(101), undefined],
  ])('%j is %s', (text, decimal) => {
    expect(parseDecimal(text)).toBe(decimal);
  });

  it('reads whole numbers that are exact', () => {
    expect(['7.0', '-7', '9007199254740991', '9007199254740992', '7.5', 'x', ''].map(parseInteger)).toEqual([
      7,
      -7,
      9007199254740991,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
