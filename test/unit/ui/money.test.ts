import { expect, test } from 'vitest';
import { formatMoney } from '../../../src/ui/money.ts';

test.each<[minor: number | bigint, currency: string, text: string]>([
  [0, 'EUR', '0.00 EUR'],
  [5, 'EUR', '0.05 EUR'],
  [-5, 'EUR', '-0.05 EUR'],
  [123456, 'USD', '1,234.56 USD'],
  [5000, 'JPY', '5,000 JPY'],
  [1234567, 'KWD', '1,234.567 KWD'],
  [10000, 'CLF', '1.0000 CLF'],
  [9007199254740993n, 'CNY', '90,071,992,547,409.93 CNY'],
])('%s %s', (minor, currency, text) => {
  expect(formatMoney(minor, currency)).toBe(text);
});
