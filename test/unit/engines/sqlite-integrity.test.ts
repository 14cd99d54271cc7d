import { expect, test } from 'vitest';
import { complaintOf } from '../../../src/engines/sqlite-integrity.ts';

const ROOTS = new Map([
  [5, { name: 'customers', type: 'table' }],
  [7, { name: 'customers_email_key', type: 'index' }],
  [8, { name: 'sqlite_autoindex_products_1', type: 'index' }],
  [9, { name: 'customer_search_data', type: 'table' }],
]);

test.each([
  ['Tree 7 page 12 cell 3: Rowid 5 out of order', 'index', 'customers_email_key', true],
  ['Tree 8 page 12: btreeInitPage() returns error code 11', 'table', 'sqlite_autoindex_products_1', true],
  ['Tree 9 page 12: btreeInitPage() returns error code 11', 'search', 'customer_search_data', true],
  ['On tree page 5 cell 1: invalid page number 99', 'table', 'customers', true],
  ['Tree 44 page 45: free space corruption', 'table', null, true],
  ['Page 3: never used', 'space', null, false],
  ['Freelist: size is 3 but should be 2', 'space', null, false],
  ['row 17 missing from index customers_email_key', 'index', 'customers_email_key', false],
  ['wrong # of entries in index customers_email_key', 'index', 'customers_email_key', false],
  ['non-unique entry in index customers_email_key', 'index', 'customers_email_key', false],
  ['malformed inverted index for FTS5 table main.customer_search', 'search', 'customer_search', false],
  ['CHECK constraint failed in customers', 'table', 'customers', false],
  ['NULL value in customers.kind', 'table', 'customers', false],
  ['something that nobody has seen yet', 'table', null, false],
] as const)('%s', (message, kind, object, isStructural) => {
  expect(complaintOf(message, ROOTS)).toEqual({ kind, object, isStructural, message });
});
