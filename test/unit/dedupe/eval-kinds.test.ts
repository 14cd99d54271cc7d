import { describe, expect, test } from 'vitest';
import { mergedKinds, missedKinds } from '../../../src/dedupe/eval-kinds.ts';
import type { Customer } from '../../../src/model/customer.ts';
import { composeName } from '../../../src/model/customer.ts';
import { FIELDS } from '../../../src/model/fields.ts';

const EMPTY = Object.fromEntries(FIELDS.map(({ name }) => [name, null]));

/** `given|family|email|phone|birthday|street|city|company`, shorter where nothing more is said. */
function person(text: string): Customer {
  const [given_name, family_name, email, phone, birthday, street, city, company_name] = text
    .split('|')
    .map((value) => (value === '' ? null : value));
  const name = composeName(given_name ?? null, family_name ?? null);
  const said = { name, given_name, family_name, email, phone, birthday, street, city, company_name };
  const filled = Object.entries(said).map(([field, value]) => [field, value ?? null]);
  return { ...EMPTY, kind: 'person', attributes: {}, ...Object.fromEntries(filled) } as unknown as Customer;
}

describe('missedKinds', () => {
  test.each([
    ['Ada|Berg', 'Ada|Berg', ['same values']],
    ['Robert|Berg', 'Robret|Berg', ['typo in name']],
    ['Robert|Berg', 'Bob|Berg', ['nickname']],
    ['Robert|Berg', 'R|Berg', ['initial']],
    ['Robert|Berg', 'Berg|Robert', ['swapped names']],
    ['Ada|Berg', 'Ada|Hollister', ['other family name']],
    ['Ada|Berg', 'Zoe|Hollister', ['other name']],
    ['伟|张', 'Wei|Zhang', ['other script']],
    ['Ada|Berg|a@x.org', 'Ada|Berg|b@x.org', ['changed e-mail']],
    ['Ada|Berg||+493012345678', 'Ada|Berg||+493087654321', ['changed phone']],
    ['Ada|Berg|||1979-03-04', 'Ada|Berg|||1979-04-03', ['mistyped birthday']],
    ['Ada|Berg|||1979-03-04', 'Ada|Berg|||1985-10-12', ['other birthday']],
    ['Ada|Berg||||1 Mill Lane|Leeds', 'Ada|Berg||||7 Dock Road|York', ['moved']],
    ['Ada|Berg|a@x.org|+493012345678', 'Ada|Berg', ['missing values']],
    ['Ada|Berg||||||Acme Ltd', 'Ada|Berg||||||Globex Inc', ['other company']],
  ])('%s and %s: %j', (left, right, kinds) => {
    expect(missedKinds(person(left), person(right))).toEqual(kinds);
    expect(missedKinds(person(right), person(left))).toEqual(kinds);
  });
});

describe('mergedKinds', () => {
  test.each([
    ['John|Smith', 'John|Smith', ['namesakes']],
    ['John|Smith|s@x.org||1950-03-14', 'John|Smith|s@x.org||1981-11-02', ['other birthday', 'household', 'shared e-mail']],
    ['John|Smith||+493012345678', 'John|Smith Jr||+493012345678', ['other generation', 'shared phone']],
    ['Anna|Berg|||1999-03-14', 'Hanna|Berg|||1999-03-14', ['other name', 'twins']],
    ['Anna|Berg||||1 Mill Lane|Leeds', 'Carl|Berg||||1 Mill Lane|Leeds', ['other name', 'household']],
    ['Anna|Berg|info@x.org|||||Acme', 'Carl|Dorn|info@x.org|||||Acme', ['other name', 'shared e-mail', 'same company']],
  ])('%s and %s: %j', (left, right, kinds) => {
    expect(mergedKinds(person(left), person(right))).toEqual(kinds);
    expect(mergedKinds(person(right), person(left))).toEqual(kinds);
  });
});
