import { closeSync, copyFileSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { CrmError, isDiskFull } from '../errors.ts';
import { syncFolder } from '../formats/output-file.ts';
import { type Cell, type ColumnType, type Row, rowKey, storedColumns, type TableSchema } from '../model/table-schema.ts';
import { escapedText } from './cell-text.ts';
import { RefusedRows } from './connector.ts';
import type { FolderFormat } from './folder-format.ts';
import { MAX_RECORD_BYTES } from './pushed-rows.ts';

const ANY: ColumnType = { kind: 'any' };
const BUFFER_CHARACTERS = 1024 * 1024;

/** The file of a table while it is written: beside its place, which it takes when it is published. */
export class FolderPart {
  /** Whether rows of a finished transaction are in it that are not published yet. */
  hasNews = false;
  readonly #path: string;
  readonly #partPath: string;
  readonly #schema: TableSchema;
  readonly #format: FolderFormat;
  readonly #keyTypes: readonly ColumnType[];
  #file: number;
  #lines: string[] = [];
  #characters = 0;
  /** Rows by key that replace others, or null: these are removed; settled when the transaction ends. */
  #changes = new Map<string, Row | null>();
  /** Where the last finished transaction ended. */
  #committed: number;

  /** Begins with what the file holds. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
  constructor(path: string, schema: TableSchema, format: FolderFormat) {
    this.#path = path;
    this.#partPath = `${path}.part-${process.pid}`;
    this.#schema = schema;
    this.#format = format;
    this.#keyTypes = rowKey(schema).map((name) => schema.columns.find((column) => column.name === name)?.type ?? ANY);
    this.#file = this.#guarded(() => {
      rmSync(this.#partPath, { force: true });
      if (existsSync(path)) copyFileSync(path, this.#partPath);
      return openSync(this.#partPath, 'a+');
    });
    if (!existsSync(path)) this.#write(format.head(storedColumns(schema)));
    this.#committed = this.#size();
  }

  /** Adds rows whose cells are those of the stored columns. @throws {RefusedRows} when a row is longer than can be read again */
  append(rows: readonly Row[]): void {
    const columns = storedColumns(this.#schema);
    const lines = rows.map((row) => this.#format.line(columns, row));
    if (lines.some(({ length }) => length * 4 > MAX_RECORD_BYTES)) throw new RefusedRows('row too long', null);
    for (const line of lines) {
      this.#lines.push(line);
      this.#characters += line.length;
      if (this.#characters > BUFFER_CHARACTERS) this.#flush();
    }
  }

  /** Puts rows in the place of those of the same key. @throws {CrmError} USAGE when the table has no key */
  replace(rows: readonly Row[]): void {
    const places = this.#keyPlaces();
    for (const row of rows) this.#changes.set(this.#keyText(places.map((place) => row[place] ?? null)), row);
  }

  /** Removes rows by key. @throws {CrmError} USAGE when the table has no key */
  remove(keys: readonly Row[]): void {
    this.#keyPlaces();
    for (const key of keys) this.#changes.set(this.#keyText(key), null);
  }

  /** Removes all rows. */
  clear(): void {
    this.#lines = [];
    this.#changes.clear();
    this.#guarded(() => ftruncateSync(this.#file, 0));
    this.#write(this.#format.head(storedColumns(this.#schema)));
    this.#committed = this.#size();
    this.hasNews = true;
  }

  /** Ends a transaction. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
  async commit(): Promise<void> {
    this.#flush();
    if (this.#changes.size > 0) await this.#rewrite();
    this.#committed = this.#size();
    this.hasNews = true;
  }

  /** Forgets what came since the last transaction. */
  rollback(): void {
    this.#lines = [];
    this.#characters = 0;
    this.#changes.clear();
    this.#guarded(() => ftruncateSync(this.#file, this.#committed));
  }

  /** Gives the file its name; it is on disk afterwards. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
  publish(): void {
    this.rollback();
    this.#guarded(() => {
      fsyncSync(this.#file);
      closeSync(this.#file);
      renameSync(this.#partPath, this.#path);
    });
    syncFolder(dirname(this.#path));
  }

  /** Removes what was written. */
  discard(): void {
    closeSync(this.#file);
    rmSync(this.#partPath, { force: true });
  }

  /** Writes the file anew with the changes in it; rows that replace none are added. */
  async #rewrite(): Promise<void> {
    const changes = this.#changes;
    this.#changes = new Map();
    const newPath = `${this.#partPath}.new`;
    const before = this.#file;
    rmSync(newPath, { force: true });
    this.#file = this.#guarded(() => openSync(newPath, 'a+'));
    try {
      await this.#writeChanged(changes);
      this.#guarded(() => renameSync(newPath, this.#partPath));
    } catch (error) {
      closeSync(this.#file);
      this.#file = before;
      rmSync(newPath, { force: true });
      throw error;
    }
    closeSync(before);
  }

  async #writeChanged(changes: Map<string, Row | null>): Promise<void> {
    const columns = storedColumns(this.#schema);
    const places = this.#keyPlaces();
    const replaced = new Set<string>();
    const names = columns.map(({ name }) => name);
    this.#write(this.#format.head(columns));
    for await (const rows of this.#format.rows(this.#partPath, this.#schema, names, true)) {
      const kept: Row[] = [];
      for (const row of rows) {
        const key = this.#keyText(places.map((place) => row[place] ?? null));
        const change = changes.get(key);
        if (change === undefined) kept.push(row);
        else if (change !== null) kept.push(change);
        replaced.add(change === undefined ? '' : key);
      }
      this.append(kept);
    }
    this.append([...changes].flatMap(([key, row]) => (row === null || replaced.has(key) ? [] : [row])));
    this.#flush();
  }

  #keyPlaces(): readonly number[] {
    const names = storedColumns(this.#schema).map(({ name }) => name);
    const key = rowKey(this.#schema);
    if (key.length > 0) return key.map((name) => names.indexOf(name));
    throw new CrmError('USAGE', `table ${this.#schema.name} has no key to find rows by`, {
      hint: 'copy it with --mode append or truncate',
    });
  }

  #keyText(key: Row): string {
    return JSON.stringify(key.map((cell: Cell, index) => escapedText(this.#keyTypes[index] ?? ANY, cell)));
  }

  #flush(): void {
    this.#write(this.#lines.join(''));
    this.#lines = [];
    this.#characters = 0;
  }

  #size(): number {
    return this.#guarded(() => fstatSync(this.#file).size);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#guarded(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    });
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isDiskFull(error)) {
        throw new CrmError('DISK_FULL', `${this.#path} cannot be written: no space left`, {
          cause: error,
          hint: 'free some space and run again; what was there before is unchanged',
        });
      }
      const { code } = error as NodeJS.ErrnoException;
      throw new CrmError('OUTPUT_FAILED', `${this.#path} cannot be written: ${code ?? String(error)}`, {
        cause: error,
        hint: 'check the permissions of the folder, or name another place',
      });
    }
  }
}
