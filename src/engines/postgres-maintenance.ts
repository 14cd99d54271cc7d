import type pg from 'pg';
import type { SqlRow, SqlValue } from './engine.ts';
import type { BrokenReferences, Complaint, Maintenance, ObjectSize, Rebuild, SearchCheck, UpkeepStep } from './maintenance.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { PostgresSearchCheck } from './postgres-search-check.ts';
import type { SchemaIndex } from './schema-indexes.ts';

/** The namespace (schema) that the database lives in. */
const HERE = 'to_regnamespace(quote_ident(current_schema()))';

/** What the upkeep of a PostgreSQL database works with. */
export interface PostgresMaintenanceParts {
  readonly client: pg.Client;
  readonly label: string;
  /** A connection of its own. */
  readonly openClient: () => Promise<pg.Client>;
  /** How long to wait for other writers, in milliseconds. */
  readonly busyTimeoutMs: number;
  /** The indexes of the schema files. */
  readonly indexes: ReadonlyMap<string, SchemaIndex>;
}

/** The upkeep of a PostgreSQL database. */
export class PostgresMaintenance implements Maintenance {
  readonly #parts: PostgresMaintenanceParts;
  readonly #connection: PostgresConnection;

  constructor(parts: PostgresMaintenanceParts) {
    this.#parts = parts;
    this.#connection = new PostgresConnection(parts.client, parts.label);
  }

  #all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return this.#connection.all<T>(sql, parameters);
  }

  async structure(options: { readonly quick: boolean }): Promise<readonly Complaint[]> {
    const invalid = await this.#all<{ name: string }>(
      `SELECT c.relname::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE c.relnamespace = ${HERE} AND NOT (i.indisvalid AND i.indisready) ORDER BY 1`,
    );
    const unchecked = await this.#all<{ name: string }>(
      `SELECT conname::text AS name FROM pg_constraint WHERE connamespace = ${HERE} AND NOT convalidated ORDER BY 1`,
    );
    return [
      ...invalid.map(
        ({ name }): Complaint => ({ kind: 'index', object: name, isStructural: false, message: `index ${name} is not valid` }),
      ),
      ...unchecked.map(
        ({ name }): Complaint => ({
          kind: 'constraint',
          object: name,
          isStructural: false,
          message: `constraint ${name} was never checked`,
        }),
      ),
      ...(options.quick ? [] : await this.#amcheck(new Set(invalid.map(({ name }) => name)))),
    ];
  }

  /** What the extension amcheck finds, where the server has it in this database. */
  async #amcheck(invalid: ReadonlySet<string>): Promise<Complaint[]> {
    const [extension] = await this.#all<{ place: string }>(
      "SELECT quote_ident(n.nspname) AS place FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'",
    );
    if (extension === undefined) return [];
    const indexes = await this.#all<{ name: string; oid: number }>(
      `SELECT c.relname::text AS name, c.oid::bigint AS oid FROM pg_class c JOIN pg_am a ON a.oid = c.relam
       WHERE c.relnamespace = ${HERE} AND c.relkind = 'i' AND a.amname = 'btree' ORDER BY 1`,
    );
    const complaints: Complaint[] = [];
    for (const { name, oid } of indexes) {
      if (invalid.has(name)) continue;
      const message = await this.#complaint(`SELECT ${extension.place}.bt_index_check(CAST(? AS bigint)::oid, true)`, oid);
      if (message !== null) complaints.push({ kind: 'index', object: name, isStructural: false, message });
    }
    return complaints;
  }

  async #complaint(sql: string, oid: number): Promise<string | null> {
    try {
      await this.#all(sql, [oid]);
      return null;
    } catch (error) {
      const cause = (error as { cause?: { code?: string; message?: string } }).cause;
      // Only what the check says of the index; not permitted, busy and the like are failures.
      if (!/^(XX001|XX002)$/.test(cause?.code ?? '')) throw error;
      return (cause?.message ?? 'damaged').split('\n')[0] as string;
    }
  }

  /** Constraints hold here, unless they were never checked, which `structure` tells of. */
  async brokenReferences(): Promise<readonly BrokenReferences[]> {
    return [];
  }

  async missingIndexes(): Promise<readonly string[]> {
    const rows = await this.#all<{ name: string }>('SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = current_schema()');
    const names = new Set(rows.map(({ name }) => name));
    return [...this.#parts.indexes.keys()].filter((name) => !names.has(name));
  }

  async searchCheck(): Promise<SearchCheck> {
    return PostgresSearchCheck.start(await this.#parts.openClient(), this.#parts.label);
  }

  async sizes(): Promise<readonly ObjectSize[]> {
    const rows = await this.#all<{ name: string; of: string | null; bytes: number }>(
      `SELECT c.relname::text AS name, t.relname::text AS of,
              CASE c.relkind WHEN 'r' THEN pg_table_size(c.oid) ELSE pg_relation_size(c.oid) END AS bytes
       FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
       WHERE c.relnamespace = ${HERE} AND c.relkind IN ('r', 'i') ORDER BY bytes DESC, 1`,
    );
    return rows.map(({ name, of, bytes }) => ({
      name,
      kind: of === null ? 'table' : name === 'customers_search' ? 'search' : 'index',
      table: of,
      bytes: Number(bytes),
      unusedBytes: null,
    }));
  }

  async indexedColumns(table: string): Promise<readonly (readonly string[])[]> {
    const rows = await this.#all<{ index: number; name: string }>(
      `SELECT i.indexrelid::bigint AS index, a.attname::text AS name FROM pg_index i
       JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = ${HERE} AND t.relname = ?
       CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, place)
       JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum ORDER BY i.indexrelid, k.place`,
      [table],
    );
    const indexes = new Map<number, string[]>();
    for (const { index, name } of rows) indexes.set(index, [...(indexes.get(index) ?? []), name]);
    return [...indexes.values()];
  }

  async tidy(check: () => Promise<void>): Promise<readonly UpkeepStep[]> {
    const start = performance.now();
    for (const table of await this.#tables()) {
      await this.#connection.script(`VACUUM (ANALYZE, SKIP_LOCKED) ${table}`);
      await check();
    }
    return [{ name: 'vacuum', elapsedMs: Math.round(performance.now() - start) }];
  }

  /** The server keeps its own files: only it knows whether there is space. */
  async vacuum(): Promise<void> {
    await this.#alone(async () => {
      for (const table of await this.#tables()) await this.#connection.script(`VACUUM (FULL, ANALYZE) ${table}`);
    });
  }

  async reindex(): Promise<void> {
    const [here] = await this.#all<{ name: string }>('SELECT quote_ident(current_schema()) AS name');
    await this.#alone(() => this.#connection.script(`REINDEX SCHEMA ${here?.name}`));
  }

  async rebuild({ indexes, entries, constraints }: Rebuild): Promise<void> {
    for (const name of indexes) {
      await this.#connection.script(`DROP INDEX IF EXISTS ${quoted(name)}`);
      await this.#connection.script(this.#parts.indexes.get(name)?.sql ?? '');
    }
    for (const name of entries) await this.#connection.script(`REINDEX INDEX ${quoted(name)}`);
    for (const name of constraints) {
      const [found] = await this.#all<{ table: string }>(
        `SELECT t.relname::text AS table FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE c.connamespace = ${HERE} AND c.conname = ?`,
        [name],
      );
      if (found !== undefined) await this.#connection.script(`ALTER TABLE ${quoted(found.table)} VALIDATE CONSTRAINT ${quoted(name)}`);
    }
  }

  /** Works while no other writer does. @throws {CrmError} BUSY */
  async #alone(work: () => Promise<void>): Promise<void> {
    const key = "(hashtext('crm writer'), hashtext(current_schema()))";
    await this.#connection.script(`SET lock_timeout = ${Math.max(1, Math.trunc(this.#parts.busyTimeoutMs))}`);
    try {
      await this.#connection.script(`SELECT pg_advisory_lock${key}`);
      try {
        await work();
      } finally {
        await this.#connection.script(`SELECT pg_advisory_unlock${key}`);
      }
    } finally {
      await this.#connection.script('SET lock_timeout = 0');
    }
  }

  async #tables(): Promise<string[]> {
    const rows = await this.#all<{ name: string }>(
      `SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = ${HERE} ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  /** What the program leaves lies with the machine that it ran on. */
  leftovers(): readonly string[] {
    return [];
  }

  removeLeftovers(): void {}
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
