import type pg from 'pg';
import type { SqlRow, SqlValue, WordsEntry } from './engine.ts';
import type { SearchCheck } from './maintenance.ts';
import { PostgresConnection } from './postgres-connection.ts';

/** Compares words with those that stand at each customer; the server does the comparing. */
export class PostgresSearchCheck implements SearchCheck {
  readonly #client: pg.Client;
  readonly #connection: PostgresConnection;

  private constructor(client: pg.Client, label: string) {
    this.#client = client;
    this.#connection = new PostgresConnection(client, label);
  }

  /** Takes a snapshot. @param client a connection of its own, which is closed at the end */
  static async start(client: pg.Client, label: string): Promise<PostgresSearchCheck> {
    const check = new PostgresSearchCheck(client, label);
    await check.#connection.script('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return check;
  }

  all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return this.#connection.all<T>(sql, parameters);
  }

  async differing(entries: readonly WordsEntry[]): Promise<readonly number[]> {
    const rows = await this.all<{ id: number }>(
      `SELECT c.id FROM jsonb_to_recordset(CAST(? AS jsonb)) AS x (id bigint, words text) JOIN customers c ON c.id = x.id
       WHERE coalesce(c.search, '') <> CAST(coalesce(x.words, '') AS tsvector)`,
      [JSON.stringify(entries)],
    );
    return rows.map(({ id }) => id);
  }

  /** Words stand at their customer: there are none of nobody. */
  surplus(): readonly number[] {
    return [];
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }
}
