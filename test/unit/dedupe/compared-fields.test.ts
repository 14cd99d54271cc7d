import { describe, expect, test } from 'vitest';
import { type ComparedField, comparedFields, labelOf } from '../../../src/dedupe/compared-fields.ts';
import { contradictionsOf, contradictionText } from '../../../src/dedupe/contradictions.ts';
import { bandEdges } from '../../../src/dedupe/report-data.ts';
import type { Customer } from '../../../src/model/customer.ts';
import type { CustomerDetails } from '../../../src/repository/customer-details.ts';
import { reviewHelp, reviewScreen } from '../../../src/ui/review-screen.ts';
import { PLAIN } from '../../../src/ui/style.ts';
import { displayWidth } from '../../../src/ui/width.ts';
import { evidence, explanation } from '../../support/duplicate-rows.ts';

function details(customer: Partial<Customer>, more: Partial<CustomerDetails> = {}): CustomerDetails {
  const whole = { kind: 'person', phone_ext: null, attributes: {}, created_at: '2026-01-31T10:00:00.000Z', ...customer } as Customer;
  const empty = { contactPoints: [], externalIds: [], tags: [], consents: [], interactions: [], orders: [] };
  return { customer: whole, company: null, ...empty, possibleDuplicates: [], runs: [], changes: [], ...more };
}
const shown = (lines: readonly ComparedField[]): string[] =>
  lines.map(({ name, left, right, evidence: found }) => `${name}: ${left} | ${right}${found === null ? '' : ` ${found.bits}`}`);

describe('comparedFields', () => {
  test('holds what at least one has, in the order of a person who compares, with the evidence', () => {
    const left = details(
      { name: 'Ada', email: 'ada@example.com', phone: '+4930', phone_ext: '7', attributes: { Suburb: 'x', Color: 'red' }, notes: 'n' },
      {
        tags: ['a', 'b'],
        externalIds: [{ source: 'shop', external_id: '1' }],
        contactPoints: [{ value: '+4930' }, { value: '+4931' }, { value: '+4931' }],
        orders: Array.from({ length: 50 }, () => ({})),
      },
    );
    const right = details({ name: 'Ada', kind: 'organisation', birthday: '1815-12-10' }, { interactions: [{}] });
    const fields = [
      evidence('email', 'ada@example.com', null, 0),
      evidence('address', 'a', 'b', -2),
      evidence('attributes.Suburb', 'x', null, 0),
    ];
    expect(shown(comparedFields(left, right, explanation(1, 2, fields)))).toEqual([
      'kind: person | organisation',
      'name: Ada | Ada',
      'birthday: null | 1815-12-10',
      'email: ada@example.com | null 0',
      'phone: +4930 ext. 7 | null',
      'contact_points: +4931 | null',
      'attributes.Color: red | null',
      'attributes.Suburb: x | null 0',
      'notes: n | null',
      'external_ids: shop:1 | null',
      'tags: a, b | null',
      'orders: 50+ | null',
      'interactions: null | 1',
      'created_at: 2026-01-31 | 2026-01-31',
      'address: a | b -2',
    ]);
  });

  const composed = { name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' };
  test.each<[string, Partial<Customer>, Partial<Customer>, string[], string]>([
    ['the parts say the name', composed, composed, ['given_name'], 'given_name family_name'],
    ['nothing is said of the parts', composed, composed, [], 'name'],
    ['the name is compared', composed, composed, ['name'], 'name'],
    ['the name says something else', composed, { ...composed, name: 'Countess' }, ['given_name'], 'name given_name family_name'],
    ['one has only a name', composed, { name: 'Ada L.' }, ['given_name'], 'name given_name family_name'],
  ])('names where %s', (_what, left, right, compared, names) => {
    const fields = compared.map((field) => evidence(field, 'x', 'y', 1));
    const lines = comparedFields(details(left), details(right), explanation(1, 2, fields));
    expect(
      lines
        .map(({ name }) => name)
        .filter((name) => name.includes('name'))
        .join(' '),
    ).toBe(names);
  });

  test.each([
    ['email', 'E-mail', '邮箱'],
    ['attributes.微信号', '微信号', '微信号'],
    ['full_address', 'Full address', 'Full address'],
  ])('%s is called %s', (name, en, zh) => {
    expect(labelOf(name)).toEqual({ en, zh });
  });
});

describe('contradictions', () => {
  const answers = (text: string) =>
    text.split(' ').map((one) => {
      const [left, right] = one.split(/[=≠]/).map(Number) as [number, number];
      return { left, right, decision: one.includes('=') ? ('same' as const) : ('distinct' as const) };
    });
  test.each<[string, [number, number][], string[]]>([
    ['1=2 2=3', [], []],
    ['1=2 1≠3', [], []],
    ['1≠2 2≠3 1≠3', [], []],
    ['1=2 2=3 1≠3', [], ['#1 = #2 = #3, but #1 ≠ #3']],
    ['1=2 2=3 3=4 1=4 2≠4', [], ['#2 = #1 = #4, but #2 ≠ #4']],
    ['1≠2', [[2, 1]], ['#1 and #2 were merged, but #1 ≠ #2']],
    [
      '1=2 3≠9',
      [
        [3, 1],
        [9, 2],
      ],
      ['#1 = #2, but #3 ≠ #9'],
    ],
    ['1=2 3=4 1≠3 2≠4', [], []],
  ])('%s', (text, redirects, found) => {
    expect(contradictionsOf(answers(text), new Map(redirects)).map(contradictionText)).toEqual(found);
  });
});

test.each([
  [{ histogram: [], reviewBits: 0, autoBits: 10 }, '-2 0 5 10 12'],
  [{ histogram: [{ from: -30, to: 30, pairs: 1 }], reviewBits: -2, autoBits: 10 }, '-16 -2 4 10 20'],
  [{ histogram: [], reviewBits: 5, autoBits: 5 }, '3 5 7'],
])('bands of samples: %j', (summary, edges) => {
  const bands = bandEdges(summary);
  expect(
    bands
      .slice(1)
      .map(([from]) => from)
      .join(' '),
  ).toBe(edges);
  expect(bands.every(([from, to], i) => from < to && (i === 0 || from === bands[i - 1]?.[1]))).toBe(true);
});

describe('the screen of a review', () => {
  const left = details({ name: '王小明', phone: '+8613800138000', city: '上海', street: '浦东新区世纪大道100号金茂大厦15楼1503室' });
  const right = details({ name: '王晓明', phone: '+8613800138001', city: '上海', email: 'wang@example.cn' });
  const made = explanation(3, 4, [evidence('name', '王小明', '王晓明', 3, { level: 'pinyin' }), evidence('phone', '1', '2', -2)], {
    guards: ['different_given_name'],
  });
  const view = {
    pair: { left: 3, right: 4, score: 0.5, bits: -11, verdict: 'review', rule: 'name', guards: [] },
    ...{ fields: comparedFields(left, right, made), explanation: made, clusterSize: 3, position: 2, open: 1200 },
  } as const;

  test('shows both, what differs, levels and bits, the sum and the keys', () => {
    expect(reviewScreen(view, { columns: 80, rows: null, style: PLAIN })).toEqual([
      'Pair 2 · 1,200 open pairs · found by name',
      '─'.repeat(80),
      '             #3                       #4',
      'Name         王[小]明               ≠ 王[晓]明               pinyin         +3.0',
      'E-mail                              · wang@example.cn',
      'Phone        +861380013800[0]       ≠ +861380013800[1]       different      -2.0',
      'Street       浦东新区世纪大道100号  ·',
      '             金茂大厦15楼1503室',
      'City         上海                   = 上海',
      'Created      2026-01-31             = 2026-01-31',
      '',
      'prior -12.0 · evidence +1.0 · sum -11.0 bits · probability 0.05%',
      '! their given names have nothing in common',
      'both belong to a cluster of 3 customers',
      '',
      'y same  n different  u unsure  s later  b back  q quit  ? help',
    ]);
  });

  test('puts what says nothing into one line where the terminal is low, and does without evidence', () => {
    const lines = reviewScreen({ ...view, explanation: null, clusterSize: 2 }, { columns: 80, rows: 14, style: PLAIN });
    expect(lines).toContain('the same: City, Created');
    expect(lines).toContain('only one has: E-mail, Street');
    expect(lines).toContain('sum -11.0 bits · probability 50% · for the evidence run crm dedupe find again');
  });

  test.each([30, 50, 71, 100, 200])('keeps its columns in %i cells', (columns) => {
    const lines = reviewScreen(view, { columns, rows: null, style: PLAIN }).filter(
      (line) => /[=≠·] /.test(line) && !/^(Pair|prior)/.test(line),
    );
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    const places = lines.map((line) => displayWidth(line.slice(0, line.search(/[=≠·] ?/))));
    expect(new Set(places).size).toBe(1);
  });

  test('the help tells each key', () => {
    expect(
      reviewHelp({ style: PLAIN })
        .map((line) => line.trim()[0])
        .join(''),
    ).toBe('ynusbq[b');
  });
});
