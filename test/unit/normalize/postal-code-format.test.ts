import { describe, expect, it } from 'vitest';
import { normalizePostalCode } from '../../../src/normalize/postal-code-format.ts';
import { POSTAL_CODE_FORMATS } from '../../../src/normalize/postal-code-format-tables.ts';

describe('normalizePostalCode', () => {
  it.each([
    ['SW1A1AA', 'GB', 'SW1A 1AA'],
    ['sw1a 1aa', 'GB', 'SW1A 1AA'],
    ['M11AE', 'GB', 'M1 1AE'],
    ['GIR0AA', 'GB', 'GIR 0AA'],
    ['k1a0b1', 'CA', 'K1A 0B1'],
    ['K1A-0B1', 'CA', 'K1A 0B1'],
    ['1234AB', 'NL', '1234 AB'],
    ['12345', 'SE', '123 45'],
    ['12345', 'CZ', '123 45'],
    ['10432', 'GR', '104 32'],
    ['1000001', 'JP', '100-0001'],
    ['〒100-0001', 'JP', '100-0001'],
    ['１００－０００１', 'JP', '100-0001'],
    ['01310100', 'BR', '01310-100'],
    ['00950', 'PL', '00-950'],
    ['1000001', 'PT', '1000-001'],
    ['123456789', 'US', '12345-6789'],
    ['02138', 'US', '02138'],
    ['D-80331', 'DE', '80331'],
    ['DE 80331', 'DE', '80331'],
    ['FIN-00100', 'FI', '00100'],
    ['D02X285', 'IE', 'D02 X285'],
    ['lv1010', 'LV', 'LV-1010'],
    ['LT01100', 'LT', 'LT-01100'],
    ['110 001', 'IN', '110001'],
    ['AD500', 'AD', 'AD500'],
    ['518000', 'CN', '518000'],
    ['５１８０００', 'CN', '518000'],
    [' 100 000 ', 'CN', '100000'],
    ['CN-518000', 'CN', '518000'],
    ['010010', 'CN', '010010'],
    ['106', 'TW', '106'],
    ['10617', 'TW', '106-17'],
    ['999077', 'HK', '999077'],
    ['x  y', null, 'x y'],
    ['518000', null, '518000'],
    ['sw1a1aa', null, 'sw1a1aa'],
    ['ab', 'ZZ', 'ab'],
    ['', 'CN', ''],
    ['', null, ''],
  ])('%j in %s is %s', (raw, country, value) => {
    expect(normalizePostalCode(raw, { country })).toEqual({ value, understood: true });
    expect(normalizePostalCode(value, { country })).toEqual({ value, understood: true });
  });

  it.each([
    ['51800', 'CN'],
    ['5180000', 'CN'],
    ['51800A', 'CN'],
    ['五一八零零零', 'CN'],
    ['518000.0', 'CN'],
    ['深圳', 'CN'],
    ['sw1', 'GB'],
    ['1-2-3-4-5', 'DE'],
    ['A-80331', 'DE'],
    ['100 001', 'JP'],
    ['n/a', 'US'],
    ['2138', 'US'],
  ])('%j in %s is not understood', (raw, country) =>
    expect(normalizePostalCode(raw, { country })).toEqual({ value: raw, understood: false }),
  );

  it('keeps what its formats write, in every country', () => {
    for (const [country, formats] of Object.entries(POSTAL_CODE_FORMATS)) {
      for (const format of formats.split('|')) {
        const code = format.replaceAll('9', '5').replaceAll('a', 'B').replaceAll('x', 'C');
        const exact = format.replaceAll('a', 'B').replaceAll('x', 'C');
        for (const sample of new Set([code, exact])) {
          const { value, understood } = normalizePostalCode(sample, { country });
          if (sample === exact) expect({ country, value, understood }).toEqual({ country, value: exact, understood: true });
          else if (understood) expect(value.replace(/[ -]/g, '')).toBe(sample.replace(/[ -]/g, ''));
        }
      }
    }
    expect(Object.keys(POSTAL_CODE_FORMATS).length).toBeGreaterThan(60);
  });
});
