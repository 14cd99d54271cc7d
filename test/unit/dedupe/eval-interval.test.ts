import { expect, test } from 'vitest';
import { stratifiedEstimate, wilsonInterval } from '../../../src/dedupe/eval-interval.ts';

test.each([
  // Of published tables of Wilson's interval.
  [0.5, 10, 0.2366, 0.7634],
  [0.9, 100, 0.8256, 0.9448],
  [1, 20, 0.8389, 1],
  [0, 20, 0, 0.1611],
])('Wilson: %d of %i', (value, count, low, high) => {
  const interval = wilsonInterval(value, count);
  expect(interval.low).toBeCloseTo(low, 3);
  expect(interval.high).toBeCloseTo(high, 3);
});

test('nothing was looked at', () => {
  expect(wilsonInterval(0, 0)).toEqual({ value: 0, low: 0, high: 1 });
  expect(stratifiedEstimate([])).toBeNull();
  expect(stratifiedEstimate([{ pairs: 10, decided: 0, same: 0 }])).toBeNull();
});

test('strata count by their size', () => {
  const estimate = stratifiedEstimate([
    { pairs: 900, decided: 10, same: 10 },
    { pairs: 100, decided: 10, same: 5 },
    { pairs: 500, decided: 0, same: 0 },
  ]);
  expect(estimate?.value).toBeCloseTo(0.95);
  expect(estimate?.low).toBeCloseTo(wilsonInterval(0.95, 10 / 0.82).low);
});

test('one stratum is a simple sample', () => {
  const { value, low, high } = stratifiedEstimate([{ pairs: 1000, decided: 100, same: 90 }]) ?? { value: 0, low: 0, high: 0 };
  const simple = wilsonInterval(0.9, 100);
  for (const [a, b] of [
    [value, simple.value],
    [low, simple.low],
    [high, simple.high],
  ] as const)
    expect(a).toBeCloseTo(b);
});
