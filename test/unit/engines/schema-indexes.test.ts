import { expect, test } from 'vitest';
import { schemaIndexes } from '../../../src/engines/schema-indexes.ts';

test('the last file that makes an index says how; those of dropped tables are gone', () => {
  const files = [
    "CREATE TABLE a (x);\nCREATE INDEX a_x ON a (x);\nCREATE INDEX b_x ON b (x) WHERE x IS NOT NULL;\nCREATE VIRTUAL TABLE words USING fts5 (w, content = '');",
    'DROP TABLE a;\nCREATE TABLE a (x, y);\nCREATE UNIQUE INDEX a_y ON a (y);\nDROP INDEX b_x;\nCREATE INDEX b_x   ON b (x, y);',
  ];
  expect([...schemaIndexes(files.map((sql) => ({ sql }))).values()].map(({ name, sql }) => [name, sql])).toEqual([
    ['words', "CREATE VIRTUAL TABLE words USING fts5 (w, content = '');"],
    ['a_y', 'CREATE UNIQUE INDEX a_y ON a (y);'],
    ['b_x', 'CREATE INDEX b_x   ON b (x, y);'],
  ]);
});
