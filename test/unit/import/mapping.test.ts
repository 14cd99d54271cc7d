import { describe, expect, test } from 'vitest';
import { mapHeader } from '../../../src/import/mapping.ts';
import { checkedPreset } from '../../../src/import/preset.ts';
import { targetName } from '../../../src/model/header-target.ts';
import { readWithPreset } from '../../support/preset-fixtures.ts';

const preset = (columns: object, more: object = {}) => checkedPreset('test', { signature: [['A']], columns, ...more }, null);
const mapped = (header: string[], columns: object = {}, given: [string, string][] = []): string[] =>
  mapHeader(header, new Map(given), preset(columns)).map(
    ({ target, how, rule }) => `${how} ${targetName(target)}${rule?.readWith === undefined ? '' : ` with ${rule.readWith}`}`,
  );

describe('mapHeader', () => {
  test.each<[string, string[], object, [string, string][], string[]]>([
    ['a preset goes before an alias', ['Title', 'Mobile'], { Title: 'attributes.Title' }, [], ['preset attributes.Title', 'alias phone']],
    ['the user goes before a preset', ['Mail', 'Title'], { Mail: 'email' }, [['Mail', 'notes']], ['given notes', 'alias job_title']],
    [
      'a field that the user gave away is not filled again',
      ['Mail', 'E-Mail'],
      { 'E-Mail': 'email' },
      [['Mail', 'email']],
      ['given email', 'preset attributes.E-Mail'],
    ],
    [
      'the preset decides which of two columns fills a field',
      ['State', 'Province'],
      { Province: 'region', State: 'region' },
      [],
      ['preset attributes.State', 'preset region'],
    ],
    [
      'headers are folded',
      ['客户名称(必填)', 'MAILING_STATE'],
      { 客户名称: 'company_name', 'Mailing State': 'region' },
      [],
      ['preset company_name', 'preset region'],
    ],
    [
      'groups are repeated',
      ['Mail 10 - Type', 'Mail 10', 'Mail 2'],
      { 'Mail {n}': { to: 'contact.email', label: 'Mail {n} - Type' } },
      [],
      ['preset contact.email with 1', 'preset contact.email', 'preset contact.email'],
    ],
    [
      'the first contact column that may be the field is it, where no other is',
      ['Home', 'Work'],
      { Work: { to: 'contact.phone.work', primary: true }, Home: { to: 'contact.phone.home', primary: true } },
      [],
      ['preset phone', 'preset contact.phone.work'],
    ],
    [
      'but not where an alias is',
      ['Home', 'Mobile'],
      { Home: { to: 'contact.phone.home', primary: true } },
      [],
      ['preset contact.phone.home', 'alias phone'],
    ],
    [
      'the first part stands for a missing header',
      ['Home City', 'Home Zip'],
      { 'Home Street': { to: 'contact.address.home', parts: ['Home City', 'Home Zip'] } },
      [],
      ['preset contact.address.home', 'preset contact.address.home with 0'],
    ],
    [
      'headers that mean something by themselves',
      [
        'contact.email.work',
        'consent.sms.out',
        'external_id.shop',
        'external_id.a.b',
        'contact.fax',
        'consent.email.maybe',
        'attributes.x',
      ],
      {},
      [],
      [
        'alias contact.email.work',
        'alias consent.sms.out',
        'alias external_id.shop',
        'alias external_id.a.b',
        'custom attributes.contact.fax',
        'custom attributes.consent.email.maybe',
        'alias attributes.x',
      ],
    ],
    ['the number of a row is its id', ['unique_id', 'Name'], {}, [], ['alias external_id', 'alias name']],
    ['the id of a record too', ['rec_id', '记录编号'], {}, [], ['alias external_id', 'custom attributes.记录编号']],
    ['but not where another column is one', ['Row ID', 'Customer ID'], {}, [], ['custom attributes.Row ID', 'alias external_id']],
    ['of two ids the second is kept', ['contact_id', 'unique_id'], {}, [], ['alias external_id', 'custom attributes.unique_id']],
    [
      'of a value in several columns the first is the field',
      ['fname_c1', 'fname_c2', 'lname_1', 'lname_2', 'phone 1', 'City 1', 'City'],
      {},
      [],
      [
        'alias given_name',
        'custom attributes.fname_c2',
        'alias family_name',
        'custom attributes.lname_2',
        'alias phone',
        'custom attributes.City 1',
        'alias city',
      ],
    ],
    [
      'a birthday in three columns',
      ['bd', 'Birth Month', 'by'],
      {},
      [],
      ['alias birthday with 2', 'alias birthday with 2', 'alias birthday'],
    ],
    ['not in two', ['by', 'bm'], {}, [], ['custom attributes.by', 'custom attributes.bm']],
    [
      'nor beside one of its own',
      ['by', 'bm', 'bd', 'dob'],
      {},
      [],
      ['custom attributes.by', 'custom attributes.bm', 'custom attributes.bd', 'alias birthday'],
    ],
    [
      'the user may name any target',
      ['a', 'b', 'c', 'd', 'e'],
      {},
      [
        ['a', 'contact.messenger.WeChat'],
        ['b', 'consent.phone'],
        ['c', 'external_id.old'],
        ['d', 'external_ids'],
        ['e', ''],
      ],
      ['given contact.messenger.WeChat', 'given consent.phone', 'given external_id.old', 'given external_ids', 'ignored null'],
    ],
  ])('%s', (_what, header, columns, given, expected) => {
    expect(mapped(header, columns, given)).toEqual(expected);
  });

  test.each(['contact.fax', 'consent.pigeon', 'consent.email.maybe', 'external_id.', 'id'])('there is no target %s', (name) => {
    expect(() => mapHeader(['a'], new Map([['a', name]]))).toThrow(expect.objectContaining({ code: 'UNKNOWN_FIELD' }));
  });
});

describe('rows whose values stand in several columns', () => {
  test('year, month and day of birth', () => {
    const table = {
      header: ['by', 'bm', 'bd'],
      rows: [
        ['1949', '7', '22'],
        ['1949', '', ''],
        ['1949', 'NA', '31'],
      ],
    };
    expect(readWithPreset(table, preset({})).rows).toMatchObject([
      { fields: { birthday: '1949-07-22' } },
      { attributes: { by: '1949' } },
      { attributes: { by: '1949-NA-31' } },
    ]);
    const named = preset({ by: { to: 'birthday', parts: ['bm', 'bd'] } });
    expect(readWithPreset(table, named).rows[0]).toMatchObject({ fields: { birthday: '1949-07-22' } });
  });

  test('an empty cell is read from another column, which stays what it is', () => {
    const table = {
      header: ['Who', 'Local'],
      rows: [
        ['Ada', '王芳'],
        ['', '王芳'],
        ['', ''],
      ],
    };
    const { rows } = readWithPreset(table, preset({ Who: { to: 'name', else: ['Local', 'Gone'] } }));
    expect(rows.map(({ name }) => name)).toEqual(['Ada', '王芳', null]);
    expect(rows[1]).toMatchObject({ attributes: { Local: '王芳' } });
  });
});

describe('rows of files whose headers mean contact points and consents', () => {
  const read = (header: string, ...rows: string[]) =>
    readWithPreset({ header: header.split('|'), rows: rows.map((row) => row.split('|')) }, preset({}), 'DE');

  test('further addresses are told apart, once each, without those of the row itself', () => {
    const { rows, warnings } = read(
      'email|phone|contact.email.work|contact.phone|contact.url.blog',
      'A@x.org|030 23125001|b@x.org ::: a@x.org ::: B@X.org|+49 30 23125001 ::: 030 23125002|https://x.example ::: https://y.example',
    );
    expect(rows[0]).toMatchObject({
      fields: { email: 'a@x.org', phone: '+493023125001' },
      children: ['email.work b@x.org', 'phone +493023125002', 'url.blog https://x.example', 'url.blog https://y.example'],
    });
    expect(warnings).toEqual([]);
  });

  test('a contact column never becomes the field, and one that is not understood is kept without a key', () => {
    const { rows, warnings } = read('name|contact.email', 'Ada|a@x.org', 'Eve|see card');
    expect(rows.map(({ fields, children }) => [fields.email, children])).toEqual([
      [undefined, ['email a@x.org']],
      [undefined, ['email see card [no key]']],
    ]);
    expect(warnings).toEqual(['NOT_UNDERSTOOD contact.email 3']);
  });

  test('several addresses in the cells of fields', () => {
    const { rows, warnings } = read('email|phone', 'a@x.org; b@x.org|030 23125001 / 030 23125002', 'a@x.org; none|030 / 23125002');
    expect(rows).toMatchObject([
      { fields: { email: 'a@x.org', phone: '+493023125001' }, children: ['email b@x.org', 'phone +493023125002'] },
      { fields: { email: 'a@x.org; none', phone: '+493023125002' } },
    ]);
    expect(rows[1]).not.toHaveProperty('children');
    expect(warnings).toEqual(['NOT_UNDERSTOOD email 3']);
  });

  test('an extension goes with its number', () => {
    const { rows } = read('phone|contact.phone.desk', '030 23125001 ext. 5 / 030 23125002 ext. 6|030 23125001 ext. 7');
    expect(rows[0]).toMatchObject({
      fields: { phone: '+493023125001', phone_ext: '5' },
      children: ['phone +493023125002 ext. 6 [+493023125002;ext=6]', 'phone.desk +493023125001 ext. 7 [+493023125001;ext=7]'],
    });
  });

  test('consents: an opt-out of the row goes before an opt-in, an unknown word stays a custom field', () => {
    const { rows, warnings } = read('consent.email.in|consent.email.out|consent.sms', 'yes|true|whatever', '2024-01-31|false|out');
    expect(rows).toMatchObject([
      { children: ['consent.email out (consent.email.out: true; consent.email.in: yes)'], attributes: { 'consent.sms': 'whatever' } },
      { children: ['consent.email in (consent.email.in: 2024-01-31) 2024-01-31T00:00:00.000Z', 'consent.sms out (consent.sms: out)'] },
    ]);
    expect(warnings).toEqual(['NOT_UNDERSTOOD consent.sms 2']);
  });

  test('ids of several systems', () => {
    const { rows } = read('external_id|external_id.shop|external_ids', '1|2|crm:3');
    expect(rows[0]).toMatchObject({
      externalId: '1',
      qualifiedIds: [
        { source: 'shop', id: '2' },
        { source: 'crm', id: '3' },
      ],
    });
  });
});
