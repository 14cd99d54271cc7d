import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { CrmError } from '../../../src/errors.ts';
import type { Draft } from '../../../src/migrate/draft-form.ts';
import { draftMapping } from '../../../src/migrate/mapping-draft.ts';
import { readMapping } from '../../../src/migrate/mapping-file.ts';
import { draftAsYaml } from '../../../src/migrate/mapping-yaml.ts';
import { tempDir } from '../../support/temp-dir.ts';

async function draftOf(script: string, tables: readonly string[] | null = null): Promise<Draft> {
  const path = join(tempDir(), 'my shop.db');
  const db = new Database(path);
  db.exec(script);
  db.close();
  return draftMapping({ from: path, tables, source: null, country: null, currency: null, busyTimeoutMs: 1000, key: null });
}

const fieldsOf = ({ tables: [table] }: Draft): readonly (readonly [string, string, boolean])[] =>
  table?.fields.map(({ target, from, confidence }) => [target, from.join(' '), confidence >= 0.5] as const) ?? [];

describe('a draft', () => {
  test('knows people by their columns, and e-mail by its values', async () => {
    const draft = await draftOf(`CREATE TABLE newsletter (first_name TEXT, last_name TEXT, kontaktweg TEXT, phone TEXT);
      INSERT INTO newsletter VALUES ('Ada', 'Lovelace', 'ada@example.com', '+44 20 7946 0001')`);
    expect(draft.tables[0]).toMatchObject({ as: 'customers', confidence: 0.6, why: 'it has given_name, family_name, email, phone' });
    expect(fieldsOf(draft)).toContainEqual(['email', 'kontaktweg', true]);
    expect(draft.source).toBe('my shop');
  });

  test('does not believe a name that the values contradict', async () => {
    const draft = await draftOf(`CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
      INSERT INTO customers VALUES (1, 'Ada', 'yes'), (2, 'Alan', 'no')`);
    expect(fieldsOf(draft)).toEqual([
      ['external_id', 'id', true],
      ['name', 'name', true],
      ['email', 'email', false],
    ]);
    expect(draftAsYaml(draft)).toContain('      # email: email # 0.30: by its name, but 0 of 2 values look like it\n');
  });

  test('leaves out what lacks something, and says what', async () => {
    const draft = await draftOf(
      'CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT); CREATE TABLE users (id INTEGER, name TEXT, email TEXT)',
    );
    expect(draft.tables).toEqual([]);
    expect(draft.others).toEqual([
      {
        table: 'orders',
        why: expect.stringMatching(/^seems to hold orders, but nothing was found for ordered_at, and for total, and for customer\./),
      },
      { table: 'users', why: 'seems to hold people of the house' },
    ]);
  });

  test('takes the number of an order from a column of its own, which items then reach by a join', async () => {
    const draft = await draftOf(`CREATE TABLE clients (client_no TEXT PRIMARY KEY, name TEXT);
      CREATE TABLE orders (id INTEGER PRIMARY KEY, order_no TEXT, client_no TEXT REFERENCES clients (client_no), date DATE, total NUMERIC, is_deleted INT);
      CREATE TABLE order_lines (order_id INTEGER, pos INTEGER, qty INTEGER, price NUMERIC, PRIMARY KEY (order_id, pos))`);
    const [, orders, items] = draft.tables;
    expect(orders).toMatchObject({ where: { column: 'is_deleted', not_equals: '1' } });
    expect(orders?.fields.find(({ target }) => target === 'number')?.from).toEqual(['order_no']);
    expect(items?.joins).toEqual([{ table: 'orders', as: 'order', on: { order_id: 'id' } }]);
    expect(Object.fromEntries(items?.fields.map(({ target, from }) => [target, from[0]]) ?? [])).toMatchObject({
      ...{ number: 'order.order_no', 'customer.external_id': 'order.client_no', line: 'pos', quantity: 'qty', price: 'price' },
    });
  });

  test('is a mapping, whatever the names', async () => {
    const draft =
      await draftOf(`CREATE TABLE "the customers" ("#id" INTEGER PRIMARY KEY, "yes" TEXT, "Name: full" TEXT, "name" TEXT, "a, b" TEXT,
      "line${'\n'}break" TEXT, "password" TEXT, "[x]" TEXT)`);
    const text = draftAsYaml(draft);
    expect(readMapping(text, 'm.yaml').tables[0]).toMatchObject({ table: 'the customers', fields: [{ from: [{ column: '#id' }] }, {}] });
    const all = readMapping(text.replaceAll(/^ {6}# (?="?attributes)/gm, '      '), 'm.yaml').tables[0]?.fields ?? [];
    expect(all.map(({ from }) => from[0]?.column).sort()).toEqual(
      ['#id', 'Name: full', '[x]', 'a, b', 'line\nbreak', 'name', 'password', 'yes'].sort(),
    );
    expect(text).toContain('password # seems to be secret');
  });

  test('is of the tables that are named', async () => {
    const script = 'CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT)';
    expect((await draftOf(script, ['clients'])).tables.map(({ table, source }) => [table, source])).toEqual([['clients', null]]);
    await expect(draftOf(script, ['client'])).rejects.toThrow(CrmError);
    expect(draftAsYaml(await draftOf('CREATE TABLE x (y INT)'))).toContain('tables:\n  []\n');
  });
});
