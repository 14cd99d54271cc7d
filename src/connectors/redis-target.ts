import { CrmError } from '../errors.ts';
import type { TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { schemaJson, schemaOfJson } from './folder-schema.ts';
import { listOf, type RedisLink } from './redis-client.ts';
import type { RedisLayout } from './redis-layout.ts';
import { memberPages } from './redis-rows.ts';
import { RedisWriter } from './redis-writer.ts';

/** Writes tables to Redis; what constraints they have is kept in their schema, and enforced for keys only. */
export class RedisTarget implements TableTarget {
  readonly #link: RedisLink;
  readonly #layout: RedisLayout;
  readonly #label: string;

  constructor(link: RedisLink, layout: RedisLayout, label: string) {
    this.#link = link;
    this.#layout = layout;
    this.#label = label;
  }

  async tables(): Promise<readonly TableEntry[]> {
    const names = listOf(await this.#link.send(['SMEMBERS', this.#layout.tables])).map(String);
    return names.sort().map((name) => ({ name, kind: 'table' }));
  }

  async schema(table: string): Promise<TableSchema> {
    const json = await this.#link.send(['GET', this.#layout.schema(table)]);
    if (json !== null) return schemaOfJson(String(json));
    throw new CrmError('NOT_FOUND', `${this.#label} has no table of that name`, { hint: 'look at its tables first' });
  }

  plan(): readonly string[] {
    return [];
  }

  async create(table: TableSchema): Promise<void> {
    if ((await this.#link.send(['GET', this.#layout.schema(table.name)])) === null) await this.#save(table);
  }

  async finish(table: TableSchema): Promise<void> {
    await this.#save(table);
  }

  async connect(table: TableSchema): Promise<void> {
    await this.#save(table);
  }

  async truncate(tables: readonly TableSchema[]): Promise<void> {
    for (const { name } of tables) {
      for await (const members of memberPages(this.#link, this.#layout, name)) {
        const rows = members.map((member) => this.#layout.row(name, member));
        await this.#link.transaction([
          ['UNLINK', ...rows],
          ['ZREM', this.#layout.keys(name), ...members],
        ]);
      }
    }
  }

  async writer(): Promise<TableWriter> {
    return new RedisWriter(this.#link, this.#layout);
  }

  async ledger(copy: string): Promise<readonly LedgerEntry[]> {
    const list = listOf(await this.#link.send(['HGETALL', this.#layout.ledger(copy)])).map(String);
    const entries = Array.from({ length: list.length / 2 }, (_, index): LedgerEntry => {
      const [table, part] = JSON.parse(list[2 * index] as string) as [string, number];
      return { copy, table, part, content: list[2 * index + 1] as string };
    });
    return entries.sort((a, b) => (a.table === b.table ? a.part - b.part : a.table < b.table ? -1 : 1));
  }

  async forget(copy: string): Promise<void> {
    await this.#link.send(['DEL', this.#layout.ledger(copy)]);
  }

  async close(): Promise<void> {}

  async #save(table: TableSchema): Promise<void> {
    await this.#link.transaction([
      ['SADD', this.#layout.tables, table.name],
      ['SET', this.#layout.schema(table.name), schemaJson(table)],
    ]);
  }
}
