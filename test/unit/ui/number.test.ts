import { describe, expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatPercent, plural } from '../../../src/ui/number.ts';

describe('numbers for people', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
    [-1234, '-1,234'],
    [1999.6, '2,000'],
    [-0.2, '0'],
  ])('count %d', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1536, '1.5 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [2_500_000_000, '2.5 GB'],
  ])('%d bytes', (sizeBytes, text) => {
    expect(formatBytes(sizeBytes)).toBe(text);
  });

  test.each([
    [0, '0 ms'],
    [340, '340 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [1234, '1.2 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_600, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_600_000, '1 h 00 min'],
    [7_620_000, '2 h 07 min'],
  ])('%d ms', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  test.each([
    [1, 'row', undefined, '1 row'],
    [0, 'row', undefined, '0 rows'],
    [2000, 'row', undefined, '2,000 rows'],
    [2, 'company', 'companies', '2 companies'],
  ])('plural of %d %s', (count, singular, many, text) => {
    expect(plural(count, singular, many)).toBe(text);
  });

  test.each([
    [0, '0%'],
    [0.415, '41%'],
    [0.999, '99%'],
    [1, '100%'],
    [1.2, '100%'],
  ])('share %d', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });
});
