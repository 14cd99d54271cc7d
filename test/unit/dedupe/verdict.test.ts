import { describe, expect, it } from 'vitest';
import { CUTS, GUARD, GUARDS, guardNames, verdictOf } from '../../../src/dedupe/verdict.ts';
import { link, populationOf, type RowValues, strangers, verdictsOf } from '../../support/compared-rows.ts';

const STRANGERS = strangers(150);
/** Where somebody lives. */
const HOME = { street: 'Jefferson Avenue 12', city: 'Berlin', postal_code: '10115', country: 'DE' };
const OTHER_HOME = { street: 'Oak Lane 7', city: 'Hamburg', postal_code: '20095', country: 'DE' };
const JOHN = { given_name: 'John', family_name: 'Smithson' };
const PHONE = { phone: '+493012345678' };
const MAIL = { email: 'john.smithson@example.com' };
const BORN = { birthday: '1980-03-14' };

/** What becomes of a pair among strangers: its verdict and guards; pairs that were forgotten are `distinct`. */
async function judged(a: RowValues, b: RowValues, others: readonly RowValues[] = [], kind: 'person' | 'organisation' = 'person') {
  const rest: readonly RowValues[] =
    kind === 'person'
      ? STRANGERS
      : STRANGERS.map(
          ({ given_name, family_name, phone, email, city, postal_code }, i) =>
            ({
              ...{
                name: `${given_name} ${family_name} ${['Papier', 'Holz', 'Stahl', 'Glas'][i % 4]} GmbH`,
                phone,
                email,
                city,
                postal_code,
              },
            }) as RowValues,
        );
  const rows = [a, b, ...others, ...rest];
  const [forth, back] = [rows, [b, a, ...others, ...rest]];
  const found = verdictsOf(await link(populationOf(forth, { kind }))).get('1 2') ?? { verdict: 'distinct', guards: [] };
  const turned = verdictsOf(await link(populationOf(back, { kind }))).get('1 2') ?? { verdict: 'distinct', guards: [] };
  expect(turned).toEqual(found);
  return found;
}

const said = ({ verdict, guards }: { readonly verdict: string; readonly guards: readonly string[] }): string =>
  [verdict, ...guards].join(' ');

describe('persons', () => {
  it.each<[string, RowValues, RowValues, string]>([
    ['the same in all', { ...JOHN, ...HOME, ...PHONE, ...MAIL, ...BORN }, { ...JOHN, ...HOME, ...PHONE, ...MAIL, ...BORN }, 'auto'],
    ['moved', { ...JOHN, ...HOME, ...MAIL, ...BORN }, { ...JOHN, ...OTHER_HOME, ...MAIL, ...BORN }, 'auto'],
    ['another e-mail address', { ...JOHN, ...HOME, ...BORN, ...MAIL }, { ...JOHN, ...HOME, ...BORN, email: 'jsm@x.org' }, 'auto'],
    ['an initial and the same e-mail address', { ...JOHN, ...MAIL, ...HOME }, { ...JOHN, given_name: 'J.', ...MAIL, ...HOME }, 'auto'],
    [
      'an initial and the same address',
      { ...JOHN, ...HOME, ...BORN },
      { ...JOHN, given_name: 'J.', ...HOME, ...BORN },
      'review different_given_name',
    ],
    ['a nickname', { ...JOHN, given_name: 'Bob', ...MAIL, ...BORN }, { ...JOHN, given_name: 'Robert', ...MAIL, ...BORN }, 'auto'],
    ['parts of the name swapped', { ...JOHN, ...MAIL, ...BORN }, { given_name: 'Smithson', family_name: 'John', ...MAIL, ...BORN }, 'auto'],
    ['married', { ...JOHN, ...MAIL, ...BORN }, { ...JOHN, family_name: 'Miller', ...MAIL, ...BORN }, 'review different_family_name'],
    ['father and son', { ...JOHN, ...HOME, ...PHONE, ...BORN }, { ...JOHN, ...HOME, ...PHONE, birthday: '1952-11-27' }, 'distinct'],
    [
      'father and son, one e-mail address',
      { ...JOHN, ...HOME, ...MAIL, ...BORN },
      { ...JOHN, ...HOME, ...MAIL, birthday: '1952-11-27' },
      'review different_birthday',
    ],
    [
      'junior and senior',
      { ...JOHN, name: 'John Smithson Jr.', ...HOME, ...PHONE },
      { ...JOHN, name: 'John Smithson Sr.', ...HOME, ...PHONE },
      'distinct',
    ],
    ['perhaps a junior', { ...JOHN, name: 'John Smithson Jr.', ...HOME, ...PHONE }, { ...JOHN, ...HOME, ...PHONE }, 'review suffix'],
    ['twins', { ...JOHN, ...HOME, ...PHONE, ...BORN }, { ...JOHN, given_name: 'Mary', ...HOME, ...PHONE, ...BORN }, 'distinct'],
    ['a household', { ...JOHN, ...HOME, ...PHONE }, { ...JOHN, given_name: 'Mary', ...HOME, ...PHONE }, 'distinct'],
    ['spouses with one e-mail address', { ...JOHN, ...HOME, ...MAIL }, { ...JOHN, given_name: 'Mary', ...HOME, ...MAIL }, 'distinct'],
    ['namesakes', { ...JOHN, ...HOME, ...MAIL }, { ...JOHN, ...OTHER_HOME, email: 'js@other.org' }, 'distinct'],
    ['namesakes of whom no more is known', JOHN, JOHN, 'distinct'],
    ['the same name at the same address', { ...JOHN, ...HOME }, { ...JOHN, ...HOME }, 'review too_little_evidence'],
    ['the same e-mail address, no names', { ...MAIL, ...HOME }, { ...MAIL, ...HOME }, 'review too_little_evidence nameless'],
    [
      'two names that are both given names',
      { ...JOHN, given_name: 'Maria', ...MAIL },
      { ...JOHN, given_name: 'Mario', ...MAIL },
      'review different_given_name',
    ],
    [
      'another tax number',
      { ...JOHN, ...MAIL, ...BORN, tax_id: '11111111111' },
      { ...JOHN, ...MAIL, ...BORN, tax_id: '98765432101' },
      'distinct',
    ],
    [
      'characters that sound the same',
      { given_name: '伟', family_name: '欧阳', ...MAIL },
      { given_name: '玮', family_name: '欧阳', ...MAIL },
      'review different_given_name',
    ],
    [
      'Han and Pinyin',
      { given_name: '伟', family_name: '欧阳', ...MAIL, ...BORN },
      { given_name: 'Wei', family_name: 'Ouyang', ...MAIL, ...BORN },
      'auto',
    ],
  ])('%s', async (_, a, b, expected) => {
    expect(said(await judged(a, b))).toBe(expected);
  });

  it('a switchboard: what many names share says little', async () => {
    const staff = ['Adler', 'Baum', 'Conrad', 'Dorn', 'Esch', 'Frey'].map((family_name, i) => ({
      given_name: `G${i}`,
      family_name,
      ...PHONE,
    }));
    const company = { company_name: 'Northwind Traders GmbH' };
    expect(said(await judged({ ...JOHN, ...PHONE, ...company }, { ...JOHN, ...PHONE, ...company }, staff))).toBe('review shared_phone');
    expect(
      said(await judged({ ...JOHN, ...PHONE, ...company }, { given_name: 'Mary', family_name: 'Miller', ...PHONE, ...company }, staff)),
    ).toBe('distinct');
  });

  it('the address of a task: the same name in two companies', async () => {
    const info = { email: 'info@example.com' };
    expect(said(await judged({ ...JOHN, ...info }, { ...JOHN, ...info }))).toBe('distinct');
    expect(said(await judged({ ...JOHN, ...info }, { given_name: 'Mary', family_name: 'Miller', ...info }))).toMatch(
      /^(distinct|review .*)$/,
    );
  });
});

describe('organisations', () => {
  const ACME = { name: 'Northwind Traders GmbH' };
  const SITE = { website: 'https://northwind.example' };
  it.each<[string, RowValues, RowValues, string]>([
    ['the same in all', { ...ACME, ...HOME, ...SITE, ...PHONE }, { ...ACME, ...HOME, ...SITE, ...PHONE }, 'auto'],
    ['another legal form', { ...ACME, ...HOME, ...SITE, ...PHONE }, { name: 'Northwind Traders AG', ...HOME, ...SITE, ...PHONE }, 'auto'],
    ['branch offices', { ...ACME, ...HOME, ...SITE }, { ...ACME, ...OTHER_HOME, ...SITE }, 'review different_place'],
    [
      'branch offices, one tax number',
      { ...ACME, ...HOME, tax_id: 'DE123456789' },
      { ...ACME, ...OTHER_HOME, tax_id: 'DE123456789' },
      'review',
    ],
    [
      'a holding and its subsidiary',
      { ...ACME, ...HOME, ...SITE, ...PHONE },
      { name: 'Northwind Holding GmbH', ...HOME, ...SITE, ...PHONE },
      'review different_name',
    ],
    [
      'numbered branches',
      { name: 'Northwind Filiale 12', ...HOME, ...PHONE },
      { name: 'Northwind Filiale 13', ...HOME, ...PHONE },
      'distinct',
    ],
    [
      'another tax number',
      { ...ACME, ...HOME, ...SITE, tax_id: 'DE123456789' },
      { ...ACME, ...HOME, ...SITE, tax_id: 'DE987654321' },
      'distinct',
    ],
    ['the name alone', ACME, ACME, 'distinct'],
    [
      'a Chinese company in two scripts of characters',
      { name: '华为技术有限公司', ...SITE, ...PHONE },
      { name: '華為技術有限公司', ...SITE, ...PHONE },
      'auto',
    ],
  ])('%s', async (_, a, b, expected) => {
    expect(said(await judged(a, b, [], 'organisation'))).toBe(expected);
  });
});

describe('verdicts', () => {
  it.each([
    [CUTS.auto, 0, 'auto'],
    [CUTS.auto - 0.01, 0, 'review'],
    [40, GUARD.twins, 'review'],
    [CUTS.review, 0, 'review'],
    [CUTS.review - 0.01, 0, 'distinct'],
    [-100, GUARD.suffix, 'distinct'],
  ])('%f bits with guards %i: %s', (bits, guards, expected) => {
    expect(verdictOf(bits, guards)).toBe(expected);
  });

  it('guards are told by their bits', () => {
    expect(guardNames(0)).toEqual([]);
    for (const name of GUARDS) expect(guardNames(GUARD[name])).toEqual([name]);
    expect(guardNames(GUARD.twins | GUARD.shared_phone)).toEqual(['shared_phone', 'twins']);
    expect(new Set(Object.values(GUARD)).size).toBe(GUARDS.length);
  });
});
