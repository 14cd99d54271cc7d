import { describe, expect, it, test } from 'vitest';
import { DEFAULT_SURVIVORSHIP, type Survivorship, mergeValues, mergeValuesInto } from '../../../src/dedupe/survivorship.ts';
import type { RuledMember, SurvivorshipRule } from '../../../src/dedupe/survivorship-rules.ts';
import { type FieldValues, withFields } from '../../../src/model/customer.ts';
import { newCustomer } from '../../../src/repository/new-customer.ts';

/** Customers 1, 2 …; a later one was changed later, unless it says otherwise. */
function members(...all: readonly (FieldValues & { readonly sources?: never })[]): RuledMember[] {
  return all.map((values, i) => {
    const { source = `s${i + 1}`, ...fields } = values;
    const empty = newCustomer({ values: {}, derived: {} }, '2026-01-01T00:00:00.000Z');
    const updated_at = `2026-01-0${i + 1}T00:00:00.000Z`;
    return { customer: withFields({ ...empty, id: i + 1, updated_at }, fields), sources: [String(source)] };
  });
}

const by = (rules: readonly SurvivorshipRule[], more: Partial<Survivorship> = {}): Survivorship => ({
  ...DEFAULT_SURVIVORSHIP,
  byDefault: rules,
  ...more,
});
const owner = (rules: readonly SurvivorshipRule[], all: readonly RuledMember[], more: Partial<Survivorship> = {}): [unknown, unknown] => {
  const { values, rules: provenance } = mergeValuesInto(1, all, by(rules, more));
  return [values.owner ?? all[0]?.customer.owner, provenance.owner];
};

describe('a rule', () => {
  test.each<[SurvivorshipRule[], FieldValues[], string, string]>([
    [['newest'], [{ owner: 'a' }, { owner: 'b' }], 'b', 'newest #2'],
    [['newest'], [{ owner: 'a', updated_at: '2026-02-01T00:00:00.000Z' }, { owner: 'b' }], 'a', 'newest #1'],
    [['most_frequent'], [{ owner: 'a' }, { owner: 'b' }, { owner: 'B' }], 'b', 'authority #2'],
    [['most_frequent'], [{ owner: 'a' }, { owner: 'b' }, { owner: 'b' }], 'b', 'most_frequent #2'],
    [['most_frequent', 'newest'], [{ owner: 'a' }, { owner: 'b' }, { owner: 'a' }, { owner: 'b' }], 'b', 'newest #4'],
    [['longest'], [{ owner: 'a' }, { owner: 'abc' }, { owner: 'ab' }], 'abc', 'longest #2'],
    [['longest'], [{ owner: '王小' }, { owner: '王小明' }], '王小明', 'longest #2'],
    [['keep_if_set'], [{ owner: 'a' }, { owner: 'b' }], 'a', 'keep_if_set #1'],
    [['keep_if_set', 'newest'], [{}, { owner: 'b' }, { owner: 'c' }], 'c', 'newest #3'],
    [['newest'], [{}, { owner: 'b' }], 'b', 'only value #2'],
    [[], [{ owner: 'a' }, { owner: 'b' }], 'a', 'authority #1'],
  ])('%j of %j keeps %s: %s', (rules, all, value, provenance) => {
    expect(owner(rules, members(...all))).toEqual([value, provenance]);
  });

  it('source_priority believes systems in the order given, of one field or of all', () => {
    const all = members({ owner: 'a', source: 'web' }, { owner: 'b', source: 'shop' }, { owner: 'c', source: 'erp' });
    expect(owner(['source_priority'], all, { sources: ['erp', 'shop'] })).toEqual(['c', 'source_priority #3']);
    const fields = { owner: { rules: ['source_priority'] as const, sources: ['shop'] } };
    expect(owner(['newest'], all, { sources: ['erp'], fields })).toEqual(['b', 'source_priority #2']);
    expect(owner(['source_priority', 'newest'], all)).toEqual(['c', 'newest #3']);
  });

  it('verified prefers what can be what it says', () => {
    const all = members({ email: 'ada@example.com' }, { email: 'ada at home' });
    expect(mergeValuesInto(1, all, by(['verified', 'newest'])).values).toEqual({});
    expect(mergeValuesInto(2, all, by(['verified', 'newest'])).values).toEqual({ email: 'ada@example.com' });
    expect(mergeValuesInto(2, all, by(['verified'])).rules).toEqual({ email: 'verified #1' });
  });
});

describe('what belongs together', () => {
  it('is taken from one customer: an address is never mixed of two', () => {
    const { values, conflicts } = mergeValuesInto(
      1,
      members({ street: 'A 1', city: 'Ulm', postal_code: '1' }, { street: 'B 2', country: 'DE' }),
      by(['newest']),
    );
    expect(values).toEqual({ street: 'B 2', city: null, postal_code: null, country: 'DE' });
    expect(conflicts).toEqual(['street']);
  });

  it('is not taken from one that only says less', () => {
    const all = members({ street: 'A 1', city: 'Ulm' }, { city: 'Ulm' }, { street: 'A 1' });
    expect(mergeValuesInto(1, all, by(['newest']))).toMatchObject({ values: {}, conflicts: [] });
    expect(mergeValuesInto(3, all, by(['newest'])).values).toEqual({ city: 'Ulm' });
  });

  it('goes for names and phones too', () => {
    const all = members(
      { name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace', phone: '+4930111111', phone_ext: '1' },
      { name: 'A. King', phone: '+4930222222' },
    );
    expect(mergeValuesInto(1, all, by(['newest'])).values).toEqual({
      name: 'A. King',
      given_name: null,
      family_name: null,
      phone: '+4930222222',
      phone_ext: null,
    });
  });

  it('never makes a customer its own company', () => {
    const all = members({ kind: 'organisation', company_id: 2 }, { kind: 'organisation', company_id: 7 });
    expect(mergeValuesInto(1, all, by(['keep_if_set'])).values).toEqual({ company_id: 7 });
  });
});

describe('fields with a rule of their own', () => {
  it('are the earliest and latest times, and all notes', () => {
    const all = members(
      { created_at: '2024-01-01T00:00:00.000Z', last_contacted_at: '2025-01-01T00:00:00.000Z', notes: 'first' },
      { created_at: '2023-01-01T00:00:00.000Z', first_contacted_at: '2022-01-01T00:00:00.000Z', notes: 'second' },
      { created_at: '2025-01-01T00:00:00.000Z', last_contacted_at: '2026-01-01T00:00:00.000Z', notes: 'first' },
    );
    const { values, rules } = mergeValuesInto(1, all, DEFAULT_SURVIVORSHIP);
    expect(values).toEqual({
      created_at: '2023-01-01T00:00:00.000Z',
      first_contacted_at: '2022-01-01T00:00:00.000Z',
      last_contacted_at: '2026-01-01T00:00:00.000Z',
      notes: 'first\n\nsecond',
    });
    expect(rules).toMatchObject({ created_at: 'earliest #2', last_contacted_at: 'latest #3', notes: 'joined #1 #2 #3' });
  });

  it('are custom fields one by one', () => {
    const all = members({ 'attributes.A': '1', 'attributes.B': 'x' }, { 'attributes.A': '2' });
    const fields = { 'attributes.A': { rules: ['keep_if_set'] as const } };
    expect(mergeValuesInto(1, all, by(['newest'], { fields })).values).toEqual({});
    expect(mergeValuesInto(2, all, by(['newest'])).values).toEqual({ 'attributes.B': 'x' });
  });
});

describe('who stays', () => {
  test.each<[Survivorship['survivor'], FieldValues[], number]>([
    [['most_filled'], [{ city: 'a' }, { city: 'a', tier: 'b' }], 2],
    [['most_filled', 'oldest'], [{ city: 'a' }, { city: 'b', created_at: '2020-01-01T00:00:00.000Z' }], 2],
    [['oldest'], [{}, { created_at: '2025-06-01T00:00:00.000Z' }], 2],
    [['newest'], [{}, {}], 2],
    [['source_priority'], [{ source: 'shop' }, { source: 'erp' }], 2],
    [[], [{}, {}], 1],
  ])('by %j of %j is %d', (survivor, all, id) => {
    expect(mergeValues(members(...all), { ...DEFAULT_SURVIVORSHIP, survivor, sources: ['erp'] }).survivor).toBe(id);
  });
});
