import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CrmError } from '../errors.ts';
import type { Row, TableSchema } from '../model/table-schema.ts';
import type { ReadRequest, Snapshot, TableEntry } from './connector.ts';
import type { FolderFormat } from './folder-format.ts';
import { type FolderTable, folderTables } from './folder-schema.ts';
import { selectedRows } from './selected-rows.ts';

/** The tables of a folder as they are now; a file that is changed by others while it is read is noticed. */
export class FolderSnapshot implements Snapshot {
  readonly #folder: string;
  readonly #format: FolderFormat;
  readonly #tables: ReadonlyMap<string, FolderTable>;
  readonly #marks: ReadonlyMap<string, string>;
  readonly #schemas = new Map<string, TableSchema>();
  readonly #counts = new Map<string, number>();

  constructor(folder: string, format: FolderFormat) {
    this.#folder = folder;
    this.#format = format;
    this.#tables = folderTables(folder, format.extensions);
    this.#marks = new Map([...this.#tables.values()].map(({ file }) => [file, markOf(join(folder, file))]));
  }

  async tables(): Promise<readonly TableEntry[]> {
    return [...this.#tables.keys()].map((name) => ({ name, kind: 'table' }));
  }

  async schema(table: string): Promise<TableSchema> {
    const { file, schema } = this.#table(table);
    const known = schema ?? this.#schemas.get(table) ?? (await this.#format.foreignSchema(join(this.#folder, file), table));
    this.#schemas.set(table, known);
    return known;
  }

  async count(table: TableSchema): Promise<number> {
    let count = this.#counts.get(table.name) ?? 0;
    if (count === 0) for await (const rows of this.#readAll(table, [])) count += rows.length;
    this.#counts.set(table.name, count);
    return count;
  }

  read(request: ReadRequest): AsyncIterable<readonly Row[]> {
    return selectedRows(request, (table, wanted) => this.#readAll(table, wanted));
  }

  async close(): Promise<void> {}

  async *#readAll({ name }: TableSchema, wanted: readonly string[]): AsyncGenerator<readonly Row[]> {
    const { file, schema } = this.#table(name);
    const path = join(this.#folder, file);
    this.#checkUnchanged(file, path);
    yield* this.#format.rows(path, await this.schema(name), wanted, schema !== null);
    this.#checkUnchanged(file, path);
  }

  #checkUnchanged(file: string, path: string): void {
    if (markOf(path) === this.#marks.get(file)) return;
    throw new CrmError('BUSY', `${path} was changed while it was being read`, { hint: 'run again when nobody writes to the folder' });
  }

  #table(name: string): FolderTable {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    throw new CrmError('NOT_FOUND', `${this.#folder} has no table of that name`, {
      hint: `it has: ${[...this.#tables.keys()].slice(0, 20).join(', ') || 'none'}`,
    });
  }
}

/** What changes when a file does; empty where there is none. */
function markOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}
