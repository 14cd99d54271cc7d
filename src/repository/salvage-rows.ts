import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';

/** Takes rows that do not come into the new database. */
export type TakeLost = (table: string, reason: string, row: SqlRow) => void;

/** What became of the rows of one table. */
export interface WrittenRows {
  readonly read: number;
  readonly written: number;
}

/** Puts rows into a table, those that it does not take aside: a damaged page may hold anything. */
export async function writeSalvaged(
  connection: Connection,
  table: { readonly name: string; readonly columns: readonly string[]; readonly key: readonly string[] },
  batches: Iterable<SqlValue[][]>,
  lost: TakeLost,
  check: () => Promise<void>,
): Promise<WrittenRows> {
  const own = (await connection.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', [table.name])).map(({ name }) => name);
  const places = table.columns.map((name, place) => ({ name, place })).filter(({ name }) => own.includes(name));
  const columns = places.map(({ name }) => name);
  let [read, written] = [0, 0];
  for (const batch of batches) {
    read += batch.length;
    for (const values of batch) {
      const row = places.map(({ place }) => values[place] as SqlValue);
      const reason = await refusal(connection, table.name, columns, row);
      if (reason === null) written++;
      else if (reason !== 'same')
        lost(table.name, reason, Object.fromEntries(table.columns.map((name, i) => [name, values[i] as SqlValue])));
    }
    await check();
  }
  return { read, written };
}

/** Inserts a row. @returns why it was not taken; `same`: it is there already; null: it was */
async function refusal(
  connection: Connection,
  table: string,
  columns: readonly string[],
  row: readonly SqlValue[],
): Promise<string | null> {
  try {
    await connection.insert(table, { columns, rows: [row] });
    return null;
  } catch (error) {
    const code = constraintOf(error);
    if (code === null) throw error;
    if (!/PRIMARYKEY|UNIQUE|ROWID/.test(code)) return `does not fit the table (${code})`;
    const same = columns.map((name) => `${name} IS ?`).join(' AND ');
    const [found] = await connection.all(`SELECT 1 AS found FROM ${table} WHERE ${same}`, row);
    return found === undefined ? `another row has its key (${code})` : 'same';
  }
}

/** The constraint that a row breaks; null for any other failure. */
function constraintOf(error: unknown): string | null {
  const cause = error instanceof CrmError ? error.cause : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_CONSTRAINT') ? code : null;
}
