import { describe, expect, test } from 'vitest';
import { SCALAR_COLUMNS } from '../../../src/model/customer.ts';
import { CONSISTENCY_RULES, type Subject } from '../../../src/quality/consistency-rules.ts';
import { optedOutButSubscribed } from '../../../src/quality/opt-out.ts';
import { regionsOfNumber } from '../../../src/quality/phone-regions.ts';
import { residentIdOf } from '../../../src/quality/resident-id.ts';

const CALENDAR = { today: '2026-06-15', oldest: '1906-06-15' };
/** A number of GB 11643-1999 with a right check character: born on 1949-12-31, a woman. */
const RESIDENT_ID = '11010519491231002X';

/** Ids of the rules that a customer breaks; without other values it is a person with a name and an address. */
function broken(values: Readonly<Record<string, string | number | null>>, other: Partial<Subject> = {}): string[] {
  const all: Record<string, string | number | null> = { kind: 'person', name: 'X', email: 'x@example.com', ...values };
  const subject: Subject = {
    id: 1,
    values: SCALAR_COLUMNS.map((column) => all[column] ?? null),
    hasContactPoint: false,
    companyKind: null,
    consents: [],
    tags: [],
    residentId: null,
    ...other,
  };
  return CONSISTENCY_RULES.filter((rule) => rule.breaks(subject, CALENDAR)).map(({ id }) => id);
}

describe('a customer', () => {
  test.each<[string, string[], string[]]>([
    ['nothing unusual', broken({ birthday: '1990-01-01' }), []],
    ['born today', broken({ birthday: '2026-06-15' }), []],
    ['born tomorrow', broken({ birthday: '2026-06-16' }), ['birthday_future']],
    ['born 120 years ago', broken({ birthday: '1906-06-15' }), []],
    ['born before', broken({ birthday: '1906-06-14' }), ['birthday_too_old']],
    [
      'first contact after the last',
      broken({ first_contacted_at: '2026-02-01T00:00:00.000Z', last_contacted_at: '2026-01-01T00:00:00.000Z' }),
      ['contact_order'],
    ],
    ['first contact only', broken({ first_contacted_at: '2026-02-01T00:00:00.000Z' }), []],
    ['contacted later today', broken({ last_contacted_at: '2026-06-15T23:00:00.000Z' }), []],
    ['contacted tomorrow', broken({ last_contacted_at: '2026-06-16T00:00:00.000Z' }), ['contact_future']],
    ['created tomorrow', broken({ created_at: '2026-06-16T00:00:00.000Z' }), ['created_future']],
    ['Chinese with a Chinese phone', broken({ country: 'CN', phone: '+8613800138000' }), []],
    ['French with a Chinese phone', broken({ country: 'FR', phone: '+8613800138000' }), ['country_phone']],
    ['Canada shares +1', broken({ country: 'CA', phone: '+12025550123' }), []],
    ['Kazakhstan shares +7', broken({ country: 'KZ', phone: '+79161234567' }), []],
    ['Jersey shares +44', broken({ country: 'JE', phone: '+442079460018' }), []],
    ['a freephone number of the world', broken({ country: 'FR', phone: '+80012345678' }), []],
    ['a phone that was not understood', broken({ country: 'FR', phone: '13800138000' }), []],
    ['a country that was not understood', broken({ country: 'Atlantis', phone: '+8613800138000' }), []],
    ['birthday of the card', broken({ birthday: '1949-12-31', gender: 'female' }, { residentId: RESIDENT_ID }), []],
    ['another birthday', broken({ birthday: '1950-12-31' }, { residentId: RESIDENT_ID }), ['resident_id_birthday']],
    ['another gender', broken({ gender: 'male' }, { residentId: RESIDENT_ID }), ['resident_id_gender']],
    ['its own company', broken({ company_id: 1 }, { companyKind: 'person' }), ['company_self']],
    ['a person as company', broken({ company_id: 2 }, { companyKind: 'person' }), ['company_is_person']],
    ['an organisation as company', broken({ company_id: 2 }, { companyKind: 'organisation' }), []],
    ['nothing to reach it by', broken({ email: null }), ['unreachable']],
    ['a contact point only', broken({ email: null }, { hasContactPoint: true }), []],
    ['an organisation without contact', broken({ email: null, kind: 'organisation' }), []],
    ['neither name nor company', broken({ name: null }), ['nameless']],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  test('every rule has an id of its own and labels in both languages', () => {
    expect(new Set(CONSISTENCY_RULES.map(({ id }) => id)).size).toBe(CONSISTENCY_RULES.length);
    for (const { label } of CONSISTENCY_RULES)
      expect([label.en, /\p{Script=Han}/u.test(label.zh)]).toEqual([expect.stringMatching(/^[a-z]/), true]);
  });
});

describe('opted out, but subscribed', () => {
  const decision = (channel: string, status: string, day = '2026-01-01') => ({ channel, status, decidedAt: `${day}T00:00:00.000Z` });
  test.each([
    ['no decision at all', [], ['newsletter'], false],
    ['out of e-mail, tagged newsletter', [decision('email', 'out')], ['vip', 'Newsletter'], true],
    ['out of e-mail, tagged 已订阅', [decision('email', 'out')], ['已订阅'], true],
    ['out of e-mail, tagged 短信订阅', [decision('email', 'out')], ['短信订阅'], false],
    ['out of text messages, tagged 短信订阅', [decision('sms', 'out')], ['短信订阅'], true],
    ['out of e-mail but in by phone, tagged subscribed', [decision('email', 'out'), decision('phone', 'in')], ['subscribed'], false],
    ['out of all, tagged newsletter', [decision('any', 'out')], ['newsletter'], true],
    ['out of all, in before that', [decision('any', 'out'), decision('email', 'in', '2025-01-01')], [], true],
    ['out of all, in again after that', [decision('any', 'out'), decision('email', 'in', '2026-02-01')], [], false],
    ['unsubscribed is no subscription', [decision('email', 'out')], ['unsubscribed'], false],
  ])('%s', (_what, consents, tags, expected) => {
    expect(optedOutButSubscribed(consents, tags)).toBe(expected);
  });
});

test.each([
  ['+8613800138000', ['CN']],
  ['+80012345678', null],
  ['+9990', null],
  ['+', null],
])('regions of %s', (phone, regions) => {
  expect(regionsOfNumber(phone)).toEqual(regions);
});

describe('the number of the identity card', () => {
  test.each([
    [null, null, null],
    [RESIDENT_ID, null, RESIDENT_ID],
    ['91350100M000100Y43', null, null],
    [null, JSON.stringify({ 身份证号: '110105 19491231 002x', 其他: 'x' }), RESIDENT_ID],
    [null, JSON.stringify({ 身份证号: '110105194912310021' }), null],
    [null, JSON.stringify({ 其他: RESIDENT_ID }), null],
  ])('of tax number %j and custom fields %j', (taxId, attributes, expected) => {
    expect(residentIdOf(taxId, attributes)).toBe(expected);
  });
});
