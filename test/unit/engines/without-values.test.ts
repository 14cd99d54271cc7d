import { expect, test } from 'vitest';
import { withoutValues } from '../../../src/engines/without-values.ts';

test.each([
  ["SELECT * FROM customers WHERE name = 'Ada O''Neil' AND id > 12", 'SELECT * FROM customers WHERE name = ? AND id > ?'],
  ['SELECT 1.5, .5, 1e9, 0xFF, 12_000', 'SELECT ?, ?, ?, ?, ?'],
  ["SELECT x'cafe', E'it\\'s secret', N'secret'", 'SELECT ?, ?, ?'],
  ['SELECT $$secret$$, $tag$secret $$ more$tag$', 'SELECT ?, ?'],
  [
    'SELECT "first name", `tier2`, [last 1] FROM t1 -- secret\n/* more\nsecret */ WHERE a=?',
    'SELECT "first name", `tier2`, [last 1] FROM t1 WHERE a=?',
  ],
  ["SELECT a FROM t WHERE b IN (1, 2,3) AND c IN ('x','y')", 'SELECT a FROM t WHERE b IN (?, …) AND c IN (?, …)'],
  ['SELECT a FROM t WHERE b = $1 AND c = :2', 'SELECT a FROM t WHERE b = $1 AND c = :2'],
  ["Filter: ((city = 'Berlin'::text) AND (id < '12'::bigint))", 'Filter: ((city = ?::text) AND (id < ?::bigint))'],
  ["SELECT 'never ended", 'SELECT ?'],
  ['SELECT /* never ended secret', 'SELECT'],
  ["SELECT '张伟' AS 名字", 'SELECT ? AS 名字'],
])('%s', (sql, expected) => {
  expect(withoutValues(sql)).toBe(expected);
});
