import { createHash } from 'node:crypto';
import type pg from 'pg';
import { quoteName } from './postgres-client.ts';
import type { TableFacts } from './snapshot.ts';

const ROWS_AT_ONCE = 2000;

/** The tables of a schema, by name, with the columns of their primary key in its order. */
const TABLES = `
  SELECT c.relname AS name,
         ARRAY(SELECT quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END
                 FROM unnest(i.indkey) WITH ORDINALITY k (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum ORDER BY k.n) AS key
    FROM pg_class c
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
   WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
   ORDER BY c.relname COLLATE "C"`;

/**
 * Counts the rows of each table of a schema, and hashes them where asked, in the transaction that the client is in.
 * @param schema name of the schema, quoted
 */
export async function postgresTableFacts(client: pg.Client, schema: string, rowHashes: boolean): Promise<TableFacts[]> {
  const { rows: tables } = await client.query<{ name: string; key: string[] }>(TABLES, [schema]);
  const facts: TableFacts[] = [];
  for (const { name, key } of tables) {
    const from = `${schema}.${quoteName(name)}`;
    const { rows } = await client.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`);
    const count = Number(rows[0]?.n);
    facts.push({ name, rows: count, sha256: rowHashes ? await rowHash(client, from, key) : null });
  }
  return facts;
}

/**
 * SHA-256 of the rows in the order of their primary key, or of their text where there is none, as the server writes them in
 * a session of ours: UTC, ISO dates, UTF-8, shortest exact numbers.
 */
async function rowHash(client: pg.Client, from: string, key: readonly string[]): Promise<string> {
  const order = key.length === 0 ? 't::text COLLATE "C"' : key.map((column) => `t.${column}`).join(', ');
  await client.query(`DECLARE crm_rows NO SCROLL CURSOR FOR SELECT t::text FROM ${from} t ORDER BY ${order}`);
  const hash = createHash('sha256');
  try {
    for (;;) {
      const { rows } = await client.query<[string]>({
        text: `FETCH ${ROWS_AT_ONCE} FROM crm_rows`,
        rowMode: 'array',
      } as pg.QueryArrayConfig);
      for (const [row] of rows) hash.update(row).update('\n');
      if (rows.length < ROWS_AT_ONCE) return hash.digest('hex');
    }
  } finally {
    await client.query('CLOSE crm_rows').catch(() => undefined); // after an error the transaction is over
  }
}
