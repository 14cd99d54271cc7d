import fc from 'fast-check';
import { expect, test } from 'vitest';
import { betweenTexts } from '../../../src/engines/between-texts.ts';

const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('lies between the two, in the order of their bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 8 }), (a, b) => {
      const [low, high] = order(a, b) <= 0 ? [a, b] : [b, a];
      const middle = betweenTexts(low, high);
      if (middle === null) return;
      expect(order(low, middle)).toBeLessThanOrEqual(0);
      expect(order(middle, high)).toBeLessThan(0);
    }),
  );
});

test.each([
  ['a', 'c', 'b'],
  ['', null, '\u{87fff}'],
  ['a', 'b', 'a\u{87fff}'],
  ['a', 'a', null],
])('%j and %j: %j', (low, high, middle) => {
  expect(betweenTexts(low, high)).toBe(middle);
});
