import type { Connection } from '../engines/connection.ts';
import { CUSTOMER_COLUMNS, customerOf, wordsOf } from './customer-rows.ts';

const PAGE = 1000;

/**
 * Puts the words of all customers into an index that is empty.
 * @param check called between pages; a throw stops
 * @returns how many customers
 */
export async function putAllWords(connection: Connection, check: () => Promise<void>): Promise<number> {
  const sql = `SELECT ${CUSTOMER_COLUMNS.join(', ')} FROM customers WHERE id > ? ORDER BY id LIMIT ${PAGE}`;
  let count = 0;
  for (let after = 0; ; ) {
    const rows = await connection.all(sql, [after]);
    const last = rows.at(-1);
    if (last === undefined) return count;
    await connection.putWords(rows.map((row) => ({ id: row.id as number, words: wordsOf(customerOf(row)) })));
    count += rows.length;
    after = last.id as number;
    await check();
  }
}
