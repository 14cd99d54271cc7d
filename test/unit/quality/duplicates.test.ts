import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DuplicateGroups } from '../../../src/quality/duplicate-groups.ts';
import { type Candidate, linkBlock } from '../../../src/quality/find-duplicates.ts';

const NOBODY = {
  kind: 'person',
  name_key: null,
  birthday: null,
  tax_id: null,
  company_key: null,
  address_key: null,
  street: null,
  postal_code: null,
  country: null,
};

/** Links customers 1, 2, 3 … and says which ids another one stands for. */
function surplusOf(key: 'email' | 'phone' | 'name', ...customers: readonly Partial<Candidate>[]): number[] {
  const groups = new DuplicateGroups();
  const block = customers.map((customer, i): Candidate => ({ ...NOBODY, id: i + 1, ...customer }));
  linkBlock(key, block, groups);
  return block.map(({ id }) => id).filter((id) => groups.isSurplus(id));
}

describe('customers that share', () => {
  test.each<[string, number[], number[]]>([
    ['an address and the name', surplusOf('email', { name_key: 'ada lovelace' }, { name_key: 'ada lovelace' }), [2]],
    ['an address, a name shortened', surplusOf('email', { name_key: 'ada lovelace' }, { name_key: 'a lovelace' }), [2]],
    ['an address, two names', surplusOf('email', { name_key: 'ada lovelace' }, { name_key: 'bob stone' }), []],
    ['an address, two Chinese names', surplusOf('email', { name_key: '王小明' }, { name_key: '王小红' }), []],
    ['an address, one without a name', surplusOf('email', { name_key: 'ada lovelace' }, {}), [2]],
    ['an address, a person and an organisation', surplusOf('email', { name_key: 'x' }, { name_key: 'x', kind: 'organisation' }), []],
    ['an address, a nameless one between two names', surplusOf('email', { name_key: 'ada' }, {}, { name_key: 'zhou' }), [2]],
    ['a phone and the name', surplusOf('phone', { name_key: '王小明' }, { name_key: '王小明' }), [2]],
    ['a phone, one without a name', surplusOf('phone', { name_key: '王小明' }, {}), []],
    [
      'a phone, born on different days',
      surplusOf('phone', { name_key: 'a', birthday: '1990-01-01' }, { name_key: 'a', birthday: '1991-01-01' }),
      [],
    ],
    ['a name alone', surplusOf('name', { name_key: 'zhang wei' }, { name_key: 'zhang wei' }), []],
    ['a name and a birthday', surplusOf('name', { birthday: '1990-01-01' }, {}, { birthday: '1990-01-01' }), [3]],
    ['a name and a company', surplusOf('name', { company_key: 'acme' }, { company_key: 'acme' }), [2]],
    [
      'a name and an address',
      surplusOf('name', { street: 'Main St 1', postal_code: '10115' }, { street: 'main st 1', postal_code: '10115' }),
      [2],
    ],
    [
      'a name and a company, not the tax number',
      surplusOf('name', { company_key: 'a', tax_id: '1' }, { company_key: 'a', tax_id: '2' }),
      [],
    ],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  test('a mailbox of thousands is compared in time that grows with it only', () => {
    const nameOf = (i: number): string => createHash('md5').update(String(i)).digest('hex');
    const many = Array.from({ length: 8000 }, (_, i) => ({ name_key: nameOf(i % 4000) }));
    expect(surplusOf('email', ...many)).toHaveLength(4000);
  });
});

describe('groups', () => {
  test('grow together, and the lowest id stands for all', () => {
    const groups = new DuplicateGroups();
    groups.link(9, 4);
    groups.link(7, 2);
    groups.link(2, 9);
    groups.link(5, 5);
    expect([groups.groups, groups.customers, groups.isSurplus(2), groups.isSurplus(4), groups.isSurplus(5)]).toEqual([
      1,
      4,
      false,
      true,
      false,
    ]);
  });

  test('examples show the members of one group together', () => {
    const groups = new DuplicateGroups();
    groups.link(1, 90);
    groups.link(2, 80);
    groups.link(3, 70);
    expect(groups.examples(5)).toEqual([1, 90, 2, 80, 3]);
  });

  test('do not depend on the order of links', () => {
    const link = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }));
    const outcome = (links: readonly (readonly [number, number])[]): unknown => {
      const groups = new DuplicateGroups();
      for (const [a, b] of links) groups.link(a, b);
      return [groups.groups, groups.customers, Array.from({ length: 13 }, (_, id) => groups.isSurplus(id))];
    };
    fc.assert(
      fc.property(fc.array(link), (links) => {
        expect(outcome([...links].reverse())).toEqual(outcome(links));
      }),
    );
  });
});
