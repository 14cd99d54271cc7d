import { CrmError } from '../errors.ts';
import { type Cell, type Row, storedColumns, type TableSchema } from '../model/table-schema.ts';
import { type CassandraLink, inParallel, quotedName } from './cassandra-client.ts';
import type { BoundKey, CassandraLayout } from './cassandra-layout.ts';
import type { CassandraTables } from './cassandra-tables.ts';
import { CassandraUndo, type KeyReader } from './cassandra-undo.ts';
import { escapedText, unescapedCell } from './cell-text.ts';
import { type LedgerEntry, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';

/** A row on its way. */
interface Ready {
  readonly key: BoundKey;
  /** Texts of the key's values, for the notes. */
  readonly texts: readonly string[];
  readonly values: readonly unknown[];
}

/** Writes rows by prepared statements, several under way at once; `CassandraUndo` takes back what was added and not completed. */
export class CassandraWriter implements TableWriter {
  readonly #link: CassandraLink;
  readonly #tables: CassandraTables;
  readonly #undo: CassandraUndo;
  readonly #layouts = new Map<string, CassandraLayout>();
  #entries: LedgerEntry[] = [];

  constructor(link: CassandraLink, tables: CassandraTables) {
    this.#link = link;
    this.#tables = tables;
    this.#undo = new CassandraUndo(link);
  }

  async begin(): Promise<void> {
    await this.rollback();
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    if (rows.length === 0) return;
    const layout = await this.#layout(table.name);
    if (mode === 'upsert' && layout.key.length === 0) throw keyless(table.name);
    const names = mode === 'insert' ? storedColumns(layout.schema).map(({ name }) => name) : columns;
    const ready = rows.map((row) => this.#ready(layout, names, columns, row, mode));
    const readKey = this.#keyReader(layout);
    if (mode === 'insert') {
      await this.#refuseKnown(layout, ready);
      await this.#undo.note(
        layout,
        ready.map(({ texts }) => texts),
        readKey,
      );
    }
    const all = layout.key.length === 0 ? [...names, ...layout.keyNames] : names;
    const cql = `INSERT INTO ${layout.cqlName} (${all.map(quotedName).join(', ')}) VALUES (${all.map(() => '?').join(', ')})`;
    await inParallel(ready, ({ values }) => this.#link.run(cql, values));
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    const layout = await this.#layout(table.name);
    if (layout.key.length === 0) throw keyless(table.name);
    await inParallel(keys, (key) => this.#link.run(`DELETE FROM ${layout.cqlName} WHERE ${layout.keyTest}`, layout.keyOf(layout.key, key)));
  }

  async record(entry: LedgerEntry): Promise<void> {
    this.#entries.push(entry);
  }

  async commit(): Promise<void> {
    const entries = this.#entries;
    this.#entries = [];
    await this.#undo.complete(entries);
  }

  async rollback(): Promise<void> {
    this.#entries = [];
    await this.#undo.rollback();
  }

  async close(): Promise<void> {
    await this.rollback();
  }

  async #layout(table: string): Promise<CassandraLayout> {
    let layout = this.#layouts.get(table);
    if (layout === undefined) {
      layout = await this.#tables.layout(table);
      this.#layouts.set(table, layout);
    }
    await this.#undo.clear(layout, this.#keyReader(layout));
    return layout;
  }

  /** @throws {RefusedRows} when a cell is NULL that must not be, or cannot be written */
  #ready(layout: CassandraLayout, names: readonly string[], columns: readonly string[], row: Row, mode: WriteMode): Ready {
    const { unset } = this.#link.driver.types;
    const cells = names.map((name): Cell => {
      const at = columns.indexOf(name);
      return at < 0 ? defaultOf(layout, name) : (row[at] ?? null);
    });
    const values = names.map((name, at) => {
      const cell = cells[at] ?? null;
      if (cell === null && layout.column(name).nullable === false) throw new RefusedRows('NULL is not allowed', name);
      // Of a new row nothing has to be removed, and NULL would remove something.
      return cell === null && mode === 'insert' ? unset : layout.bound(name, cell);
    });
    const key = layout.keyOf(names, cells);
    if (layout.key.length === 0) return { key, texts: [String(key[0])], values: [...values, ...key] };
    const texts = layout.key.map((name) => escapedText(layout.column(name).type, cells[names.indexOf(name)] ?? null));
    return { key, texts, values };
  }

  #keyReader(layout: CassandraLayout): KeyReader {
    const { Uuid } = this.#link.driver.types;
    if (layout.key.length === 0) return ([text = '']) => [Uuid.fromString(text)];
    return (texts) =>
      layout.keyOf(
        layout.key,
        layout.key.map((name, at) => unescapedCell(layout.column(name).type, texts[at] ?? '')),
      );
  }

  /** Cassandra replaces a row whose key is there: each is looked for before. @throws {RefusedRows} */
  async #refuseKnown(layout: CassandraLayout, ready: readonly Ready[]): Promise<void> {
    if (layout.key.length === 0) return;
    if (new Set(ready.map(({ texts }) => JSON.stringify(texts))).size < ready.length) throw new RefusedRows('duplicate key', null);
    const cql = `SELECT ${layout.keyNames.map(quotedName).join(', ')} FROM ${layout.cqlName} WHERE ${layout.keyTest}`;
    const found = await inParallel(ready, async ({ key }) => (await this.#link.run(cql, key)).length);
    if (found.some((count) => count > 0)) throw new RefusedRows('duplicate key', null);
  }
}

function defaultOf(layout: CassandraLayout, name: string): Cell {
  const { default: preset } = layout.column(name);
  return preset !== null && 'value' in preset ? preset.value : null;
}

function keyless(table: string): CrmError {
  return new CrmError('USAGE', `table ${table} has no key to find rows by`, { hint: 'copy it with --mode append or truncate' });
}
