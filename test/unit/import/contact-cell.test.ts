import { describe, expect, test } from 'vitest';
import { contactItems, contactsOf } from '../../../src/import/contact-cell.ts';

const shown = (cells: ReturnType<typeof contactItems> | null): string[] | null =>
  cells?.map((cell) =>
    typeof cell === 'string' ? `? ${cell}` : `${cell.kind} ${cell.value}${cell.extension === null ? '' : ` x${cell.extension}`}`,
  ) ?? null;

describe('contactsOf', () => {
  test.each<['email' | 'phone', string, string[] | null]>([
    ['email', 'a@x.com; b@y.com', ['email a@x.com', 'email b@y.com']],
    ['email', 'A@X.com,b@y.com;', ['email a@x.com', 'email b@y.com']],
    ['email', 'a@x.com；b@y.com、c@z.com', ['email a@x.com', 'email b@y.com', 'email c@z.com']],
    ['email', 'a@x.com ::: b@y.com', ['email a@x.com', 'email b@y.com']],
    ['email', 'a@x.com / b@y.com', ['email a@x.com', 'email b@y.com']],
    ['email', 'a@x.com b@y.com', ['email a@x.com', 'email b@y.com']],
    ['email', 'Ann <a@x.com>, Ben <b@y.com>', ['email a@x.com', 'email b@y.com']],
    ['email', '["a@x.com","b@y.com"]', ['email a@x.com', 'email b@y.com']],
    ['email', '[]', []],
    ['email', 'a@x.com; none', null],
    ['email', 'ask Ann', null],
    ['email', '["a@x.com", 7]', null],
    ['email', '[not json]', null],
    ['email', '123456789/a@x.com', ['email 123456789/a@x.com']],
    ['phone', '13800138000 / 13900139000', ['phone +8613800138000', 'phone +8613900139000']],
    ['phone', '13800138000/13900139000', ['phone +8613800138000', 'phone +8613900139000']],
    ['phone', '021-62001234转801；13900139000', ['phone +862162001234 x801', 'phone +8613900139000']],
    ['phone', '021-62001234、62001235', null],
    ['phone', '13800138000 13900139000', ['phone +8613800138000', 'phone +8613900139000']],
    ['phone', '13800138000 或 13900139000', ['phone +8613800138000', 'phone +8613900139000']],
    ['phone', '[{"number":"199001234","countryCode":"FR","callingCode":"+33"}]', ['phone +33199001234']],
    ['phone', '[{"number":"+33199001234","label":"desk"}]', null],
    ['phone', '[{"phone":"+33199001234"}]', null],
    ['phone', Array.from({ length: 101 }, () => '13800138000').join(';'), null],
  ])('%s %s', (kind, cell, found) => {
    expect(shown(contactsOf(kind, cell, 'CN'))).toEqual(found);
  });

  test.each<[string, string[] | null]>([
    ['123456789/a@x.com', ['messenger 123456789', 'email a@x.com']],
    ['123456789', ['messenger 123456789']],
    ['a@x.com', ['email a@x.com']],
    ['0123/a@x.com', null],
    ['see card', null],
  ])('with QQ numbers: %s', (cell, found) => {
    expect(shown(contactsOf('email', cell, null, true))).toEqual(found);
  });
});

test.each<[string, string[]]>([
  ['a@x.com ::: see card', ['email a@x.com', '? see card']],
  ['["a@x.com","see card"]', ['email a@x.com', '? see card']],
  ['a@x.com; see card', ['? a@x.com; see card']],
  ['a@x.com; b@y.com ::: c@z.com', ['email a@x.com', 'email b@y.com', 'email c@z.com']],
])('a column for contact points tells the items of a list apart: %s', (cell, found) => {
  expect(shown(contactItems('email', cell, null))).toEqual(found);
});
