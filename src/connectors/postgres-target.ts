import type pg from 'pg';
import { quoteName } from '../engines/postgres-client.ts';
import { postgresError } from '../engines/postgres-errors.ts';
import { CrmError } from '../errors.ts';
import { isSameReference, type TableIndex, type TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { addReference, afterRows, createEnum, createIndex, createTable, enumsOf, list, shortName } from './postgres-ddl.ts';
import { WRITER_LOCK } from './postgres-lock.ts';
import { LEDGER_TABLE, readEntries, readSchema } from './postgres-tables.ts';
import { PostgresWriter } from './postgres-writer.ts';

const LEDGER = `CREATE TABLE IF NOT EXISTS ${LEDGER_TABLE} (copy text NOT NULL, table_name text NOT NULL, part integer NOT NULL, content text NOT NULL, PRIMARY KEY (copy, table_name, part))`;
/** Something that is named is not there, or is not known. */
const MISSING = /^(42704|42883|42P01|3F000|0A000)$/;
const FOREIGN_KEY_VIOLATION = '23503';

/** A schema of a PostgreSQL database that tables are written to. */
export class PostgresTarget implements TableTarget {
  readonly #client: pg.Client;
  readonly #label: string;
  readonly #connect: () => Promise<pg.Client>;
  readonly notMade: string[] = [];

  /** @param connect makes a session on the schema */
  constructor(client: pg.Client, label: string, connect: () => Promise<pg.Client>) {
    this.#client = client;
    this.#label = label;
    this.#connect = connect;
  }

  tables(): Promise<readonly TableEntry[]> {
    return this.#guard(() => readEntries(this.#client));
  }

  schema(table: string): Promise<TableSchema> {
    return this.#guard(() => readSchema(this.#client, table, this.#label));
  }

  plan(table: TableSchema): readonly string[] {
    const enums = new Map([...enumsOf(table).values()].map((one) => [one.name, one]));
    const indexes = table.indexes
      .filter(({ special, definition }) => special === null || definition !== undefined)
      .map((index) => createIndex(table.name, index, shortName(index.name)));
    return [...[...enums.values()].map(createEnum), createTable(table), ...indexes, ...afterRows(table)].map((sql) => `${sql};`);
  }

  async create(table: TableSchema): Promise<void> {
    await this.#guard(async () => {
      for (const one of enumsOf(table).values()) {
        const { rows } = await this.#client.query<{ labels: string[] | null }>(
          `SELECT (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
           FROM pg_type t WHERE t.typname = $1 AND t.typnamespace = current_schema()::regnamespace`,
          [one.name],
        );
        if (rows[0] === undefined) await this.#client.query(createEnum(one));
        else if (JSON.stringify(rows[0].labels) !== JSON.stringify(one.values)) throw takenType(one.name, this.#label);
      }
      await this.#client.query(createTable(table));
    });
  }

  async finish(table: TableSchema): Promise<void> {
    await this.#guard(async () => {
      const there = await readSchema(this.#client, table.name, this.#label);
      for (const index of table.indexes) {
        if ((index.special !== null && index.definition === undefined) || there.indexes.some((one) => isSame(one, index))) continue;
        await this.#makeIndex(table.name, index);
      }
      for (const sql of afterRows(table)) await this.#client.query(sql);
      await this.#client.query(`ANALYZE ${quoteName(table.name)}`);
    });
  }

  async connect(table: TableSchema): Promise<void> {
    await this.#guard(async () => {
      const there = await readSchema(this.#client, table.name, this.#label);
      for (const key of table.foreignKeys) {
        if (there.foreignKeys.some((one) => isSameReference(one, key))) continue;
        await this.#client.query(addReference(table.name, key)).catch((error: { code?: string }) => {
          if (error.code !== FOREIGN_KEY_VIOLATION) throw error;
          throw new CrmError('INTEGRITY', `rows of ${table.name} point to rows of ${key.table} that are not there`, {
            cause: error,
            hint: `copy ${key.table} too, or mend ${key.columns.join(', ')} at the source`,
          });
        });
      }
    });
  }

  async truncate(tables: readonly TableSchema[]): Promise<void> {
    if (tables.length > 0) await this.#guard(() => this.#client.query(`TRUNCATE TABLE ${list(tables.map(({ name }) => name))}`));
  }

  async writer(): Promise<TableWriter> {
    await this.#guard(() => this.#client.query(LEDGER));
    const client = await this.#connect();
    await this.#guard(() => client.query(WRITER_LOCK));
    return new PostgresWriter(client, this.#label);
  }

  async ledger(copy: string): Promise<readonly LedgerEntry[]> {
    if (!(await this.#hasLedger())) return [];
    const { rows } = await this.#guard(() =>
      this.#client.query<LedgerEntry>(
        `SELECT copy, table_name AS "table", part, content FROM ${LEDGER_TABLE} WHERE copy = $1 ORDER BY table_name COLLATE "C", part`,
        [copy],
      ),
    );
    return rows;
  }

  async forget(copy: string): Promise<void> {
    if (!(await this.#hasLedger())) return;
    await this.#guard(async () => {
      await this.#client.query(`DELETE FROM ${LEDGER_TABLE} WHERE copy = $1`, [copy]);
      const { rows } = await this.#client.query(`SELECT 1 FROM ${LEDGER_TABLE} LIMIT 1`);
      if (rows.length === 0) await this.#client.query(`DROP TABLE ${LEDGER_TABLE}`);
    });
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  /** One that needs what this database does not have, an operator class of an extension or a function, is left out and told. */
  async #makeIndex(table: string, index: TableIndex): Promise<void> {
    const sql = createIndex(table, index, await this.#freeName(table, index.name));
    try {
      await this.#client.query(sql);
    } catch (error) {
      if (index.definition === undefined || !MISSING.test((error as { code?: string }).code ?? '')) throw error;
      this.notMade.push(`${table}: index ${index.name} is not kept: this database lacks what it is made of`);
    }
  }

  async #hasLedger(): Promise<boolean> {
    const { rows } = await this.#guard(() =>
      this.#client.query<{ there: boolean }>(`SELECT to_regclass('${LEDGER_TABLE}') IS NOT NULL AS there`),
    );
    return rows[0]?.there === true;
  }

  /** Names of indexes are those of the whole schema here. */
  async #freeName(table: string, name: string): Promise<string> {
    for (const wanted of [shortName(name), shortName(`${table}_${name}`)]) {
      const { rows } = await this.#client.query(
        'SELECT 1 FROM pg_class WHERE relname = $1 AND relnamespace = current_schema()::regnamespace',
        [wanted],
      );
      if (rows.length === 0) return wanted;
    }
    throw new CrmError('ENGINE', `${this.#label} has something called ${name} already`, {
      hint: 'copy into an empty schema: ?schema=NAME',
    });
  }

  async #guard<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw postgresError(error, this.#label);
    }
  }
}

function isSame(a: TableIndex, b: TableIndex): boolean {
  return a.unique === b.unique && a.definition === b.definition && JSON.stringify(a.columns) === JSON.stringify(b.columns);
}

function takenType(name: string, label: string): CrmError {
  return new CrmError('ENGINE', `${label} has another type called ${name}`, { hint: 'copy into an empty schema: ?schema=NAME' });
}
