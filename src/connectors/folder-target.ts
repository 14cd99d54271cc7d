import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError } from '../errors.ts';
import { writeTextFile } from '../formats/output-file.ts';
import { type Cell, type Row, storedColumns, type TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter, WriteMode } from './connector.ts';
import type { FolderFormat } from './folder-format.ts';
import { FolderLedger } from './folder-ledger.ts';
import { FolderPart } from './folder-part.ts';
import { type FolderTable, fileNameFor, folderTables, writeSchemas } from './folder-schema.ts';

/** What a writer does to the files of a folder. */
interface FolderParts {
  part(table: TableSchema): FolderPart;
  /** Kept until the table is published. */
  record(entries: readonly LedgerEntry[]): void;
}

/**
 * Writes tables as files. Rows of finished transactions gather in a file beside, which takes the place of the table's when
 * the table is finished, or the target closed; a table that is made and not finished stays as it was made, empty.
 */
export class FolderTarget implements TableTarget, FolderParts {
  readonly #folder: string;
  readonly #format: FolderFormat;
  readonly #tables: Map<string, FolderTable>;
  readonly #parts = new Map<string, FolderPart>();
  readonly #unfinished = new Set<string>();
  readonly #ledger: FolderLedger;
  #pending: LedgerEntry[] = [];

  constructor(folder: string, format: FolderFormat) {
    this.#folder = folder;
    this.#format = format;
    this.#ledger = new FolderLedger(folder);
    makeFolder(folder);
    removeStale(folder, /\.part-(\d+)(?:\.new)?$/);
    this.#tables = folderTables(folder, format.extensions);
  }

  async tables(): Promise<readonly TableEntry[]> {
    return [...this.#tables.keys()].map((name) => ({ name, kind: 'table' }));
  }

  async schema(table: string): Promise<TableSchema> {
    return this.#ours(table).schema as TableSchema;
  }

  plan(): readonly string[] {
    return [];
  }

  async create(table: TableSchema): Promise<void> {
    if (this.#tables.has(table.name)) return;
    const columns = storedColumns(table);
    if (columns.length === 0) throw new CrmError('USAGE', `table ${table.name} has no column`, { hint: 'leave it out with --tables' });
    const taken = [...this.#tables.values()].map(({ file }) => file);
    const file = fileNameFor(table.name, this.#format.extensions[0], taken);
    this.#tables.set(table.name, { file, schema: table });
    this.#unfinished.add(table.name);
    writeTextFile(join(this.#folder, file), this.#format.head(columns));
    this.#saveSchemas();
  }

  async finish(table: TableSchema): Promise<void> {
    this.#unfinished.delete(table.name);
    this.#tables.set(table.name, { ...this.#ours(table.name), schema: table });
    this.#saveSchemas();
    this.#publish(table.name);
  }

  async connect(table: TableSchema): Promise<void> {
    this.#tables.set(table.name, { ...this.#ours(table.name), schema: table });
    this.#saveSchemas();
  }

  async truncate(tables: readonly TableSchema[]): Promise<void> {
    for (const table of tables) this.part(table).clear();
  }

  async writer(): Promise<TableWriter> {
    return new FolderWriter(this);
  }

  async ledger(copy: string): Promise<readonly LedgerEntry[]> {
    return this.#ledger.entries().filter((entry) => entry.copy === copy);
  }

  async forget(copy: string): Promise<void> {
    this.#pending = this.#pending.filter((entry) => entry.copy !== copy);
    this.#ledger.forget(copy);
  }

  async close(): Promise<void> {
    for (const [name, part] of [...this.#parts]) {
      if (part.hasNews && !this.#unfinished.has(name)) this.#publish(name);
      else part.discard();
    }
    this.#parts.clear();
  }

  part({ name }: TableSchema): FolderPart {
    const { file, schema } = this.#ours(name);
    let part = this.#parts.get(name);
    if (part === undefined) {
      part = new FolderPart(join(this.#folder, file), schema as TableSchema, this.#format);
      this.#parts.set(name, part);
    }
    return part;
  }

  record(entries: readonly LedgerEntry[]): void {
    const isPending = ({ table }: LedgerEntry): boolean => this.#parts.has(table) || this.#unfinished.has(table);
    this.#pending.push(...entries.filter(isPending));
    this.#ledger.add(entries.filter((entry) => !isPending(entry)));
  }

  #publish(name: string): void {
    this.#parts.get(name)?.publish();
    this.#parts.delete(name);
    const entries = this.#pending.filter(({ table }) => table === name);
    this.#pending = this.#pending.filter(({ table }) => table !== name);
    this.#ledger.add(entries);
  }

  #saveSchemas(): void {
    writeSchemas(this.#folder, [...this.#tables.values()]);
  }

  #ours(name: string): FolderTable {
    const table = this.#tables.get(name);
    if (table?.schema != null) return table;
    const message = table === undefined ? 'there is no such table' : `${table.file} was not written by crm`;
    throw new CrmError(table === undefined ? 'NOT_FOUND' : 'USAGE', `${this.#folder}: ${message}`, {
      hint: 'write to a folder that is empty, or to one that crm wrote',
    });
  }
}

/** Makes a folder where there is none. @throws {CrmError} OUTPUT_FAILED when it can neither be found nor made */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CrmError('OUTPUT_FAILED', `${folder} cannot be made: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
      hint: 'check the permissions of the folder around it, or name another place',
    });
  }
}

class FolderWriter implements TableWriter {
  readonly #parts: FolderParts;
  readonly #touched = new Set<FolderPart>();
  #entries: LedgerEntry[] = [];

  constructor(parts: FolderParts) {
    this.#parts = parts;
  }

  async begin(): Promise<void> {
    await this.rollback();
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    const part = this.#part(table);
    const places = storedColumns(table).map((column) => {
      const place = columns.indexOf(column.name);
      const given = column.default !== null && 'value' in column.default ? column.default.value : null;
      return place < 0 ? (): Cell => given : (row: Row): Cell => row[place] ?? null;
    });
    const whole = rows.map((row) => places.map((cellOf) => cellOf(row)));
    if (mode === 'upsert') part.replace(whole);
    else part.append(whole);
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    this.#part(table).remove(keys);
  }

  async record(entry: LedgerEntry): Promise<void> {
    this.#entries.push(entry);
  }

  async commit(): Promise<void> {
    for (const part of this.#touched) await part.commit();
    this.#touched.clear();
    this.#parts.record(this.#entries.splice(0));
  }

  async rollback(): Promise<void> {
    for (const part of this.#touched) part.rollback();
    this.#touched.clear();
    this.#entries = [];
  }

  async close(): Promise<void> {
    await this.rollback();
  }

  #part(table: TableSchema): FolderPart {
    const part = this.#parts.part(table);
    this.#touched.add(part);
    return part;
  }
}
