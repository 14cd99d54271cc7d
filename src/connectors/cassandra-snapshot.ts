import type { Row, TableSchema } from '../model/table-schema.ts';
import { type CassandraLink, quotedName } from './cassandra-client.ts';
import type { CassandraLayout } from './cassandra-layout.ts';
import { CassandraTables } from './cassandra-tables.ts';
import type { ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { selectedRows } from './selected-rows.ts';

/** Rows of a page of the server. */
const PAGE_ROWS = 1000;

/** Reads tables page by page, in the order of their tokens; nobody can read Cassandra as it was at one moment. */
export class CassandraSnapshot implements Snapshot {
  readonly #link: CassandraLink;
  readonly #tables: CassandraTables;

  constructor(link: CassandraLink) {
    this.#link = link;
    this.#tables = new CassandraTables(link);
  }

  tables(): Promise<readonly TableEntry[]> {
    return this.#tables.entries();
  }

  async schema(table: string): Promise<TableSchema> {
    return this.#tables.withNotes((await this.#tables.layout(table)).schema);
  }

  /** Page by page: a server asked for the number of all rows would not answer in time. */
  async count(table: TableSchema): Promise<number> {
    const layout = await this.#tables.layout(table.name);
    let count = 0;
    let next: string | null = null;
    do {
      const page = await this.#link.page(`SELECT ${layout.keyNames.map(quotedName).join(', ')} FROM ${layout.cqlName}`, PAGE_ROWS, next);
      count += page.rows.length;
      next = page.next;
    } while (next !== null);
    return count;
  }

  async *read(request: ReadRequest): AsyncGenerator<readonly Row[]> {
    const layout = await this.#tables.layout(request.table.name);
    yield* selectedRows(request, (_, wanted) => this.#rows(layout, wanted));
  }

  async close(): Promise<void> {}

  async *#rows(layout: CassandraLayout, wanted: readonly string[]): AsyncGenerator<readonly Row[]> {
    const names = wanted.length > 0 ? wanted : layout.keyNames;
    const cql = `SELECT ${names.map(quotedName).join(', ')} FROM ${layout.cqlName}`;
    const rowOf = layout.rowOf(wanted);
    let next: string | null = null;
    do {
      const page = await this.#link.page(cql, PAGE_ROWS, next);
      if (page.rows.length > 0) yield page.rows.map(rowOf);
      next = page.next;
    } while (next !== null);
  }
}
