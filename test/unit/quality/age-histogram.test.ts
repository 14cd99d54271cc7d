import { expect, test } from 'vitest';
import { AgeHistogram, latest } from '../../../src/quality/age-histogram.ts';

const NOW = new Date('2026-06-15T12:00:00.000Z');
const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString();

test.each([
  [-10, 0, true],
  [0, 0, true],
  [30, 0, true],
  [30.1, 1, true],
  [90.1, 2, true],
  [365, 3, true],
  [365.1, 4, false],
  [731, 5, false],
  [1826, 6, false],
  [20_000, 6, false],
])('touched %f days ago: class %i, fresh %j', (days, place, isFresh) => {
  const ages = new AgeHistogram(NOW, 365);
  expect(ages.add(daysAgo(days))).toBe(isFresh);
  expect(ages.classes().map(({ customers }) => customers)).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => (i === place ? 1 : 0)));
});

test('the classes follow each other without a gap', () => {
  const classes = new AgeHistogram(NOW, 1).classes();
  expect(classes.map(({ fromDays }) => fromDays)).toEqual([0, ...classes.slice(0, -1).map(({ toDays }) => toDays)]);
  expect(classes.at(-1)?.toDays).toBeNull();
});

test('an age that no calendar holds makes everything fresh', () => {
  expect(new AgeHistogram(NOW, 1e9).add('1970-01-01T00:00:00.000Z')).toBe(true);
  expect(new AgeHistogram(NOW, Number.MAX_SAFE_INTEGER).add('0001-01-01T00:00:00.000Z')).toBe(true);
});

test.each([
  [['2025-01-01T00:00:00.000Z', null, '2026-01-01T00:00:00.000Z'], '2026-01-01T00:00:00.000Z'],
  [[null, null], ''],
])('the latest of %j', (instants, expected) => {
  expect(latest(...instants)).toBe(expected);
});
