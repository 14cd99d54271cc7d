import { describe, expect, test } from 'vitest';
import { parseExternalIds } from '../../../src/model/external-id.ts';
import { headerOfCustomField, knownTarget, type Target, targetName, targetOfName } from '../../../src/model/header-target.ts';

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
    ['contact.email', 'attributes.contact.email'],
    ['consent.sms.out', 'attributes.consent.sms.out'],
    ['external_id.shop', 'attributes.external_id.shop'],
    ['contact.fax', 'contact.fax'],
    ['row_id', 'attributes.row_id'],
    ['fname_c1', 'attributes.fname_c1'],
    ['__proto__', '__proto__'],
  ])('%s is written as %s, and read as itself', (name, header) => {
    expect(headerOfCustomField(name)).toBe(header);
    const target = knownTarget(header, true) ?? knownTarget(header, false) ?? { kind: 'attribute', name: header };
    expect(target).toEqual({ kind: 'attribute', name });
  });
});

test.each([
  'email',
  'attributes.Lead source',
  'external_id',
  'external_id.shop',
  'external_id.a.b c',
  'external_ids',
  'tags',
  'contact.email',
  'contact.phone.work fax',
  'contact.messenger.a.b',
  'consent.any',
  'consent.email.in',
  'consent.post.out',
])('the name %s means the target of that name', (name) => {
  expect(targetName(targetOfName(name) as Target)).toBe(name);
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
