import { describe, expect, it } from 'vitest';
import { contactCell, headerOfContacts, parseContacts } from '../../../src/model/contact-list.ts';

describe('a list of contact points', () => {
  it.each([
    ['email:a@x.org', [{ kind: 'email', label: null, value: 'a@x.org' }]],
    [
      'email.work:a@x.org; phone:+4930123456',
      [
        { kind: 'email', label: 'work', value: 'a@x.org' },
        { kind: 'phone', label: null, value: '+4930123456' },
      ],
    ],
    ['social.We.Chat%3A 1:ada%3Bwx:100%25', [{ kind: 'social', label: 'We.Chat: 1', value: 'ada;wx:100%' }]],
    ['url:https://x.org/a', [{ kind: 'url', label: null, value: 'https://x.org/a' }]],
  ])('reads %s', (text, contacts) => expect(parseContacts(text)).toEqual(contacts));

  it.each([
    [['a@x.org'], 'a@x.org'],
    [['a', 'b'], 'a ::: b'],
    [[':::', 'b'], '::: ::: b'],
    [['a :::', 'b'], '["a :::","b"]'],
    [['a ::: b'], '["a ::: b"]'],
    [['["a"]'], String.raw`["[\"a\"]"]`],
  ])('%j is one cell: %s', (values, cell) => expect(contactCell(values)).toBe(cell));

  it.each([
    [{ kind: 'email', label: null }, 'contact.email'],
    [{ kind: 'address', label: 'home' }, 'contact.address.home'],
  ] as const)('has for %o the header %s', (contact, header) => expect(headerOfContacts(contact)).toBe(header));
});
