import { CrmError } from '../errors.ts';
import { type Cell, type Column, type Row, rowKey, storedColumns, type TableSchema } from '../model/table-schema.ts';
import { type LedgerEntry, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';
import type { RedisCommand, RedisLink } from './redis-client.ts';
import { EMPTY_ROW, fieldOf, memberOf, type RedisLayout, typesOf } from './redis-layout.ts';

/** Gathers the commands of a transaction, which Redis gets at its end, and does all or none of. */
export class RedisWriter implements TableWriter {
  readonly #link: RedisLink;
  readonly #layout: RedisLayout;
  #commands: RedisCommand[] = [];
  /** Keys of rows that this transaction adds (true) or removes. */
  #touched = new Map<string, boolean>();

  constructor(link: RedisLink, layout: RedisLayout) {
    this.#link = link;
    this.#layout = layout;
  }

  async begin(): Promise<void> {
    await this.rollback();
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    const members = await this.#members(table, columns, rows, mode);
    const cells = mode === 'insert' ? withDefaults(table, columns) : columns.map((name, place) => [columnOf(table, name), place] as const);
    const commands: RedisCommand[] = rows.flatMap((row, index) => {
      const key = this.#layout.row(table.name, members[index] as Buffer);
      return rowCommands(key, cells, row, mode);
    });
    if (rows.length > 0) commands.push(['ZADD', this.#layout.keys(table.name), ...members.flatMap((member) => ['0', member])]);
    if (mode === 'insert') await this.#refuseKnown(table, members);
    for (const command of commands) this.#commands.push(command);
    for (const member of members) this.#touched.set(touchedKey(table, member), true);
  }

  update(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    return this.write(table, columns, rows, 'upsert');
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    const types = typesOf(table, requiredKey(table));
    for (const key of keys) {
      const member = memberOf(types, key);
      this.#commands.push(['DEL', this.#layout.row(table.name, member)], ['ZREM', this.#layout.keys(table.name), member]);
      this.#touched.set(touchedKey(table, member), false);
    }
  }

  async record({ copy, table, part, content }: LedgerEntry): Promise<void> {
    this.#commands.push(['HSET', this.#layout.ledger(copy), JSON.stringify([table, part]), content]);
  }

  async commit(): Promise<void> {
    const commands = this.#commands;
    await this.rollback();
    await this.#link.transaction(commands);
  }

  async rollback(): Promise<void> {
    this.#commands = [];
    this.#touched = new Map();
  }

  async close(): Promise<void> {
    await this.rollback();
  }

  /** The keys of rows; rows of a table without one get numbers. */
  async #members(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<readonly Buffer[]> {
    const key = mode === 'upsert' ? requiredKey(table) : rowKey(table);
    if (key.length === 0) {
      const last = Number(await this.#link.send(['INCRBY', this.#layout.next(table.name), String(rows.length)]));
      return rows.map((_, index) => Buffer.from(String(last - rows.length + 1 + index)));
    }
    const types = typesOf(table, key);
    const places = key.map((name) => columns.indexOf(name));
    return rows.map((row) =>
      memberOf(
        types,
        places.map((place): Cell => row[place] ?? null),
      ),
    );
  }

  async #refuseKnown(table: TableSchema, members: readonly Buffer[]): Promise<void> {
    const inCall = new Set(members.map((member) => touchedKey(table, member)));
    const isKnownHere = [...inCall].some((key) => this.#touched.get(key) === true);
    const others = members.filter((member) => !this.#touched.has(touchedKey(table, member)));
    const rows = others.map((member) => this.#layout.row(table.name, member));
    const stored = rows.length === 0 ? 0 : await this.#link.send(['EXISTS', ...rows]);
    if (inCall.size < members.length || isKnownHere || stored !== 0) throw new RefusedRows('duplicate key', null);
  }
}

/** What writes the named cells of a row, and leaves the others as they are. */
function rowCommands(key: Buffer, cells: readonly (readonly [Column, number])[], row: Row, mode: WriteMode): RedisCommand[] {
  const fields: (string | Buffer)[] = [];
  const absent: string[] = [];
  for (const [column, place] of cells) {
    const cell = place < 0 ? defaultOf(column) : (row[place] ?? null);
    if (cell === null) absent.push(column.name);
    else fields.push(column.name, fieldOf(column, cell));
  }
  if (fields.length === 0) fields.push(EMPTY_ROW, '');
  const commands: RedisCommand[] = [['HSET', key, ...fields]];
  return absent.length === 0 || mode === 'insert' ? commands : [...commands, ['HDEL', key, ...absent]];
}

function withDefaults(table: TableSchema, columns: readonly string[]): readonly (readonly [Column, number])[] {
  return storedColumns(table).map((column) => [column, columns.indexOf(column.name)] as const);
}

function defaultOf(column: Column): Cell {
  return column.default !== null && 'value' in column.default ? column.default.value : null;
}

function columnOf(table: TableSchema, name: string): Column {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new CrmError('NOT_FOUND', `table ${table.name} has no column ${name}`);
  return column;
}

function requiredKey(table: TableSchema): readonly string[] {
  const key = rowKey(table);
  if (key.length > 0) return key;
  throw new CrmError('USAGE', `table ${table.name} has no key to find rows by`, { hint: 'copy it with --mode append or truncate' });
}

function touchedKey(table: TableSchema, member: Buffer): string {
  return `${table.name}\0${member.toString('latin1')}`;
}
