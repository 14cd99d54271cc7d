import { expect, test } from 'vitest';
import { isPlaceholderAddress } from '../../../src/normalize/email-placeholder.ts';

test.each([
  ['noemail@example.com', true],
  ['none@none.com', true],
  ['N.A@firm.example', true],
  ['xyz@test.com', true],
  ['ada@example.com', false],
  ['nona@firm.example', false],
  ['@none.com', false],
  ['none', false],
])('%s: %s', (address, expected) => {
  expect(isPlaceholderAddress(address)).toBe(expected);
});
