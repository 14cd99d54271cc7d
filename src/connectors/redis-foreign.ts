import { isUtf8 } from 'node:buffer';
import type { Cell, ColumnType, Row, TableSchema } from '../model/table-schema.ts';
import { bareTable } from './pushed-rows.ts';
import { listOf, type RedisCommand, type RedisLink, type RedisReply, textOrBytes } from './redis-client.ts';
import { fieldName, fieldsOf, type RedisLayout } from './redis-layout.ts';
import { sortedRows } from './sorted-rows.ts';

/** What is made a table of: hashes with one beginning of their keys, or all keys of one kind. */
export interface ForeignTable {
  readonly kind: string;
  readonly schema: TableSchema;
}

const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };
const INTEGER: ColumnType = { kind: 'integer', bits: 64, unsigned: false };
const FLOAT: ColumnType = { kind: 'float', bits: 64 };
const SCAN_COUNT = '1000';
/** Keys whose contents are fetched at once. */
const PAGE = 500;

/** Kinds of keys beside hashes that are tables: their name, and the columns behind `_key`, of which `keyed` tell rows apart. */
const KINDS: Readonly<
  Record<string, { readonly name: string; readonly columns: readonly (readonly [string, ColumnType])[]; readonly keyed: number }>
> = {
  string: { name: '_strings', columns: [['_value', TEXT]], keyed: 0 },
  list: {
    name: '_lists',
    columns: [
      ['_index', INTEGER],
      ['_value', TEXT],
    ],
    keyed: 1,
  },
  set: { name: '_sets', columns: [['_member', TEXT]], keyed: 1 },
  zset: {
    name: '_zsets',
    columns: [
      ['_member', TEXT],
      ['_score', FLOAT],
    ],
    keyed: 1,
  },
};
const HASHES = '_hashes';

/** The tables that keys of others make, and the names of kinds of keys that cannot be tables (`_stream`). */
export async function foreignTables(
  link: RedisLink,
  layout: RedisLayout,
  ours: readonly string[],
): Promise<{ readonly tables: ReadonlyMap<string, ForeignTable>; readonly others: readonly string[] }> {
  const fields = new Map<string, Set<string>>();
  const kinds = new Set<string>();
  for await (const keys of foreignKeys(link, layout, ours)) {
    for (const [, kind] of keys) if (kind !== 'hash') kinds.add(kind);
    const hashes = keys.filter(([, kind]) => kind === 'hash').map(([key]) => key);
    const names = await link.sendAll(hashes.map((key) => ['HKEYS', key]));
    hashes.forEach((key, index) => {
      const table = tableOfHash(key, layout.prefix);
      const known = fields.get(table) ?? new Set();
      for (const name of listOf(names[index])) known.add(fieldName(name));
      fields.set(table, known);
    });
  }
  const tables = new Map<string, ForeignTable>();
  for (const [name, columns] of fields) tables.set(name, { kind: 'hash', schema: hashSchema(name, columns) });
  for (const kind of kinds) if (KINDS[kind] !== undefined) tables.set(KINDS[kind].name, { kind, schema: kindSchema(kind) });
  return { tables, others: [...kinds].filter((kind) => KINDS[kind] === undefined).map((kind) => `_${kind}`) };
}

/** The rows of such a table. A key that is deleted meanwhile is none: nobody can read Redis as it was at one moment. */
export async function* foreignRows(
  link: RedisLink,
  layout: RedisLayout,
  ours: readonly string[],
  { kind, schema }: ForeignTable,
  wanted: readonly string[],
): AsyncGenerator<readonly Row[]> {
  const names = schema.columns.map(({ name }) => name);
  const places = wanted.map((name) => names.indexOf(name));
  for await (const keys of foreignKeys(link, layout, ours)) {
    const own = keys.filter(([key, type]) => type === kind && (kind !== 'hash' || tableOfHash(key, layout.prefix) === schema.name));
    const replies = await link.sendAll(own.map(([key]) => contentCommand(kind, key)));
    const rows = own.flatMap(([key], index) => rowsOf(kind, textOrBytes(key), replies[index] ?? null, names));
    if (rows.length > 0) yield rows.map((row) => places.map((place): Cell => row[place] ?? null));
  }
}

/** Keys of others with their kinds, each once: SCAN may tell of one several times. */
async function* foreignKeys(
  link: RedisLink,
  layout: RedisLayout,
  ours: readonly string[],
): AsyncGenerator<readonly (readonly [Buffer, string])[]> {
  const isOurs = layout.ours(ours);
  let last: Buffer | null = null;
  for await (const rows of sortedRows(scannedKeys(link, layout), { key: [0], batch: PAGE })) {
    const keys: Buffer[] = [];
    for (const [cell] of rows) {
      const key: Buffer = Buffer.from(cell as Uint8Array);
      if ((last === null || !key.equals(last)) && !isOurs(key)) keys.push(key);
      last = key;
    }
    const kinds = await link.sendAll(keys.map((key) => ['TYPE', key]));
    yield keys.map((key, index) => [key, String(kinds[index])] as const).filter(([, kind]) => kind !== 'none');
  }
}

async function* scannedKeys(link: RedisLink, { prefix }: RedisLayout): AsyncGenerator<readonly Row[]> {
  const pattern = `${prefix.replace(/[*?[\]\\^]/g, '\\$&')}*`;
  let cursor = '0';
  do {
    const [next, keys] = (await link.send(['SCAN', cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT])) as [Buffer, readonly Buffer[]];
    cursor = String(next);
    yield keys.map((key) => [key]);
  } while (cursor !== '0');
}

/** The part of a key before its last `:`, behind the prefix. */
function tableOfHash(key: Buffer, prefix: string): string {
  if (!isUtf8(key)) return HASHES;
  const name = key.toString('utf8').slice(prefix.length);
  const end = name.lastIndexOf(':');
  if (end < 0) return HASHES;
  const table = name.slice(0, end);
  return table === HASHES || Object.values(KINDS).some((kind) => kind.name === table) ? `hash:${table}` : table;
}

function hashSchema(table: string, fields: ReadonlySet<string>): TableSchema {
  let key = '_key';
  while (fields.has(key)) key = `_${key}`;
  return keyedTable(table, [[key, TEXT], ...[...fields].sort().map((name) => [name, TEXT] as const)], 0);
}

function kindSchema(kind: string): TableSchema {
  const { name, columns, keyed } = KINDS[kind] as (typeof KINDS)[string];
  return keyedTable(name, [['_key', TEXT], ...columns], keyed);
}

/** A table whose primary key is its first column and `keyed` more. */
function keyedTable(table: string, columns: readonly (readonly [string, ColumnType])[], keyed: number): TableSchema {
  const bare = bareTable(
    table,
    columns.map(([name, type]) => ({ name, type })),
  );
  return {
    ...bare,
    columns: bare.columns.map((column, index) => (index <= keyed ? { ...column, nullable: false } : column)),
    primaryKey: bare.columns.slice(0, keyed + 1).map(({ name }) => name),
  };
}

function contentCommand(kind: string, key: Buffer): RedisCommand {
  switch (kind) {
    case 'hash':
      return ['HGETALL', key];
    case 'string':
      return ['GET', key];
    case 'list':
      return ['LRANGE', key, '0', '-1'];
    case 'set':
      return ['SMEMBERS', key];
    default:
      return ['ZRANGE', key, '0', '-1', 'WITHSCORES'];
  }
}

function rowsOf(kind: string, key: Cell, reply: RedisReply, names: readonly string[]): Row[] {
  const list = listOf(reply);
  switch (kind) {
    case 'hash': {
      const fields = fieldsOf(list);
      const cells = names.slice(1).map((name): Cell => {
        const value = fields.get(name);
        return value === undefined ? null : textOrBytes(value);
      });
      return fields.size === 0 ? [] : [[key, ...cells]];
    }
    case 'string':
      return Buffer.isBuffer(reply) ? [[key, textOrBytes(reply)]] : [];
    case 'list':
      return list.map((value, index): Row => [key, index, textOrBytes(value)]);
    case 'set':
      return list.map((value): Row => [key, textOrBytes(value)]);
    default:
      return Array.from({ length: list.length / 2 }, (_, index): Row => {
        const score = String(list[2 * index + 1]);
        return [key, textOrBytes(list[2 * index] as Buffer), Number(score.replace(/inf$/, 'Infinity'))];
      });
  }
}
