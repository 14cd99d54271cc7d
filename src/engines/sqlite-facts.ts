import type { EngineFacts } from './engine.ts';

/** What SQLite writes in its own way. */
export const sqliteFacts: EngineFacts = {
  name: 'sqlite',
  attributeNamesSql: 'SELECT DISTINCT j.key AS name FROM customers, json_each(attributes) j WHERE attributes IS NOT NULL',
  wordsColumn: null,
  tableNamesSql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  holdsAnyText: true,
  tableExistsSql: "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ?",
  // CROSS JOIN: the order of the tables stays, the keys first, whatever the statistics say.
  customersByKey: (column, limit) =>
    `FROM (SELECT key AS n, value FROM json_each(?)) j CROSS JOIN customers c
     WHERE c.id IN (SELECT k.id FROM customers k WHERE k.${column} = j.value ORDER BY k.id LIMIT ${limit})`,
  jsonPairs: '(SELECT key AS n, value ->> 0 AS value, value ->> 1 AS other FROM json_each(?))',
  jsonRows: '(SELECT key AS n, value FROM json_each(?))',
  // json_each, not ->>: a path would need its own quoting, and ->> turns true into 1.
  jsonText: (column) =>
    `(SELECT CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(value AS TEXT) END FROM json_each(${column}) WHERE key = ?)`,
  // Compared with a REAL, text that is as a whole a number literal becomes a number; any other text sorts after every number.
  toNumber: (expression) =>
    `(SELECT CASE WHEN input < CAST(9e999 AS REAL) THEN CAST(input AS NUMERIC) END FROM (SELECT ${expression} AS input))`,
  instantParameter: '?',
  dateParameter: '?',
  // A function that the engine registers: fold() of src/model/fold.ts.
  folded: (expression) => `crm_fold(${expression})`,
  byteOrder: (expression) => expression,
  searchCondition: (idExpression) => `${idExpression} IN (SELECT rowid FROM customer_search WHERE customer_search MATCH ?)`,
  searchQuery: (terms) => terms.map((term) => `"${term.text.replaceAll('"', '""')}"${term.prefix ? '*' : ''}`).join(' AND '),
  inJsonArray: (expression) => `${expression} IN (SELECT value FROM json_each(?))`,
};
