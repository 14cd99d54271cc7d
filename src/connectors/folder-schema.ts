import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrmError } from '../errors.ts';
import { OutputFile } from '../formats/output-file.ts';
import type { TableSchema } from '../model/table-schema.ts';

/** The file of a folder that says what its tables are. */
export const SCHEMA_FILE = '_schema.json';
const VERSION = 1;

/** A table of a folder. */
export interface FolderTable {
  /** Name of its file. */
  readonly file: string;
  /** What `_schema.json` says of it; null for a file that it does not know. */
  readonly schema: TableSchema | null;
}

/**
 * The tables of a folder by name: those of `_schema.json`, and files that it does not name.
 * @throws {CrmError} INPUT_UNREADABLE when that file is not ours, or two files would be one table
 */
export function folderTables(folder: string, extensions: readonly string[]): Map<string, FolderTable> {
  const tables = new Map<string, FolderTable>(readSchemas(folder).map((table) => [table.schema.name, table]));
  const known = new Set([...tables.values()].map(({ file }) => file));
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  for (const file of names) {
    const extension = extensions.find((ending) => file.toLowerCase().endsWith(`.${ending}`));
    if (extension === undefined || known.has(file) || file.startsWith('.')) continue;
    const name = file.slice(0, -extension.length - 1);
    const other = tables.get(name);
    if (other !== undefined) {
      throw new CrmError('INPUT_UNREADABLE', `${join(folder, other.file)} and ${file} would be the same table`, {
        hint: 'rename one of the files',
      });
    }
    tables.set(name, { file, schema: null });
  }
  return new Map([...tables].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Writes `_schema.json`, whole or not at all. */
export function writeSchemas(folder: string, tables: readonly FolderTable[]): void {
  const known = tables.filter(({ schema }) => schema !== null);
  const file = new OutputFile(join(folder, SCHEMA_FILE));
  try {
    file.write(`${JSON.stringify({ format: 'crm-tables', version: VERSION, tables: known }, plain, 2)}\n`);
    file.finish();
  } finally {
    file.discard();
  }
}

/** A schema as JSON: numbers and bytes of its defaults keep what they are. */
export function schemaJson(schema: TableSchema): string {
  return JSON.stringify(schema, plain);
}

/** The schema that was written so. */
export function schemaOfJson(json: string): TableSchema {
  return JSON.parse(json, revived) as TableSchema;
}

/** A file name for a table, which no other one has on any file system. */
export function fileNameFor(table: string, extension: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  const safe = table.replace(/[^\p{L}\p{N} ._-]|^[._]|[. ]$/gu, (mark) =>
    [...Buffer.from(mark)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  const name = cut(safe === '' ? '%' : safe);
  let file = `${name}.${extension}`;
  for (let number = 2; used.has(file.toLowerCase()); number++) file = `${name}~${number}.${extension}`;
  return file;
}

/** At most as long as a file name may be, with room for what is put behind it. */
function cut(name: string): string {
  let short = name;
  while (Buffer.byteLength(short) > 200) short = [...short].slice(0, -1).join('');
  return short;
}

function readSchemas(folder: string): { file: string; schema: TableSchema }[] {
  const path = join(folder, SCHEMA_FILE);
  if (!existsSync(path)) return [];
  let content: { format?: unknown; version?: unknown; tables?: unknown };
  try {
    content = JSON.parse(readFileSync(path, 'utf8'), revived) as typeof content;
  } catch (error) {
    throw new CrmError('INPUT_UNREADABLE', `${path} cannot be read`, { cause: error, hint: 'move it away: then every column is text' });
  }
  if (content.format !== 'crm-tables' || content.version !== VERSION || !Array.isArray(content.tables)) {
    throw new CrmError('INPUT_UNREADABLE', `${path} was not written by this version of crm`, {
      hint: 'move it away: then every column is text',
    });
  }
  return content.tables as { file: string; schema: TableSchema }[];
}

/** Takes the value from its holder: a `Buffer` has been made an object otherwise. */
function plain(this: unknown, name: string): unknown {
  const value = (this as Readonly<Record<string, unknown>>)[name];
  if (typeof value === 'bigint') return { $integer: value.toString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('hex') };
  if (typeof value === 'number' && !Number.isFinite(value)) return { $float: String(value) };
  return value;
}

function revived(_: string, value: unknown): unknown {
  const { $integer, $bytes, $float } = (value ?? {}) as Readonly<Record<string, string | undefined>>;
  if ($integer !== undefined) return BigInt($integer);
  if ($bytes !== undefined) return new Uint8Array(Buffer.from($bytes, 'hex'));
  return $float === undefined ? value : Number($float);
}
