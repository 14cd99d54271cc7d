import { CrmError } from '../errors.ts';
import type { Row, TableSchema } from '../model/table-schema.ts';
import type { ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { schemaOfJson } from './folder-schema.ts';
import { listOf, type RedisLink } from './redis-client.ts';
import { type ForeignTable, foreignRows, foreignTables } from './redis-foreign.ts';
import type { RedisLayout } from './redis-layout.ts';
import { ownRows } from './redis-rows.ts';
import { selectedRows } from './selected-rows.ts';

type Foreign = Awaited<ReturnType<typeof foreignTables>>;

/** Reads tables from Redis, which has no view of one moment: what is written meanwhile may be seen or not. */
export class RedisSnapshot implements Snapshot {
  readonly #link: RedisLink;
  readonly #layout: RedisLayout;
  readonly #label: string;
  #ours: Promise<readonly string[]> | null = null;
  #foreign: Promise<Foreign> | null = null;

  constructor(link: RedisLink, layout: RedisLayout, label: string) {
    this.#link = link;
    this.#layout = layout;
    this.#label = label;
  }

  async tables(): Promise<readonly TableEntry[]> {
    const { tables, others } = await this.#foreignTables();
    const names = [...new Set([...(await this.#ownTables()), ...tables.keys()])];
    const entries: TableEntry[] = [
      ...names.map((name) => ({ name, kind: 'table' as const })),
      ...others.map((name) => ({ name, kind: 'view' as const })),
    ];
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async schema(table: string): Promise<TableSchema> {
    const json = await this.#link.send(['GET', this.#layout.schema(table)]);
    if (json !== null) return schemaOfJson(String(json));
    return (await this.#foreignTable(table)).schema;
  }

  async count(table: TableSchema): Promise<number> {
    if ((await this.#ownTables()).includes(table.name)) return Number(await this.#link.send(['ZCARD', this.#layout.keys(table.name)]));
    let count = 0;
    for await (const rows of this.#foreignRows(table, [])) count += rows.length;
    return count;
  }

  async *read(request: ReadRequest): AsyncGenerator<readonly Row[]> {
    const ours = await this.#ownTables();
    if (ours.includes(request.table.name)) yield* ownRows(this.#link, this.#layout, request);
    else yield* selectedRows(request, (table, wanted) => this.#foreignRows(table, wanted));
  }

  async close(): Promise<void> {}

  async *#foreignRows({ name }: TableSchema, wanted: readonly string[]): AsyncGenerator<readonly Row[]> {
    yield* foreignRows(this.#link, this.#layout, await this.#ownTables(), await this.#foreignTable(name), wanted);
  }

  async #foreignTable(name: string): Promise<ForeignTable> {
    const { tables } = await this.#foreignTables();
    const table = tables.get(name);
    if (table !== undefined) return table;
    throw new CrmError('NOT_FOUND', `${this.#label} has no table of that name`, {
      hint: `it has: ${[...(await this.#ownTables()), ...tables.keys()].slice(0, 20).join(', ') || 'none'}`,
    });
  }

  #ownTables(): Promise<readonly string[]> {
    this.#ours ??= this.#link.send(['SMEMBERS', this.#layout.tables]).then((reply) => listOf(reply).map(String).sort());
    return this.#ours;
  }

  #foreignTables(): Promise<Foreign> {
    this.#foreign ??= this.#ownTables().then((ours) => foreignTables(this.#link, this.#layout, ours));
    return this.#foreign;
  }
}
