import { expect, test } from 'vitest';
import { cellAsText } from '../../../src/migrate/cell-as-text.ts';

test.each([
  [null, null],
  ['', ''],
  [true, 'true'],
  [9007199254740993n, '9007199254740993'],
  [1e21, '1000000000000000000000'],
  [0.0000001, '0.0000001'],
  ['0000-00-00 00:00:00', null],
  ['0000-00-00', null],
  [new TextEncoder().encode('Zoë'), 'Zoë'],
  [new Uint8Array([0xff, 0x01]), '\\xff01'],
  [['a', null, 2], 'a; ; 2'],
])('%s is written as %s', (cell, text) => {
  expect(cellAsText(cell)).toBe(text);
});

test('a float that is an amount has the digits that were written into it', () => {
  expect(cellAsText(1.1 + 2.2, true)).toBe('3.3');
  expect(cellAsText(1.1 + 2.2)).toBe('3.3000000000000003');
});
