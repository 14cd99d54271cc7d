import { isUtf8 } from 'node:buffer';
import { type Cell, type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { ReadRequest } from './connector.ts';
import { encoderOf, type Stored } from './sqlite-cells.ts';
import { quoteName } from './sqlite-names.ts';

/** What of a file matters for reading its tables. */
export interface FileTraits {
  /** Whether texts are UTF-8 in the file, and not UTF-16. */
  readonly isUtf8: boolean;
}

/** SQL with the values of its parameters. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Stored[];
}

/** How much is read. */
interface QueryOptions {
  readonly limit: number | null;
  /** Selected columns whose bytes come too, behind all of them. */
  readonly bytesOf: readonly number[];
  readonly skip?: number;
  /** SQL that is selected instead of the columns. */
  readonly select?: string;
}

/** A value that rows are compared with, and how it stands in SQL. */
export interface Bound {
  readonly sql: string;
  readonly value: Stored;
}

/** By what rows are ordered. */
interface KeyPart {
  /** What is selected, compared and ordered by. */
  readonly sql: string;
  /** Null for the number of a row. */
  readonly column: Column | null;
}

/** What a reading selects and in which order. */
export class Selection {
  /** Names of the selected columns: those that were asked for, then those of the key that were not. */
  readonly selected: readonly string[];
  /** Where the parts of the key stand among them. */
  readonly keyAt: readonly number[];
  /** Whether an index gives the order, and no two rows are the same in it: then the table can be read page by page. */
  readonly isPaged: boolean;
  readonly #request: ReadRequest;
  readonly #key: readonly KeyPart[];
  readonly #columns: ReadonlyMap<string, Column>;

  constructor(request: ReadRequest, traits: FileTraits, rowid: string | null) {
    const { table, ordered, columns } = request;
    this.#request = request;
    this.#columns = new Map(table.columns.map((column) => [column.name, column]));
    const names = ordered || rowid === null ? rowKey(table) : [];
    const keyColumns = names.map((name) => this.#columns.get(name) as Column);
    const isRowid = !ordered && rowid !== null;
    this.#key = isRowid ? [{ sql: rowid, column: null }] : keyColumns.map((column) => ({ sql: orderSql(column, traits), column }));
    const keyNames = isRowid ? [rowid] : names;
    const hidden = isRowid ? [rowid] : keyNames.filter((name) => !columns.includes(name));
    this.selected = [...columns.map(quoteName), ...(isRowid ? hidden : hidden.map(quoteName))];
    this.keyAt = isRowid ? [columns.length] : keyNames.map((name) => [...columns, ...hidden].indexOf(name));
    const isPlain = keyColumns.every((column, i) => !column.nullable && this.#key[i]?.sql === quoteName(column.name));
    this.isPaged = isRowid || (names.length > 0 && isPlain);
  }

  /** The statement that reads rows behind a key, which is that of the request or of the last row that was read. */
  query(after: readonly Bound[] | null, { limit, bytesOf, skip = 0, select }: QueryOptions): Condition {
    const bytes = bytesOf.map((index) => `CAST(${this.selected[index]} AS BLOB)`);
    const conditions = this.#conditions(after);
    const order = this.#key.map(({ sql }) => sql).join(', ');
    const sql = [
      `SELECT ${select ?? [...this.selected, ...bytes].join(', ')} FROM ${quoteName(this.#request.table.name)}`,
      ...(conditions.length === 0 ? [] : [`WHERE ${conditions.map((condition) => condition.sql).join(' AND ')}`]),
      ...(order === '' ? [] : [`ORDER BY ${order}`]),
      ...(limit === null && skip === 0 ? [] : [`LIMIT ${limit ?? -1} OFFSET ${skip}`]),
    ].join(' ');
    return { sql, values: conditions.flatMap(({ values }) => values) };
  }

  /** The key behind which the request wants rows. */
  first(): readonly Bound[] | null {
    const { after = null } = this.#request;
    return after === null ? null : this.bind(after);
  }

  #conditions(after: readonly Bound[] | null): Condition[] {
    const { upTo = null, since } = this.#request;
    const parts = this.#key.map(({ sql }) => sql);
    const conditions = after === null ? [] : [behind(parts, after)];
    if (upTo !== null) conditions.push(this.#upTo(parts, this.bind(upTo)));
    if (since !== undefined) {
      const { sql, value } = this.#bound(since.value, this.#columns.get(since.column) as Column, quoteName(since.column));
      conditions.push({ sql: `${quoteName(since.column)} >= ${sql}`, values: [value] });
    }
    return conditions;
  }

  /** A NULL in a key comes first, and compares with nothing. */
  #upTo(parts: readonly string[], bounds: readonly Bound[]): Condition {
    if (!this.#key.some(({ column }) => column?.nullable === true)) return compared(parts, '<=', bounds);
    const { sql, values } = behind(parts, bounds);
    return { sql: `(${sql}) IS NOT TRUE`, values };
  }

  /** A key as rows are compared with it. */
  bind(key: Row): Bound[] {
    return this.#key.map(({ column, sql }, i) => this.#bound(key[i] ?? null, column, sql));
  }

  #bound(cell: Cell, column: Column | null, keySql: string): Bound {
    const value = cell === null ? null : column === null ? (cell as Stored) : (encoderOf(column)?.(cell) ?? (cell as Stored));
    if (typeof value === 'string' && keySql.startsWith(UTF8_FUNCTION)) return { sql: '?', value: Buffer.from(value) };
    const isText = value instanceof Uint8Array && column?.type.kind === 'text' && !isUtf8(value);
    return { sql: isText ? 'CAST(? AS TEXT)' : '?', value };
  }
}

/** Gives a text its bytes in UTF-8, by which it is ordered where the file has UTF-16. */
export const UTF8_FUNCTION = 'crm_utf8';

/** The name that means the number of a row; null where columns have taken all of them, or rows have none. */
export function rowidOf({ columns }: TableSchema, hasRowid: boolean): string | null {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return hasRowid ? (['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null) : null;
}

/** By what a column is ordered, so that it is the order of its cells: see `compareKeys`. */
function orderSql(column: Column, { isUtf8: isFileUtf8 }: FileTraits): string {
  const name = quoteName(column.name);
  const { kind } = column.type;
  if (kind === 'decimal' && !/TEXT/i.test(column.declared)) return `CAST(${name} AS TEXT)`;
  if (kind === 'uuid' && !/TEXT/i.test(column.declared)) return `lower(${name})`;
  if (!isFileUtf8 && !NUMBERS.has(kind)) return `${UTF8_FUNCTION}(${name})`;
  return column.collation !== null && /^(NOCASE|RTRIM)$/i.test(column.collation) ? `${name} COLLATE BINARY` : name;
}

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'float', 'boolean', 'bytes']);

function behind(parts: readonly string[], bounds: readonly Bound[]): Condition {
  if (bounds.every(({ value }) => value !== null)) return compared(parts, '>', bounds);
  const values: Stored[] = [];
  const term = (index: number, operator: '=' | '>'): string => {
    const { sql, value } = bounds[index] as Bound;
    if (value === null) return `${parts[index]} IS ${operator === '=' ? '' : 'NOT '}NULL`;
    values.push(value);
    return `${parts[index]} ${operator} ${sql}`;
  };
  const ways = parts.map((_, i) => `(${[...parts.slice(0, i).map((_same, j) => term(j, '=')), term(i, '>')].join(' AND ')})`);
  return { sql: `(${ways.join(' OR ')})`, values };
}

function compared(parts: readonly string[], operator: string, bounds: readonly Bound[]): Condition {
  const sql = `(${parts.join(', ')}) ${operator} (${bounds.map((bound) => bound.sql).join(', ')})`;
  return { sql, values: bounds.map(({ value }) => value) };
}
