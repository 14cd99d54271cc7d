import { describe, expect, it } from 'vitest';
import { isInDoubt, type MoneyContext, normalizeCurrency, parseMoney, provenDecimal } from '../../../src/normalize/money.ts';

const NOTHING: MoneyContext = { currency: null, fallback: null, decimal: null };
const EUR = { ...NOTHING, fallback: 'EUR' };

describe('parseMoney', () => {
  it.each([
    ['1234', 123_400],
    ['1234.5', 123_450],
    ['1,234.50', 123_450],
    ['1.234,50', 123_450],
    ['1.234.567,8', 123_456_780],
    ['1 234,50', 123_450],
    ['1\u00a0234,50', 123_450],
    ["1'234.50", 123_450],
    ['12,34,567.00', 123_456_700],
    ['1,234,567', 123_456_700],
    ['1,234', 123_400],
    ['0,5', 50],
    ['0.500', 50],
    ['.5', 50],
    ['1234.500', 123_450],
    ['007', 700],
    ['0', 0],
    ['-0', 0],
    ['-5', -500],
    ['5-', -500],
    ['(5.00)', -500],
    ['−5', -500],
    ['+5', 500],
    ['１２．５０', 1250],
    ['10000000000000', 10 ** 15],
  ])('reads %s as %d cents', (text, minor) => {
    expect(parseMoney(text, EUR)).toEqual({ minor, currency: 'EUR' });
  });

  it.each([
    ['1.234,50 €', 123_450, 'EUR'],
    ['€1', 100, 'EUR'],
    ['-€1', -100, 'EUR'],
    ['€ -1', -100, 'EUR'],
    ['(€1)', -100, 'EUR'],
    ['1 EUR', 100, 'EUR'],
    ['EUR1', 100, 'EUR'],
    ['US$ 2.50', 250, 'USD'],
    ['¥1,234', 1234, 'JPY', 'JPY'],
    ['¥1,234', 123_400, 'CNY', 'CNY'],
    ['￥12.5', 1250, 'CNY', 'CNY'],
    ['12.5元', 1250, 'CNY', 'CNY'],
    ['RMB 12', 1200, 'CNY'],
    ['1,5 kr', 150, 'SEK', 'SEK'],
    ['1.234 KWD', 1234, 'KWD'],
    ['500 JPY', 500, 'JPY'],
    ['500.00 JPY', 500, 'JPY'],
    ['12 zł', 1200, 'PLN'],
    ['1.5万', 1_500_000, 'CNY', 'CNY'],
    ['1.5万元', 1_500_000, 'CNY', 'CNY'],
    ['¥1.2万元', 1_200_000, 'CNY', 'CNY'],
    ['￥１．２万', 1_200_000, 'CNY', 'CNY'],
    ['1.234万', 1_234_000, 'CNY', 'CNY'],
    ['1.23456万元', 1_234_560, 'CNY', 'CNY'],
    ['0.123456万', 123_456, 'CNY', 'CNY'],
    ['1,234万元', 1_234_000_000, 'CNY', 'CNY'],
    ['3亿', 30_000_000_000, 'CNY', 'CNY'],
    ['3.2亿元', 32_000_000_000, 'CNY', 'CNY'],
    ['1.5 萬', 1_500_000, 'TWD', 'TWD'],
    ['2億円', 200_000_000, 'JPY'],
    ['12万美元', 12_000_000, 'USD'],
    ['人民币1.5万', 1_500_000, 'CNY'],
    ['-1.5万元', -1_500_000, 'CNY', 'CNY'],
    ['0万', 0, 'CNY', 'CNY'],
    ['100000亿', 1_000_000_000_000_000, 'CNY', 'CNY'],
  ])('reads %s as %d of %s', (text, minor, currency, fallback: string | null = null) => {
    expect(parseMoney(text, { ...NOTHING, fallback })).toEqual({ minor, currency });
  });

  it.each([
    ['', 'NOT_AN_AMOUNT'],
    ['free', 'NOT_AN_AMOUNT'],
    ['12 or 13', 'NOT_AN_AMOUNT'],
    ['1,23,4', 'NOT_AN_AMOUNT'],
    ['1.2.3', 'NOT_AN_AMOUNT'],
    ['1,234.5.6', 'NOT_AN_AMOUNT'],
    ['--5', 'NOT_AN_AMOUNT'],
    ['(-5)', 'NOT_AN_AMOUNT'],
    ['5 apples', 'NOT_AN_AMOUNT'],
    ['1e5', 'NOT_AN_AMOUNT'],
    ['Infinity', 'NOT_AN_AMOUNT'],
    ['9'.repeat(61), 'NOT_AN_AMOUNT'],
    ['1.234', 'AMBIGUOUS_AMOUNT'],
    ['1.500 €', 'AMBIGUOUS_AMOUNT'],
    ['1,234 KWD', 'AMBIGUOUS_AMOUNT'],
    ['1234.567', 'AMOUNT_TOO_PRECISE'],
    ['0.001', 'AMOUNT_TOO_PRECISE'],
    ['1.5 JPY', 'AMOUNT_TOO_PRECISE'],
    ['10000000000001', 'AMOUNT_TOO_LARGE'],
    ['9'.repeat(59), 'AMOUNT_TOO_LARGE'],
    ['€1 USD', 'CURRENCY_CONFLICT'],
  ])('does not read %s: %s', (text, problem) => {
    expect(parseMoney(text, EUR)).toBe(problem);
  });

  it('reads no amount without its currency, nor against the one that the row says', () => {
    expect(parseMoney('5', NOTHING)).toBe('NO_CURRENCY');
    expect(parseMoney('$5', NOTHING)).toBe('NO_CURRENCY');
    expect(parseMoney('$5', EUR)).toBe('NO_CURRENCY');
    expect(parseMoney('$5', { ...EUR, currency: 'EUR' })).toBe('CURRENCY_CONFLICT');
    expect(parseMoney('$5', { ...EUR, currency: 'CAD' })).toEqual({ minor: 500, currency: 'CAD' });
    expect(parseMoney('5', { ...EUR, currency: 'CHF' })).toEqual({ minor: 500, currency: 'CHF' });
  });

  it.each([
    ['1.500', ',', 150_000],
    ['1.500', '.', 150],
    ['1,500', '.', 150_000],
    ['1,500', ',', 150],
    ['1.234,5', ',', 123_450],
    ['1.234,5', '.', 'NOT_AN_AMOUNT'],
    ['12,5', '.', 'NOT_AN_AMOUNT'],
    ['1,2,3', ',', 'NOT_AN_AMOUNT'],
  ] as const)('reads %s with the decimal sign %s as %s', (text, decimal, expected) => {
    expect(parseMoney(text, { ...EUR, decimal })).toEqual(typeof expected === 'string' ? expected : { minor: expected, currency: 'EUR' });
  });
});

it.each([
  ['12.50', '.'],
  ['€ 12,5', ','],
  ['1,234.5', '.'],
  ['1.234.567', ','],
  ['1,234,567 USD', '.'],
  ['0.123', '.'],
  ['1,234', null],
  ['€1.234', null],
  ['1234', null],
  ['none', null],
])('what %s proves about its column: %s', (text, sign) => {
  expect(provenDecimal(text)).toBe(sign);
  expect(isInDoubt(text)).toBe(/1[.,]234$/.test(text));
});

it.each([
  ['eur', 'EUR'],
  [' USD ', 'USD'],
  ['€', 'EUR'],
  ['人民币', 'CNY'],
  ['￡', null],
  ['$', null],
  ['kr', null],
  ['XYZ', null],
  ['gold', null],
])('the currency %s is %s', (text, code) => {
  expect(normalizeCurrency(text)).toBe(code);
});

describe('amounts in 万 and 亿', () => {
  const cny = { ...NOTHING, fallback: 'CNY' };
  it.each([
    ['万', 'NOT_AN_AMOUNT'],
    ['万元', 'NOT_AN_AMOUNT'],
    ['一万', 'NOT_AN_AMOUNT'],
    ['1万2', 'NOT_AN_AMOUNT'],
    ['1万万', 'NOT_AN_AMOUNT'],
    ['1千', 'NOT_AN_AMOUNT'],
    ['1.2345678万', 'AMOUNT_TOO_PRECISE'],
    ['100001亿', 'AMOUNT_TOO_LARGE'],
    ['1.5万 USD', 1_500_000],
  ])('%s', (text, expected) => {
    const result = parseMoney(text, cny);
    expect(typeof result === 'string' ? result : result.minor).toBe(expected);
  });
  it('have a point before their decimals, unless their column says otherwise', () => {
    expect(isInDoubt('1.234万元')).toBe(false);
    expect(isInDoubt('1.234元')).toBe(true);
    expect(parseMoney('1,5万', { ...cny, decimal: ',' })).toEqual({ minor: 1_500_000, currency: 'CNY' });
  });
});
