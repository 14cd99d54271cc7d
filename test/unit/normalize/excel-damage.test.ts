import { describe, expect, it } from 'vitest';
import { excelDamage, excelDateDamage, mayBeExcelDamage } from '../../../src/normalize/excel-damage.ts';
import { normalizePhone } from '../../../src/normalize/phone.ts';

const DAMAGED: readonly (readonly [text: string, damage: ReturnType<typeof excelDamage>])[] = [
  ['4.41E+11', 'EXCEL_NUMBER'],
  ['1.38E+10', 'EXCEL_NUMBER'],
  ['1,38E+10', 'EXCEL_NUMBER'],
  ['1.10101E+17', 'EXCEL_NUMBER'],
  ['+8.6E+12', 'EXCEL_NUMBER'],
  ['1E+08', 'EXCEL_NUMBER'],
  ['1.38e+10', 'EXCEL_NUMBER'],
  ['#REF!', 'EXCEL_ERROR'],
  ['#N/A', 'EXCEL_ERROR'],
  ['#n/a', 'EXCEL_ERROR'],
  ['#VALUE!', 'EXCEL_ERROR'],
  ['#NAME?', 'EXCEL_ERROR'],
  ['#DIV/0!', 'EXCEL_ERROR'],
  ['#NULL!', 'EXCEL_ERROR'],
  ['#NUM!', 'EXCEL_ERROR'],
  ['#BEZUG!', 'EXCEL_ERROR'],
  ['#¡VALOR!', 'EXCEL_ERROR'],
  ['#ЗНАЧ!', 'EXCEL_ERROR'],
  ['###', 'EXCEL_ERROR'],
  ['########################################', 'EXCEL_ERROR'],
];

const WELL = [
  '',
  '#',
  '##',
  '#1',
  '#VIP',
  '#REF',
  '#12 Main St',
  '1E5',
  '12E45',
  '1.5',
  '13800138000',
  'E+10',
  '12 E+10',
  'A1.38E+10',
  '+4930123456',
  '1.2.3E+10',
  '45291',
  '2024-01-01+08',
];

describe('excelDamage', () => {
  it.each(DAMAGED)('%j is %s', (text, damage) => {
    expect(excelDamage(text)).toBe(damage);
    expect(mayBeExcelDamage(text)).toBe(true);
  });

  it.each(WELL)('%j is well', (text) => expect(excelDamage(text)).toBeNull());

  it.each([
    ['45291', 'EXCEL_DATE'],
    ['45291.0', 'EXCEL_DATE'],
    ['45291.604166667', 'EXCEL_DATE'],
    ['45291,5', 'EXCEL_DATE'],
    ['#REF!', 'EXCEL_ERROR'],
    ['4.5E+04', 'EXCEL_NUMBER'],
    ['1990', null],
    ['20240305', null],
    ['2024', null],
    ['123456', null],
  ])('%j in a column of dates is %s', (text, damage) => expect(excelDateDamage(text)).toBe(damage));

  it.each(['CN', 'US', 'DE', null])('no number with an exponent is a phone number (%s)', (region) => {
    for (const [text, damage] of DAMAGED)
      if (damage === 'EXCEL_NUMBER') expect(normalizePhone(text, region)).toMatchObject({ value: text, understood: false });
  });
});
