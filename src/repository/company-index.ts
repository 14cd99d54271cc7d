import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';

/** The organisation with a company key; `several` where it cannot be told which one is meant. */
export type CompanyMatch = number | 'several';

/** The organisations with these company keys; keys that none has are left out. */
export async function findCompanies(connection: Connection, keys: Iterable<string>): Promise<Map<string, CompanyMatch>> {
  const list = [...new Set(keys)];
  if (list.length === 0) return new Map();
  const rows = await connection.all<SqlRow & { key: string; lowest: number; highest: number }>(
    `SELECT j.value AS key, min(c.id) AS lowest, max(c.id) AS highest FROM ${connection.facts.jsonRows} j
     CROSS JOIN customers c WHERE c.kind = 'organisation' AND c.company_key = j.value GROUP BY j.value`,
    [JSON.stringify(list)],
  );
  return new Map(rows.map(({ key, lowest, highest }) => [key, lowest === highest ? lowest : 'several']));
}

/** Whether there is any organisation that has a name. */
export async function hasCompanies(connection: Connection): Promise<boolean> {
  const sql = "SELECT 1 AS found FROM customers WHERE kind = 'organisation' AND company_key IS NOT NULL LIMIT 1";
  return (await connection.all(sql)).length > 0;
}
