import { describe, expect, test } from 'vitest';
import { filteredColumns, scannedTables } from '../../../src/maintain/missing-index.ts';

describe('tables that are read as a whole', () => {
  test.each([
    ['SELECT id FROM customers WHERE city = ?', ['SCAN customers'], [{ name: 'customers', alias: 'customers' }]],
    ['SELECT id FROM customers AS c WHERE c.city = ?', ['SCAN c'], [{ name: 'customers', alias: 'c' }]],
    ['SELECT id FROM customers WHERE email_key = ?', ['SEARCH customers USING INDEX customers_email_key (email_key=?)'], []],
    ['SELECT id FROM customers ORDER BY name_key', ['SCAN customers USING COVERING INDEX customers_name_key'], []],
    ['SELECT rowid FROM customer_search', ['SCAN customer_search VIRTUAL TABLE INDEX 0:M1'], []],
    [
      'SELECT 1 FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = ?',
      ['SCAN o', 'SEARCH c USING INTEGER PRIMARY KEY (rowid=?)'],
      [{ name: 'orders', alias: 'o' }],
    ],
    [
      'SELECT id FROM customers c',
      ['Aggregate', '  -> Seq Scan on customers c', '        Filter: (city = ?::text)'],
      [{ name: 'customers', alias: 'c' }],
    ],
  ])('%s', (statement, plan, tables) => {
    expect(scannedTables(statement, plan)).toEqual(tables);
  });
});

describe('columns that an index would help', () => {
  test.each([
    ['customers.city = ?', [['city']]],
    ['(customers.city = ? AND customers.tier IN (?, …))', [['city', 'tier']]],
    ['customers.last_contacted_at < ? AND customers.city = ?', [['city', 'last_contacted_at']]],
    ['customers.created_at >= ? AND customers.updated_at < ?', [['created_at']]],
    ['(customers.city = ? OR customers.tier = ?)', [['city'], ['tier']]],
    ['city = ? AND owner is null', [['city', 'owner']]],
    ['lower(city) = ? AND crm_fold(customers.name) LIKE ?', []],
    ['customers.name IS NOT NULL', []],
  ])('%s', (condition, columns) => {
    expect(filteredColumns(`SELECT id FROM customers WHERE ${condition}`, { name: 'customers', alias: 'customers' })).toEqual(columns);
  });

  test('are those of the table alone', () => {
    const statement = 'SELECT 1 FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = ? AND c.city = ? AND tier = ?';
    expect(filteredColumns(statement, { name: 'orders', alias: 'o' })).toEqual([['status']]);
    expect(filteredColumns('SELECT id FROM customers', { name: 'customers', alias: 'customers' })).toEqual([]);
  });
});
