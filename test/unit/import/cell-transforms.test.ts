import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { ruledCell } from '../../../src/import/cell-rule.ts';
import { TRANSFORMS, type TransformName } from '../../../src/import/cell-transforms.ts';

describe('TRANSFORMS', () => {
  test.each<[TransformName, string, string]>([
    ['apostrophe', "'7012345678901", '7012345678901'],
    ['apostrophe', "'+12025550130", '+12025550130'],
    ['apostrophe', "'t Hooft", "'t Hooft"],
    ['facebook-prefix', 'p:+46701740606', '+46701740606'],
    ['facebook-prefix', 'l:120210000000001', '120210000000001'],
    ['facebook-prefix', 'p: ask', 'p: ask'],
    ['zoho-id', 'zcrm_415000000001', '415000000001'],
    ['zoho-id', 'zcrm_x', 'zcrm_x'],
    ['salesforce-id', '001A0000006Vm9u', '001A0000006Vm9uIAC'],
    ['salesforce-id', '0015g00000XyZaBAAV', '0015g00000XyZaBAAV'],
    ['salesforce-id', 'short', 'short'],
    ['empty-date', '0/0/00', ''],
    ['empty-date', '0000-00-00', ''],
    ['empty-date', '00/00/0000', ''],
    ['empty-date', '1/0/00', '1/0/00'],
    ['unspecified', 'Unspecified', ''],
    ['unspecified', 'Female', 'Female'],
    ['international', '46701740611', '+46701740611'],
    ['international', '+46701740611', '+46701740611'],
    ['international', '070-1740611', '070-1740611'],
    ['quoted-list', '"VIP","Blog, daily"', 'VIP ::: Blog, daily'],
    ['quoted-list', 'VIP, Blog', 'VIP ::: Blog'],
    ['quoted-list', '"say ""hi"""', 'say "hi"'],
    ['quoted-list', '"open', '"open'],
    ['starred-list', '* myContacts ::: Friends, old', 'myContacts ::: Friends, old'],
    ['json-list', '[ ]', ''],
    ['json-list', '["a"]', '["a"]'],
  ])('%s: %s', (name, cell, text) => {
    expect(TRANSFORMS[name](cell)).toBe(text);
  });

  test.each(Object.entries(TRANSFORMS))('%s takes any text, and its own result as it is', (_name, transform) => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (text) => {
        const once = transform(text);
        expect(typeof once).toBe('string');
        if (once !== '' && !once.includes('"')) expect(transform(once)).toBe(once);
      }),
    );
  });
});

test.each([
  ['parts are joined, empty ones left out', { parts: [1, 2] }, ['Kiln Row', '', ' Unit 4 '], 'Kiln Row, Unit 4'],
  ['a missing first part', { parts: [1] }, [undefined, 'Unit 4'], 'Unit 4'],
  ['nothing but missing parts', { parts: [1] }, [undefined, undefined], undefined],
  ['a calling code', { prefix: 1 }, ['199001234', '+33'], '+33 199001234'],
  ['a calling code without its plus', { prefix: 1 }, ['199001234', '33'], '+33 199001234'],
  ['a number that has one', { prefix: 1 }, ['+1 202 555 0130', '+33'], '+1 202 555 0130'],
  ['a calling code without a number', { prefix: 1 }, ['', '+33'], ''],
  ['each part is transformed', { value: 'apostrophe' as const, parts: [1] }, ["'1", "'2"], '1, 2'],
])('ruledCell: %s', (_what, rule, cells, text) => {
  expect(ruledCell(0, rule, cells)).toBe(text);
});
