import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { FIELDS } from '../../src/model/fields.ts';
import type { CustomFields } from '../../src/model/filter-fields.ts';
import { parseFilter } from '../../src/model/filter-parser.ts';
import { formatFilter, type Filter } from '../../src/model/filter.ts';

const noCustomFields: CustomFields = { isCustomField: () => false };
const anyText = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom(
      'and',
      'OR',
      'null',
      'Null',
      'not',
      'in',
      "it's",
      "'",
      '"',
      '\\',
      "\\'",
      '“',
      '（',
      ' ',
      '\n',
      '-90d',
      'a,b',
      '上海',
      "O'Brien",
      '%_!',
    ),
  )
  .filter((text) => text !== '' && !text.includes('\0'));

const textFields = FIELDS.filter(({ type }) => ['text', 'email', 'phone', 'country', 'json'].includes(type)).map(({ name }) => name);
const textField = fc.oneof(
  fc.constantFrom(...textFields, 'tag', 'source', 'external_id'),
  anyText.map((name) => `attributes.${name}`),
);
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((number) => number.toFixed(4));
const times = fc.oneof(
  fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .chain((date) => fc.constantFrom(date.toISOString(), date.toISOString().slice(0, 10))),
  fc.tuple(fc.constantFrom('-', '+'), fc.nat(1900), fc.constantFrom('d', 'w', 'm', 'y')).map((parts) => parts.join('')),
  fc.constantFrom('today', 'now'),
);

/** A field, a value of its type, and the operators that it takes. */
const typed = fc.oneof(
  fc.record({ field: textField, value: anyText, second: anyText, operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '~', '!~') }),
  fc.record({
    field: fc.constantFrom('orders.total', 'orders.count'),
    value: numbers,
    second: numbers,
    operator: fc.constantFrom('=', '!=', '<', '>='),
  }),
  fc.record({
    field: fc.constantFrom('birthday', 'created_at', 'orders.last_at'),
    value: times,
    second: times,
    operator: fc.constantFrom('=', '<=', '>'),
  }),
);
const predicate: fc.Arbitrary<Filter> = fc
  .tuple(typed, fc.boolean(), fc.boolean(), fc.constantFrom('compare', 'in', 'between', 'empty'))
  .map(([{ field, value, second, operator }, negated, withNull, kind]): Filter => {
    if (kind === 'in') return { kind, field, negated, values: withNull ? [value, null, second] : [value] };
    if (kind === 'between') return { kind, field, negated, low: value, high: second };
    if (kind === 'empty') return { kind, field, negated };
    return { kind: 'compare', field, operator: operator as '=', value };
  });
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    predicate,
    fc.record({ kind: fc.constantFrom('and', 'or'), operands: fc.array(tie('filter'), { minLength: 2, maxLength: 4 }) }),
    fc.record({ kind: fc.constant('not'), operand: tie('filter') }),
  ),
})).filter;

it('a filter that is formatted and parsed is the same filter', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const text = formatFilter(filter);
      const parsed = parseFilter(text, noCustomFields);
      expect(parsed).toEqual(filter);
      expect(formatFilter(parsed)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

const pieces = fc.constantFrom(
  'city',
  'orders.total',
  'tag',
  'created_at',
  'nonsense',
  '=',
  '!=',
  '<',
  '~',
  '(',
  ')',
  ',',
  'and',
  'or',
  'not',
  'in',
  'between',
  'is',
  'empty',
  'null',
  'Berlin',
  '1000',
  '-90d',
  "'a b'",
  '"',
  "'",
  '“',
  '上海',
  '！',
  '!',
  '\\',
  '`x`',
  '.',
  'attributes.x',
  '😀',
  '\t',
);

it('any other text fails with a position inside of it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(' ')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        try {
          const filter = parseFilter(text, noCustomFields);
          expect(parseFilter(formatFilter(filter), noCustomFields)).toEqual(filter);
        } catch (error) {
          if (!(error instanceof CrmError)) throw error;
          expect(['FILTER_SYNTAX', 'UNKNOWN_FIELD']).toContain(error.code);
          const { position, line, caret } = error.details as { position: number; line: string; caret: string };
          expect(position).toBeGreaterThanOrEqual(1);
          expect(position).toBeLessThanOrEqual([...text].length + 1);
          expect(error.message.endsWith(`\n  ${line}\n  ${caret}`)).toBe(true);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
