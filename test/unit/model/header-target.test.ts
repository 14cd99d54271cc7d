import { describe, expect, test } from 'vitest';
import { parseExternalIds } from '../../../src/model/external-id.ts';
import { headerOfCustomField, knownTarget } from '../../../src/model/header-target.ts';

describe('headerOfCustomField', () => {
  test.each([
    ['Lead source', 'Lead source'],
    ['email', 'attributes.email'],
    ['Mobile', 'attributes.Mobile'],
    ['Email (2)', 'attributes.Email (2)'],
    ['id', 'attributes.id'],
    ['tags', 'attributes.tags'],
    ['external_ids', 'attributes.external_ids'],
    ['_line', 'attributes._line'],
    ['attributes.x', 'attributes.attributes.x'],
    ['__proto__', '__proto__'],
  ])('%s is written as %s, and read as itself', (name, header) => {
    expect(headerOfCustomField(name)).toBe(header);
    const target = knownTarget(header, true) ?? knownTarget(header, false) ?? { kind: 'attribute', name: header };
    expect(target).toEqual({ kind: 'attribute', name });
  });
});

describe('parseExternalIds', () => {
  test.each([
    [
      'shop:1; crm:a:b',
      [
        ['shop', '1'],
        ['crm', 'a:b'],
      ],
    ],
    [
      'a%3Ab:50%25%3B;  x:',
      [
        ['a:b', '50%;'],
        ['x', ''],
      ],
    ],
    ['nothing; ;here', []],
    ['%41:%zz', [['%41', '%zz']]],
  ])('%s', (text, pairs) => {
    expect(parseExternalIds(text)).toEqual(pairs.map(([source, id]) => ({ source, id })));
  });
});
