import { expect, it } from 'vitest';
import { withLostZeros } from '../../../src/normalize/postal-code.ts';

it.each([
  ['2138', 'US', 'MA', '02138'],
  ['2138', 'US', null, '02138'],
  ['2138', null, 'Massachusetts', '02138'],
  ['2138', null, 'MA', '02138'],
  ['7030', 'US', 'N.J.', '07030'],
  ['2138-1234', 'US', 'MA', '02138-1234'],
  ['926', 'US', 'PR', '00926'],
  ['501', 'US', 'New York', '00501'],
  ['6390', 'US', 'NY', '06390'],
  ['926', 'US', null, '00926'],
])('%s in %s, %s lost zeros: %s', (code, country, region, whole) => expect(withLostZeros(code, country, region)).toBe(whole));

it.each([
  ['02138', 'US', 'MA'],
  ['2138', 'AU', 'NSW'],
  ['2138', 'CH', null],
  ['2138', null, null],
  ['6000', null, 'WA'],
  ['8001', null, 'CT'],
  ['1012', null, 'NH'],
  ['9021', 'US', 'CA'],
  ['926', 'US', 'MA'],
  ['138', 'US', 'PR'],
  ['0138', 'US', 'MA'],
  ['213', 'US', null],
  ['21', 'US', 'MA'],
  ['2138 1234', 'US', 'MA'],
  ['', 'US', 'MA'],
])('%s in %s, %s is left alone', (code, country, region) => expect(withLostZeros(code, country, region)).toBeNull());
