import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import schema from '../../../schemas/mapping.schema.json' with { type: 'json' };
import { CrmError } from '../../../src/errors.ts';
import { loadMapping, readMapping } from '../../../src/migrate/mapping-file.ts';
import { type JsonSchema, schemaErrors } from '../../support/json-schema.ts';
import { tempDir } from '../../support/temp-dir.ts';

const WHOLE = `source: shop
country: DE
currency: eur
tables:
  - table: Customer
    as: customers
    join: { table: Employee, as: rep, on: { RepId: EmployeeId } }
    where: { column: DeletedAt, is: empty }
    columns:
      external_id: CustomerId
      name: [FirstName, LastName]
      attributes.rep: rep.LastName
      contact.phone.fax: Fax
      street: with.a.point
    constants: { lifecycle_stage: 007 }
    match: [external_id]
    create_companies: true
  - table: Sale
    as: order_items
    source: till
    join:
      - { table: Order, on: { OrderId: Id } }
      - { table: Store, on: { Order.StoreId: Id } }
    where:
      - { column: Void, not_equals: 1 }
      - { column: Order.State, equals: paid }
    columns: { number: OrderId, quantity: Qty, price: Price }
    decimal: comma
`;

/** The message and the hint of the mistake. */
function mistake(text: string): [string, string | undefined] {
  try {
    readMapping(text, 'm.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(CrmError);
    const { code, message, hint } = error as CrmError;
    expect(code).toBe('CONFIG_INVALID');
    return [message, hint];
  }
  throw new Error('no mistake was found');
}

const table = (...lines: readonly string[]): string => `source: s\ntables:\n  - ${lines.join('\n    ')}\n`;

describe('a mapping file', () => {
  test('is read as it is meant', () => {
    const { tables, country, currency } = readMapping(WHOLE, 'm.yaml');
    expect({ country, currency }).toEqual({ country: 'DE', currency: 'EUR' });
    const [customers, items] = tables;
    expect(customers).toMatchObject({
      ...{ table: 'Customer', as: 'customers', source: 'shop', match: ['external_id'], createCompanies: true, decimal: null, line: 5 },
      joins: [{ table: 'Employee', as: 'rep', on: [{ left: { alias: null, column: 'RepId' }, right: 'EmployeeId' }] }],
      where: [{ column: { alias: null, column: 'DeletedAt' }, test: 'empty' }],
    });
    expect(
      customers?.fields.map(({ target, from, constant }) => [target, from.map(({ alias, column }) => [alias, column]), constant]),
    ).toEqual([
      ['external_id', [[null, 'CustomerId']], null],
      [
        'name',
        [
          [null, 'FirstName'],
          [null, 'LastName'],
        ],
        null,
      ],
      ['attributes.rep', [['rep', 'LastName']], null],
      ['contact.phone.fax', [[null, 'Fax']], null],
      ['street', [[null, 'with.a.point']], null],
      ['lifecycle_stage', [], '007'],
    ]);
    expect(items).toMatchObject({
      ...{ as: 'order-items', source: 'till', match: null, createCompanies: false, decimal: ',' },
      joins: [{ as: 'Order' }, { as: 'Store', on: [{ left: { alias: 'Order', column: 'StoreId' }, right: 'Id' }] }],
      where: [
        { test: 'not equals', value: '1' },
        { column: { alias: 'Order', column: 'State' }, test: 'equals', value: 'paid' },
      ],
    });
  });

  test('may be JSON, indented with tabs', () => {
    const value = { source: 's', tables: [{ table: 'T', as: 'customers', columns: { name: 'N' } }] };
    expect(readMapping(JSON.stringify(value, null, '\t'), 'm.json').tables).toHaveLength(1);
    expect(schemaErrors(schema as JsonSchema, value)).toEqual([]);
  });

  test('that is missing says how one is made', () => {
    expect(() => loadMapping(join(tempDir(), 'none.yaml'))).toThrow(/there is no mapping file/);
    const path = join(tempDir(), 'm.yaml');
    writeFileSync(path, `\uFEFF${WHOLE}`);
    expect(loadMapping(path).label).toBe(path);
  });

  test.each([
    ['source: [', /^m\.yaml:1: /, /YAML or JSON/],
    ['tables:\n  - a: 1\n    a: 2', /^m\.yaml:3: map keys must be unique$/, /YAML/],
    ['- 1', /^m\.yaml:1: it must have members: /, /guide/],
    ['sorce: s\ntables: []', /^m\.yaml:1: sorce: there is no member “sorce” here$/, /^did you mean “source”\?$/],
    ['source: s\ntables: []', /^m\.yaml:2: tables: it must be a list of tables$/, /guide/],
    ['source: s\ncountry: Nowhere\ntables: [1]', /^m\.yaml:2: country: there is no such country$/, /DE/],
    ['source: s\ncurrency: no\ntables: [1]', /^m\.yaml:2: currency: there is no such currency$/, /EUR/],
    [table('table: T', 'as: custmers', 'columns: {}'), /^m\.yaml:4: tables\[0\]\.as: it must be one of /, /“customers”/],
    [table('table: T', 'as: customers'), /^m\.yaml:3: tables\[0\]: it needs a member “columns”$/, /guide/],
    [
      table('table: T', 'as: customers', 'columns:', '  emial: E'),
      /^m\.yaml:6: tables\[0\]\.columns\.emial: customers have no field “emial”$/,
      /“email”/,
    ],
    [
      table('table: T', 'as: orders', 'columns:', '  number: E'),
      /^m\.yaml:3: tables\[0\]: orders need ordered_at, and total, and customer\./,
      /columns/,
    ],
    [
      table('table: T', 'as: customers', 'columns:', '  name: []'),
      /^m\.yaml:6: tables\[0\]\.columns\.name: it must name a column/,
      /guide/,
    ],
    [
      table('table: T', 'as: customers', 'columns:', '  name: N', 'constants: { name: X }'),
      /^m\.yaml:7: tables\[0\]\.constants\.name: name is filled twice$/,
      /several/,
    ],
    [
      table('table: T', 'as: products', 'match: email', 'columns: { sku: S, price: P }'),
      /^m\.yaml:5: tables\[0\]\.match: it has no meaning for products$/,
      /leave/,
    ],
    [
      table('table: T', 'as: customers', 'match: [mail]', 'columns: { name: N }'),
      /^m\.yaml:5: tables\[0\]\.match\[0\]: there is no such key$/,
      /“email”/,
    ],
    [
      table('table: T', 'as: customers', 'join: { table: U }', 'columns: { name: N }'),
      /^m\.yaml:5: tables\[0\]\.join: it needs a member “on”$/,
      /guide/,
    ],
    [
      table('table: T', 'as: customers', 'join: { table: U, on: x }', 'columns: { name: N }'),
      /join\.on: it must say which column equals which$/,
      /on: /,
    ],
    [
      table('table: T', 'as: customers', 'join: [{ table: U, on: { a: b } }, { table: U, on: { c: d } }]', 'columns: { name: N }'),
      /join\[1\]: two joins are called U$/,
      /with as/,
    ],
    [
      table('table: T', 'as: customers', 'where: { column: D }', 'columns: { name: N }'),
      /where: it must say one thing of the column$/,
      /is: empty/,
    ],
    [
      table('table: T', 'as: customers', 'where: { column: D, is: null, equals: 1, not_equals: 2 }', 'columns: { name: N }'),
      /one thing/,
      /equals/,
    ],
    [
      table('table: T', 'as: customers', 'where: { column: D, is: full }', 'columns: { name: N }'),
      /where\.is: it must be one of empty, not empty$/,
      /there are/,
    ],
    [
      table('table: T', 'as: customers', 'create_companies: perhaps', 'columns: { name: N }'),
      /create_companies: it must be one of true, false$/,
      /./,
    ],
    [
      'tables:\n  - table: T\n    as: customers\n    columns: { name: N }',
      /^m\.yaml:2: tables\[0\]: nothing says which system the ids belong to$/,
      /source: shop/,
    ],
  ])('names line and path of a mistake: %j', (text, message, hint) => {
    const [told, advice] = mistake(text);
    expect(told).toMatch(message);
    expect(advice).toMatch(hint);
  });
});
