import { describe, expect, it } from 'vitest';
import { checkSql, readCheck } from '../../src/model/check-rule.ts';

const LENGTHS = new Set(['length', 'char_length']);
const words = { name: (name: string) => `"${name}"`, text: (text: string) => `'${text.replaceAll("'", "''")}'`, length: 'length' };
const said = (sql: string): string | null => {
  const rule = readCheck(sql, LENGTHS);
  return rule === null ? null : checkSql(rule, words);
};

describe('checks that mean the same everywhere', () => {
  it.each([
    ['n > 0', '"n" > 0'],
    ['(n > 0)', '"n" > 0'],
    ['((n >= (0)::numeric) AND (n <= (100)::numeric))', '("n" >= 0) AND ("n" <= 100)'],
    ['n BETWEEN -1 AND 10', '("n" >= -1) AND ("n" <= 10)'],
    ['n not between 1 and 10 or "n" is null', '(NOT (("n" >= 1) AND ("n" <= 10))) OR ("n" IS NULL)'],
    ["status IN ('it''s', 'b')", `"status" IN ('it''s', 'b')`],
    ["((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))", `"status" IN ('a', 'b')`],
    ["(status <> ALL (ARRAY['a'::text]))", `"status" NOT IN ('a')`],
    ['`a``b` is not null and char_length(`a``b`) < 5', '("a`b" IS NOT NULL) AND (length("a`b") < 5)'],
    ['(length((name)::text) > 2)', 'length("name") > 2'],
    ['NOT (a = b)', 'NOT ("a" = "b")'],
    ['a != 1.50', '"a" <> 1.50'],
  ])('%s', (sql, expected) => {
    expect(said(sql)).toBe(expected);
  });

  it.each([
    'n + 1 > 0',
    "name LIKE 'a%'",
    "name ~ '^a'",
    'lower(name) = name',
    'n > (SELECT 1)',
    "name = 'a\\b'",
    'n > 0 -- why',
    'n',
    'n = TRUE',
    'n > 0)',
    '(n > 0',
    '',
    "name = _utf8mb4'a'",
    'octet_length(name) > 2',
    "born > '2020-01-01'::interval",
    'json_valid(name)',
    '1e5 < n',
    'n > 0x10',
  ])('not: %s', (sql) => {
    expect(said(sql)).toBeNull();
  });
});
