import type { EngineFacts } from './engine.ts';

/** A decimal number, blanks around it allowed; the outer group is what `substring` returns. No question mark: that is a parameter. */
const NUMBER = '^\\s*([-+]{0,1}([0-9]+(\\.[0-9]*){0,1}|\\.[0-9]+)([eE][-+]{0,1}[0-9]{1,2}){0,1})\\s*$';

/** What PostgreSQL writes in its own way. */
export const postgresFacts: EngineFacts = {
  name: 'postgres',
  attributeNamesSql: 'SELECT DISTINCT jsonb_object_keys(attributes) AS name FROM customers WHERE attributes IS NOT NULL',
  wordsColumn: 'search',
  tableNamesSql: 'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()',
  holdsAnyText: false,
  tableExistsSql: 'SELECT 1 AS found FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?',
  customersByKey: (column, limit) =>
    `FROM (SELECT ordinality - 1 AS n, value FROM jsonb_array_elements_text(CAST(? AS jsonb)) WITH ORDINALITY) j
     CROSS JOIN LATERAL (SELECT * FROM customers k WHERE k.${column} = j.value ORDER BY k.id LIMIT ${limit}) c`,
  jsonPairs:
    '(SELECT ordinality - 1 AS n, value ->> 0 AS value, value ->> 1 AS other FROM jsonb_array_elements(CAST(? AS jsonb)) WITH ORDINALITY)',
  jsonRows: '(SELECT ordinality - 1 AS n, value FROM jsonb_array_elements_text(CAST(? AS jsonb)) WITH ORDINALITY)',
  jsonText: (column) => `(${column} ->> CAST(? AS text))`,
  toNumber: (expression) => `CAST(substring(${expression} from '${NUMBER}') AS numeric)`,
  instantParameter: 'CAST(? AS timestamptz)',
  dateParameter: 'CAST(? AS date)',
  folded: foldedSql,
  byteOrder: (expression) => `(${expression}) COLLATE "C"`,
  searchCondition: () => 'customers.search @@ CAST(? AS tsquery)',
  searchQuery: (terms) =>
    terms.map((term) => `'${term.text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'${term.prefix ? ':*' : ''}`).join(' & '),
  inJsonArray: (expression, type = 'text') =>
    type === 'integer'
      ? `${expression} = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text(CAST(? AS jsonb)) AS bigint)))`
      : `${expression} = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(? AS jsonb))))`,
};

/** The steps of `fold`: decompose, drop combining marks, lower case, letters without a decomposition, compose. */
function foldedSql(expression: string): string {
  const bare = `lower(regexp_replace(normalize(${expression}, NFKD), '[\\u0300-\\u036f]', '', 'g'))`;
  const letters = `translate(${bare}, 'øđðłħı', 'oddlhi')`;
  const ligatures = [
    ['ß', 'ss'],
    ['æ', 'ae'],
    ['œ', 'oe'],
    ['þ', 'th'],
  ] as const;
  const replaced = ligatures.reduce((sql, [letter, letters]) => `replace(${sql}, '${letter}', '${letters}')`, letters);
  return `normalize(${replaced}, NFKC)`;
}
