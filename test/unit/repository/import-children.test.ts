import { describe, expect, it } from 'vitest';
import type { SqlRow } from '../../../src/engines/engine.ts';
import type { ChildValue, ContactKind } from '../../../src/model/child-value.ts';
import { emailKey } from '../../../src/normalize/email-key.ts';
import { phoneKey } from '../../../src/normalize/phone-key.ts';
import { CustomerChildren } from '../../../src/repository/import-children.ts';

const NOW = '2026-01-31T10:00:00.000Z';
const NOBODY = { email: null, phone: null };

/** The key that goes with a value. */
const keyOf = (kind: ContactKind, value: string): string | null =>
  kind === 'email' ? emailKey(value) : kind === 'phone' ? phoneKey(value) : null;
const contact = (kind: ContactKind, value: string): ChildValue => ({
  table: 'contact_points',
  kind,
  label: null,
  value,
  key: keyOf(kind, value),
});
const consent = (status: 'in' | 'out', decided_at: string | null = null): ChildValue => ({
  table: 'consents',
  channel: 'email',
  status,
  ground: 'File: x',
  decided_at,
});
const stored = (...contacts: readonly { kind: ContactKind; value: string }[]): { contacts: SqlRow[]; consents: SqlRow[] } => ({
  contacts: contacts.map((one) => ({ ...one, key: keyOf(one.kind, one.value) })),
  consents: [],
});
const decided = (status: string): { contacts: SqlRow[]; consents: SqlRow[] } => ({
  contacts: [],
  consents: [{ customer_id: 1, channel: 'email', status, ground: null, decided_at: '2020-01-01T00:00:00.000Z' }],
});

describe('contact points of a row', () => {
  it.each([
    ['are new', stored(), NOBODY, contact('email', 'a@x.org'), true],
    [
      'are known by their key, whatever their value',
      stored({ kind: 'email', value: 'A@X.org' }),
      NOBODY,
      contact('email', 'a@x.org'),
      false,
    ],
    ['are known by their value where there is no key', stored({ kind: 'social', value: ' ada ' }), NOBODY, contact('social', 'ada'), false],
    [
      'are other addresses of one mailbox',
      stored({ kind: 'email', value: 'a.b@gmail.com' }),
      NOBODY,
      contact('email', 'ab+x@gmail.com'),
      true,
    ],
    ['are of a kind', stored({ kind: 'social', value: 'ada' }), NOBODY, contact('messenger', 'ada'), true],
    ['are not the primary e-mail', stored(), { email: 'a@x.org', phone: null }, contact('email', 'a@x.org'), false],
    ['are not the primary phone', stored(), { email: null, phone: '+4930123456' }, contact('phone', '+4930123456'), false],
    [
      'are not the primary phone without its country',
      stored(),
      { email: null, phone: '+4930123456' },
      contact('phone', '030 123456'),
      false,
    ],
    ['are known by their national number', stored({ kind: 'phone', value: '030/123456' }), NOBODY, contact('phone', '+4930123456'), false],
    [
      'are known by their national number without the trunk zero',
      stored({ kind: 'phone', value: '06 1234567' }),
      NOBODY,
      contact('phone', '+39061234567'),
      false,
    ],
    [
      'are other numbers whose digits end the same',
      stored({ kind: 'phone', value: '0123456' }),
      NOBODY,
      contact('phone', '+4930123456'),
      true,
    ],
    ['are other numbers with the same end', stored({ kind: 'phone', value: '123456' }), NOBODY, contact('phone', '+4930123456'), true],
    ['are other numbers of two countries', stored({ kind: 'phone', value: '+130123456' }), NOBODY, contact('phone', '+4930123456'), true],
    ['are other texts without a digit', stored({ kind: 'phone', value: 'ask' }), NOBODY, contact('phone', 'none'), true],
  ])('%s', (_, rows, primary, value, isNew) => {
    const children = new CustomerChildren(1, rows);
    expect(children.changesNothing([value], primary)).toBe(!isNew);
    expect(children.apply([value, value], primary, NOW, () => {})).toHaveLength(isNew ? 1 : 0);
    expect(children.changesNothing([value], primary)).toBe(true);
    expect(children.writes).toHaveLength(isNew ? 1 : 0);
  });
});

describe('consents of a row', () => {
  it.each([
    ['in', stored(), 'in', []],
    ['out', stored(), 'out', []],
    ['in', decided('in'), 'in', []],
    ['out', decided('in'), 'out', []],
    ['in', decided('out'), 'out', ['OPT_OUT_KEPT']],
  ] as const)('%s where %o is stored: %s', (status, rows, expected, warnings) => {
    const told: string[] = [];
    const children = new CustomerChildren(1, rows);
    const had = rows.consents[0]?.status;
    children.apply([consent(status)], NOBODY, NOW, (code) => told.push(code));
    expect(told).toEqual(warnings);
    expect(children.writes.map(({ after }) => after.status)).toEqual(had === expected ? [] : [expected]);
  });

  it('an opt-out of the same row wins, and stays one write', () => {
    const children = new CustomerChildren(1);
    children.apply([consent('in'), consent('out'), consent('in')], NOBODY, NOW, () => {});
    expect(children.writes).toEqual([
      { table: 'consents', before: null, after: { customer_id: 1, channel: 'email', status: 'out', ground: 'File: x', decided_at: NOW } },
    ]);
  });

  it.each([
    ['2024-05-06T07:08:09Z', '2024-05-06T07:08:09.000Z'],
    [null, NOW],
    ['soon', NOW],
  ])('decided at %s', (text, instant) => {
    const children = new CustomerChildren(1);
    children.apply([consent('in', text)], NOBODY, NOW, () => {});
    expect(children.writes[0]?.after.decided_at).toBe(instant);
  });
});
