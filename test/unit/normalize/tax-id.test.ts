import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { oldTaxNumberCheck, residentIdCheck, residentIdFacts, uscCheck } from '../../../src/normalize/chinese-ids.ts';
import { normalizeTaxId } from '../../../src/normalize/tax-id.ts';
import { TAX_ID_VALIDATORS, VAT_RULES } from '../../../src/normalize/tax-id-countries.ts';

const require = createRequire(import.meta.url);

const UNDERSTOOD: readonly (readonly [raw: string, country: string | null, value: string, kind: string | null])[] = [
  ['9144030071526726XG', 'CN', '9144030071526726XG', 'CN_USCC'],
  ['9144030071526726xg', 'CN', '9144030071526726XG', 'CN_USCC'],
  ['9144 0300 7152 6726 XG', 'CN', '9144030071526726XG', 'CN_USCC'],
  ['９１４４０３００７１５２６７２６ＸＧ', 'CN', '9144030071526726XG', 'CN_USCC'],
  ['914403001922038216', 'CN', '914403001922038216', 'CN_USCC'],
  ['914403001922038216', null, '914403001922038216', 'CN_USCC'],
  ['914403001922038216', 'HK', '914403001922038216', 'CN_USCC'],
  ['44030071526726x', 'CN', '44030071526726X', 'CN_TAX_15'],
  ['11010519491231002x', 'CN', '11010519491231002X', 'CN_RESIDENT_ID'],
  ['110105 19491231 002X', 'CN', '11010519491231002X', 'CN_RESIDENT_ID'],
  ['440524188001010014', 'CN', '440524188001010014', 'CN_RESIDENT_ID'],
  ['110105491231002', 'CN', '110105491231002', 'CN_RESIDENT_ID_15'],
  ['个体户', 'CN', '个体户', null],
  ['12345', 'CN', '12345', null],
  ['  无  ', 'CN', '无', null],
  ['04595257', 'TW', '04595257', 'TW_UBN'],
  ['A123456(3)', 'HK', 'A1234563', 'HK_HKID'],
  ['DE136695976', 'DE', 'DE136695976', 'DE_VAT'],
  ['de 136.695.976', 'DE', 'DE136695976', 'DE_VAT'],
  ['DE 136695976', null, 'DE136695976', 'DE_VAT'],
  ['DE136695976', 'CN', 'DE136695976', 'DE_VAT'],
  ['136695976', 'DE', '136695976', 'DE_VAT'],
  ['FR 40 303265045', 'FR', 'FR40303265045', 'FR_VAT'],
  ['NL004495445B01', 'NL', 'NL004495445B01', 'NL_VAT'],
  ['EL094259216', 'GR', 'EL094259216', 'GR_VAT'],
  ['GR 094259216', 'GR', 'EL094259216', 'GR_VAT'],
  ['ATU13585627', 'AT', 'ATU13585627', 'AT_VAT'],
  ['BE 0428.759.497', 'BE', 'BE0428759497', 'BE_VAT'],
  ['GB980780684', 'GB', 'GB980780684', 'GB_VAT'],
  ['ESB58378431', 'ES', 'ESB58378431', 'ES_VAT'],
  ['B58378431', 'ES', 'B58378431', 'ES_NIF'],
  ['CHE-107.787.577 IVA', 'CH', 'CHE107787577IVA', 'CH_VAT'],
  ['91-1144442', 'US', '911144442', 'US_EIN'],
  ['27aapfu0939f1zv', 'IN', '27AAPFU0939F1ZV', 'IN_GSTIN'],
  ['DE12345', 'US', 'DE12345', null],
  ['DE136695978', 'US', 'DE136695978', null],
  ['DE136695978', null, 'DE136695978', null],
  ['A &amp; B', null, 'A & B', null],
  ['', null, '', null],
];

const WRONG: readonly (readonly [raw: string, country: string | null, kind: string])[] = [
  ['9144030071526726XH', 'CN', 'CN_USCC'],
  ['91440300 71526726XH', 'CN', 'CN_USCC'],
  ['914403001922038217', null, 'CN_USCC'],
  ['O144030071526726XG', 'CN', 'CN_USCC'],
  ['440300715267261', 'CN', 'CN_TAX_15'],
  ['110105194912310021', 'CN', 'CN_RESIDENT_ID'],
  ['110105194902300025', 'CN', 'CN_RESIDENT_ID'],
  ['DE136695978', 'DE', 'DE_VAT'],
  ['de 136.695.978', 'DE', 'DE_VAT'],
  ['04595258', 'TW', 'TW_UBN'],
];

describe('normalizeTaxId', () => {
  it.each(UNDERSTOOD)('understands %j of %j', (raw, country, value, kind) => {
    expect(normalizeTaxId(raw, { country })).toEqual({ value, understood: true, kind });
    expect(normalizeTaxId(value, { country })).toEqual({ value, understood: true, kind });
  });
  it.each(WRONG)('keeps %j of %j', (raw, country, kind) => {
    expect(normalizeTaxId(raw, { country })).toMatchObject({ value: raw, understood: false });
    expect(normalizeTaxId(raw, { country }).kind).toBe(kind);
  });
  it('names only rules that exist', () => {
    const asked = [...TAX_ID_VALIDATORS, ...[...VAT_RULES.values()].map(({ country, validator }) => [country, [validator]] as const)];
    for (const [country, names] of asked) {
      const rules = require(`stdnum/lib/cjs/${country.toLowerCase()}`);
      for (const name of names) expect([country, name, typeof rules[name]?.validate]).toEqual([country, name, 'function']);
    }
  });
});

describe('Chinese numbers', () => {
  it.each([
    ['9144030071526726XG', true],
    ['91330100799655058B', true],
    ['914403001922038216', true],
    ['9144030071526726XA', false],
    ['9144030071526726xg', false],
    ['9144030071526726X', false],
    ['', false],
  ])('uscCheck of %j', (text, expected) => expect(uscCheck(text)).toBe(expected));
  it.each([
    ['44030071526726X', true],
    ['440300715267260', false],
    ['110105491231002', false],
  ])('oldTaxNumberCheck of %j', (text, expected) => expect(oldTaxNumberCheck(text)).toBe(expected));
  it.each([
    ['11010519491231002X', { birthday: '1949-12-31', gender: 'female' }],
    ['440524188001010014', { birthday: '1880-01-01', gender: 'male' }],
    ['110105491231002', { birthday: '1949-12-31', gender: 'female' }],
    ['110105491231003', { birthday: '1949-12-31', gender: 'male' }],
    ['11010519491231002x', null],
    ['110105194912310021', null],
    ['110105491331002', null],
    ['990105491231002', null],
    ['911156198503051029', { birthday: '1985-03-05', gender: 'female' }],
    ['990105194912310028', null],
    ['', null],
  ])('residentIdFacts of %j', (text, facts) => {
    expect(residentIdFacts(text)).toEqual(facts);
    expect(residentIdCheck(text)).toBe(facts !== null);
  });
});
