import type Database from 'better-sqlite3';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Cell, type Column, type ColumnType, type Row, rowKey } from '../model/table-schema.ts';
import type { PackedRows, ReadRequest } from './connector.ts';
import { type CellCheck, isDate, isPacked, isTimestamp, lastCells } from './packed-rows.ts';
import { quoteName } from './sqlite-names.ts';
import { type ReadTraits, readRows } from './sqlite-reader.ts';
import { type Bound, rowidOf, Selection } from './sqlite-select.ts';

/** Bytes of packed rows beyond which fewer are read at once. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Pages that could not be packed after which it is not tried any more, where they are more than those that could. */
const MANY_PAGES = 8;

/** How the cells of a column are packed. */
interface PackedColumn {
  /** The text of a cell that is there. */
  readonly sql: string;
  /** What is stored where a cell must be read with more care. */
  readonly odd: string;
  readonly check: CellCheck | null;
}

/**
 * Streams the rows of a table as text that SQLite puts together, without a cell being made of any value; pages in which
 * something has to be looked at more closely come as rows.
 * @returns null where the table cannot be read in pages, or a column holds what is written otherwise
 */
export function readPacked(
  db: Database.Database,
  request: ReadRequest,
  types: readonly ColumnType[],
  traits: ReadTraits,
): AsyncIterable<PackedRows | readonly Row[]> | null {
  const { table, columns, ordered } = request;
  const selection = new Selection(request, traits, rowidOf(table, traits.hasRowid));
  const sources = columns.map((name) => table.columns.find((column) => column.name === name));
  const packed = sources.map((source, at) => (source === undefined ? null : packedColumn(source, types[at] as ColumnType)));
  const isKeyed = rowKey(table).every((name) => {
    const kind = sources[columns.indexOf(name)]?.type.kind;
    return kind === 'integer' || kind === 'text';
  });
  if (!traits.isUtf8 || !ordered || !selection.isPaged || !isKeyed || packed.includes(null)) return null;
  const reading = new PackedReading(db, selection, request, traits, packed as PackedColumn[]);
  return reading.canBegin() ? reading.pages() : null;
}

/** null: its texts are not those of the target, or there is a conversion in between. */
function packedColumn({ name, type }: Column, target: ColumnType): PackedColumn | null {
  const column = quoteName(name);
  const isText = `typeof(${column}) NOT IN ('text', 'null')`;
  if (type.kind === 'integer' && target.kind === 'integer' && !(type.unsigned && type.bits === 64) && !target.unsigned)
    return { sql: column, odd: `typeof(${column}) NOT IN ('integer', 'null')`, check: null };
  if (type.kind === 'boolean' && target.kind === 'boolean')
    return {
      sql: `iif(${column}, 't', 'f')`,
      odd: `(${column} NOT IN (0, 1) OR typeof(${column}) NOT IN ('integer', 'null'))`,
      check: null,
    };
  if (type.kind === 'text' && target.kind === 'text' && target.length === null && !type.fixed)
    return { sql: column, odd: isText, check: null };
  if (type.kind === 'date' && target.kind === 'date') return { sql: column, odd: isText, check: isDate };
  if (type.kind === 'timestamp' && target.kind === 'timestamp' && !type.zone && !target.zone)
    return { sql: column, odd: isText, check: isTimestamp };
  return null;
}

class PackedReading {
  readonly #db: Database.Database;
  readonly #selection: Selection;
  readonly #request: ReadRequest;
  readonly #traits: ReadTraits;
  readonly #columns: readonly PackedColumn[];
  readonly #select: string;
  readonly #keyAt: readonly number[];
  readonly #statements = new Map<string, Database.Statement>();

  constructor(db: Database.Database, selection: Selection, request: ReadRequest, traits: ReadTraits, columns: readonly PackedColumn[]) {
    this.#db = db;
    this.#selection = selection;
    this.#request = request;
    this.#traits = traits;
    this.#columns = columns;
    const names = request.columns.map(quoteName);
    const cells = columns.map(({ sql }, at) => `iif(${names[at]} IS NULL, '\\N', ${sql})`).join(', ');
    const nulls = names.map((name) => `(${name} IS NULL)`).join(' + ');
    this.#select = `concat_ws(char(9), ${cells}) AS line, ${columns.map(({ odd }) => odd).join(' OR ')} AS odd, ${nulls} AS nulls`;
    this.#keyAt = rowKey(request.table).map((name) => request.columns.indexOf(name));
  }

  /** Whether this SQLite has what it takes. */
  canBegin(): boolean {
    try {
      this.#statement(this.#selection.first(), 1);
      return true;
    } catch {
      return false;
    }
  }

  async *pages(): AsyncGenerator<PackedRows | readonly Row[]> {
    let after = this.#request.after ?? null;
    let size = this.#request.batch;
    let plain = 0;
    for (let page = 0; ; page++) {
      if (plain > MANY_PAGES && plain * 2 > page) return yield* readRows(this.#db, { ...this.#request, after }, this.#traits);
      const packed = this.#page(after, size);
      const rows = packed ?? (await this.#rows(after, size));
      const count = 'bytes' in rows ? rows.count : rows.length;
      if (count === 0) return;
      if (packed === null) plain++;
      const last = 'bytes' in rows ? rows.last : this.#keyAt.map((at) => (rows[count - 1] as Row)[at] as Cell);
      yield rows;
      if (count < size) return;
      after = last;
      size = 'bytes' in rows && rows.bytes.length > MOST_BYTES ? Math.ceil(size / 2) : Math.min(size * 2, this.#request.batch);
      await nextTurn();
    }
  }

  /** null: the page has to be read as rows. */
  #page(after: Row | null, size: number): PackedRows | null {
    const bound = after === null ? null : this.#selection.bind(after);
    const { statement, values } = this.#statement(bound, size);
    let found: [Buffer | null, number, number, number];
    try {
      found = statement.get(...values) as [Buffer | null, number, number, number];
    } catch (error) {
      if ((error as { code?: unknown }).code === 'SQLITE_TOOBIG') return null;
      throw error;
    }
    const [bytes, count, odd, nulls] = found;
    if (bytes === null) return { bytes: Buffer.alloc(0), count: 0, last: [] };
    if (odd === 1 || !isPacked(bytes, { rows: count, nulls, checks: this.#columns.map(({ check }) => check) })) return null;
    const cells = lastCells(bytes);
    return { bytes, count, last: this.#keyAt.map((at) => this.#keyCell(at, cells[at] as string)) };
  }

  #keyCell(at: number, text: string): Cell {
    const name = this.#request.columns[at] as string;
    if (this.#request.table.columns.find((column) => column.name === name)?.type.kind !== 'integer') return text;
    return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  }

  async #rows(after: Row | null, size: number): Promise<readonly Row[]> {
    for await (const rows of readRows(this.#db, { ...this.#request, after, batch: size }, this.#traits)) return rows;
    return [];
  }

  #statement(after: readonly Bound[] | null, size: number): { statement: Database.Statement; values: readonly unknown[] } {
    const { sql, values } = this.#selection.query(after, { limit: size, bytesOf: [], select: this.#select });
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      const whole = `SELECT CAST(group_concat(line, char(10)) || char(10) AS BLOB), count(*), max(odd), sum(nulls) FROM (${sql})`;
      statement = this.#db.prepare(whole).raw(true);
      this.#statements.set(sql, statement);
    }
    return { statement, values };
  }
}
