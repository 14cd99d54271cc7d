import type { Document } from 'mongodb';
import { type Cell, type Column, type ColumnType, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { MongoDriver } from './mongo-client.ts';
import { MongoCells, unexpected } from './mongo-cells.ts';

/** Holds the schemas of the tables that we made. */
export const TABLES_COLLECTION = '_crm_tables';
/** What of a copy is done. */
export const LEDGER_COLLECTION = '_crm_copy';
/** What a server without transactions has to take back when a part is broken off. */
export const UNDO_COLLECTION = '_crm_undo';
/** Who writes to the database. */
export const LOCK_COLLECTION = '_crm_lock';
const ID = '_id';

/** Whether a collection belongs to us or to the server. */
export function isHidden(collection: string): boolean {
  return [TABLES_COLLECTION, LEDGER_COLLECTION, UNDO_COLLECTION, LOCK_COLLECTION].includes(collection) || collection.startsWith('system.');
}

/** The collection of a table of ours: what its name may not hold is written as `%2e`. */
export function collectionOf(table: string): string {
  return escaped(table, /[%$\0]|^system(?=\.)|^_crm_/g);
}

/**
 * How a row is a document. `_id` is the key: the value of its column, or a document of them where they are several; the other
 * columns are fields. NULL is a field that is absent, or null where the column says so.
 */
export class MongoLayout {
  readonly collection: string;
  readonly schema: TableSchema;
  /** The columns of the key, which make `_id`; none: the server counts. */
  readonly key: readonly string[];
  readonly cells: MongoCells;
  readonly isOurs: boolean;
  /** BSON types that each column of a collection of others had when it was looked through. */
  readonly #seen: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #driver: MongoDriver;

  constructor(driver: MongoDriver, collection: string, schema: TableSchema, seen: ReadonlyMap<string, ReadonlySet<string>> | null) {
    this.collection = collection;
    this.schema = schema;
    this.isOurs = seen === null;
    this.key = rowKey(schema);
    this.cells = new MongoCells(driver, this.isOurs);
    this.#seen = seen ?? new Map();
    this.#driver = driver;
  }

  column(name: string): Column | undefined {
    return this.schema.columns.find((one) => one.name === name);
  }

  /** Where the value of a column stands: `total`, `_id`, `_id.line`. */
  path(column: string): string {
    if (!this.isOurs) return column;
    if (!this.key.includes(column)) return fieldName(column);
    return this.key.length === 1 ? ID : `${ID}.${fieldName(column)}`;
  }

  /** The `_id` of a key. @throws {RefusedRows} */
  idOf(key: Row): unknown {
    const parts = this.key.map((name, at) => this.#bson(name, key[at] ?? null));
    return parts.length === 1 ? parts[0] : new Map(this.key.map((name, at) => [fieldName(name), parts[at]]));
  }

  /** The fields of a row beside `_id`; those that shall be absent are undefined. @throws {RefusedRows} */
  fieldsOf(columns: readonly string[], row: Row): ReadonlyMap<string, unknown> {
    const fields = new Map<string, unknown>();
    for (const [at, name] of columns.entries())
      if (!this.key.includes(name)) fields.set(this.path(name), this.#bson(name, row[at] ?? null));
    return fields;
  }

  /** Makes rows of documents. @throws {CrmError} BUSY when a document has what the schema does not know */
  reader(columns: readonly string[]): (document: Document) => Row {
    const types = columns.map((name): ColumnType => this.column(name)?.type ?? { kind: 'any' });
    const read = columns.map((name) => this.#valueIn(name));
    const known = new Set([ID, ...this.schema.columns.map(({ name }) => this.path(name))]);
    return (document) => {
      for (const name of Object.keys(document)) if (!known.has(name) || !this.#isSeen(name, document[name])) throw unexpected();
      return types.map((type, at): Cell => this.cells.cellOf(type, read[at]?.(document)));
    };
  }

  #valueIn(name: string): (document: Document) => unknown {
    if (this.isOurs && this.key.length > 1 && this.key.includes(name)) {
      const part = fieldName(name);
      return (document) => own(own(document, ID) as Document, part);
    }
    const path = this.path(name);
    return (document) => own(document, path);
  }

  #isSeen(field: string, value: unknown): boolean {
    return this.isOurs || this.#seen.get(field)?.has(this.cells.typeOf(value)) === true;
  }

  #bson(name: string, cell: Cell): unknown {
    const column = this.column(name);
    if (cell === null) return column !== undefined && /\bnull\b/.test(column.declared) ? null : undefined;
    return this.cells.bsonOf(column?.type ?? { kind: 'any' }, cell, name);
  }

  /** A new `_id` for a row without a key. */
  freshId(): unknown {
    return new this.#driver.ObjectId();
  }
}

function own(document: Document | undefined, name: string): unknown {
  return document !== undefined && document !== null && Object.hasOwn(document, name) ? document[name] : undefined;
}

/** The field of a column of ours. */
function fieldName(column: string): string {
  return escaped(column, /[%.\0]|^\$|^_(?=id$)|^$/g);
}

function escaped(text: string, marks: RegExp): string {
  return text.replace(marks, (mark) =>
    mark === '' ? '%' : [...Buffer.from(mark)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
