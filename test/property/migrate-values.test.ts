import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys } from '../../src/model/key-order.ts';
import type { Cell } from '../../src/model/table-schema.ts';
import { comparable, sameCell } from '../../src/migrate/comparable.ts';
import { Converted, converter, Unfit } from '../../src/migrate/conversion.ts';
import { numberForm, plainDecimal, roundDecimal } from '../../src/migrate/decimal-text.ts';
import { jsonForm } from '../../src/migrate/json-form.ts';
import { keyComparison } from '../../src/migrate/key-comparison.ts';
import { rowDigest } from '../../src/migrate/row-digest.ts';
import { type TypeName, TYPES } from '../support/column-types.ts';
import { NARROW_LIMITS, NO_LIMITS } from '../support/value-limits.ts';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, scale]) => decimalText(digits, scale));
const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', 'a\0b', 'a  '));
const bytes = fc.uint8Array({ maxLength: 20 });
const moments = fc
  .tuple(fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), fc.constantFrom('', '.5', '.123456'))
  .map(([date, fraction]) => `${date.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`);

/** Cells of a type in the form that every connector gives. */
const CELLS: Partial<Record<TypeName, fc.Arbitrary<Cell>>> = {
  boolean: fc.boolean(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(integer),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(integer),
  int8: fc.integer({ min: -128, max: 127 }),
  decimal: fc.oneof(decimals, fc.constantFrom('NaN', 'Infinity')),
  float64: fc.double(),
  float32: fc.float(),
  text: fc.oneof(texts, fc.constant(Uint8Array.from([0xff, 0x41]))),
  bytes,
  bits: fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 70 }),
  date: fc.oneof(
    moments.map((moment) => moment.slice(0, 10)),
    fc.constantFrom('0000-00-00', 'infinity', '-0044-03-15'),
  ),
  'timestamp(6)': moments,
  'timestamp with zone': moments.map((moment) => `${moment}Z`),
  'time(6)': moments.map((moment) => moment.slice(11)),
  json: fc.json(),
  'binary json': fc.json(),
  uuid: fc.uuid(),
  'int32[]': fc.array(fc.option(fc.integer())),
  any: fc.oneof(fc.integer(), fc.double({ noNaN: true }), texts, bytes),
};
const NAMES = Object.keys(CELLS) as TypeName[];
const typedCell = fc
  .constantFrom(...NAMES)
  .chain((name) => fc.tuple(fc.constant(name), fc.option(CELLS[name] as fc.Arbitrary<Cell>, { nil: null })));

function integer(value: bigint): Cell {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function decimalText(digits: bigint, scale: number): string {
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const plain = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
  return digits < 0n ? `-${plain}` : plain;
}

describe('values between databases', () => {
  test('every value is the same as itself, and its digest is', () => {
    fc.assert(
      fc.property(typedCell, ([name, cell]) => {
        const { left, right } = comparable(TYPES[name], TYPES[name], NO_LIMITS);
        expect(sameCell(left(cell), right(cell))).toBe(true);
        expect(rowDigest([left(cell)])).toEqual(rowDigest([right(cell)]));
      }),
      { numRuns: 2000 },
    );
  });

  test('what was converted compares as the same', () => {
    fc.assert(
      fc.property(typedCell, fc.constantFrom(...NAMES), fc.constantFrom(NO_LIMITS, NARROW_LIMITS), ([from, cell], to, limits) => {
        const converted = converter(TYPES[from], TYPES[to], limits)?.(cell) ?? null;
        if (converted instanceof Unfit) return;
        const stored = converted instanceof Converted ? converted.value : converted;
        const { left, right, conversionOf } = comparable(TYPES[from], TYPES[to], limits);
        expect(sameCell(left(cell), right(stored))).toBe(true);
        expect(conversionOf(cell)).toBe(converted instanceof Converted ? converted.reason : null);
      }),
      { numRuns: 4000 },
    );
  });

  test('what was converted without a loss comes back as it was', () => {
    const there: readonly (readonly [TypeName, TypeName])[] = [
      ['int64', 'text'],
      ['uint64', 'decimal'],
      ['boolean', 'int8'],
      ['decimal', 'text'],
      ['float64', 'text'],
      ['int32[]', 'text'],
      ['int32[]', 'json'],
      ['uuid', 'bytes(16)'],
      ['time(6)', 'interval'],
      ['timestamp with zone', 'text'],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...there).chain(([from, to]) => fc.tuple(fc.constant(from), fc.constant(to), CELLS[from] as fc.Arbitrary<Cell>)),
        ([from, to, cell]) => {
          const stored = converter(TYPES[from], TYPES[to], NO_LIMITS)?.(cell) as Cell;
          const back = converter(TYPES[to], TYPES[from], NO_LIMITS)?.(stored) as Cell;
          const { left, right } = comparable(TYPES[from], TYPES[from], NO_LIMITS);
          expect(right(back)).toEqual(left(cell));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('two decimals have one form when they are one number', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 5 }), (text, zeros) => {
        const longer = text.includes('.') ? text + '0'.repeat(zeros) : `${text}.${'0'.repeat(zeros + 1)}`;
        expect(numberForm(longer)).toBe(numberForm(text));
        expect(plainDecimal(numberForm(text) as string)).not.toBeNull();
        expect(numberForm(roundDecimal(longer, 20))).toBe(numberForm(text));
      }),
    );
  });

  test('decimal keys are in the order of their values', () => {
    const compare = keyComparison([TYPES.decimal]);
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.integer({ min: 0, max: 9 }), (a, b, scale) => {
        const form = (digits: bigint): Cell => numberForm(decimalText(digits, scale));
        expect(Math.sign(compare([form(a)], [form(b)]))).toBe(a === b ? 0 : a < b ? -1 : 1);
      }),
    );
  });

  test('text keys are in the order of all connectors', () => {
    const compare = keyComparison([TYPES.text]);
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compare([a], [b]))).toBe(Math.sign(compareKeys([a], [b])));
      }),
    );
  });

  test('JSON has one form, whatever the order of keys and the blanks', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(jsonForm(JSON.stringify(value, null, 2))).toEqual(jsonForm(text));
        expect(jsonForm(JSON.stringify(reversed(value)))?.text).toBe(jsonForm(text)?.text);
        expect(jsonForm(`${text}x`)).toBeNull();
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, reversed(one)]),
  );
}
