import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { readVarint, schemaRowsOf } from './sqlite-schema-rows.ts';

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
/** Page types (https://sqlite.org/fileformat2.html). */
const TABLE_LEAF = 0x0d;
const TABLE_INTERIOR = 0x05;
/** Places in the header. */
const AT = {
  pageSize: 16,
  changeCounter: 24,
  pages: 28,
  freeTrunk: 32,
  freeCount: 36,
  largestRoot: 52,
  incremental: 64,
  validFor: 92,
  version: 96,
};

/** A page that holds rows of the schema. */
interface SchemaLeaf {
  readonly page: number;
  readonly lastRowid: number;
  readonly names: readonly string[];
}

/**
 * Makes the first page of a damaged database again, in place: the header from a sound database of the same kind, and the
 * way to those pages of the schema that can still be read, which are looked for in the whole file.
 * @param path the copy to be mended
 * @param donorHeader first 100 bytes of a sound database
 * @returns names of the tables and indexes that are known again; none: nothing was done
 */
export function rebuildSchemaPage(path: string, donorHeader: Uint8Array): string[] {
  const file = openSync(path, 'r+');
  try {
    const first = Buffer.alloc(HEADER_BYTES);
    readSync(file, first, 0, HEADER_BYTES, 0);
    const pageSize = pageSizeOf(first) ?? pageSizeOf(Buffer.from(donorHeader)) ?? 4096;
    const pages = Math.floor(fstatSync(file).size / pageSize);
    const leaves = distinct(schemaLeaves(file, pageSize, pages));
    if (leaves.length === 0) return [];
    writeSync(file, firstPage(first, donorHeader, { pageSize, pages, leaves }), 0, pageSize, 0);
    return leaves.flatMap(({ names }) => names);
  } finally {
    closeSync(file);
  }
}

function pageSizeOf(header: Buffer): number | null {
  if (header.toString('latin1', 0, 16) !== MAGIC) return null;
  const size = header.readUInt16BE(AT.pageSize);
  if (size === 1) return 65_536;
  return size >= 512 && (size & (size - 1)) === 0 ? size : null;
}

function schemaLeaves(file: number, pageSize: number, pages: number): SchemaLeaf[] {
  const leaves: SchemaLeaf[] = [];
  const bytes = Buffer.alloc(pageSize);
  for (let page = 2; page <= pages; page++) {
    readSync(file, bytes, 0, pageSize, (page - 1) * pageSize);
    if (bytes[0] !== TABLE_LEAF) continue;
    const rows = schemaRowsOf(bytes);
    if (rows === null) continue;
    leaves.push({ page, lastRowid: Math.max(...rows.map(({ rowid }) => rowid)), names: rows.map(({ name }) => name) });
  }
  return leaves;
}

/** Older copies of a page may lie about in free ones: the fullest page that names a thing counts. */
function distinct(leaves: readonly SchemaLeaf[]): SchemaLeaf[] {
  const taken = new Set<string>();
  const kept: SchemaLeaf[] = [];
  for (const leaf of [...leaves].sort((a, b) => b.names.length - a.names.length)) {
    if (leaf.names.some((name) => taken.has(name))) continue;
    for (const name of leaf.names) taken.add(name);
    kept.push(leaf);
  }
  return kept.sort((a, b) => a.lastRowid - b.lastRowid);
}

function firstPage(
  damaged: Buffer,
  donorHeader: Uint8Array,
  { pageSize, pages, leaves }: { readonly pageSize: number; readonly pages: number; readonly leaves: readonly SchemaLeaf[] },
): Buffer {
  const page = Buffer.alloc(pageSize);
  page.set(donorHeader.subarray(0, HEADER_BYTES));
  page.writeUInt16BE(pageSize === 65_536 ? 1 : pageSize, AT.pageSize);
  page.writeUInt32BE(1, AT.changeCounter);
  page.writeUInt32BE(1, AT.validFor);
  page.writeUInt32BE(pages, AT.pages);
  // What is free is not known any more, and not needed to read.
  page.writeUInt32BE(0, AT.freeTrunk);
  page.writeUInt32BE(0, AT.freeCount);
  if (pageSizeOf(damaged) !== null) damaged.copy(page, AT.largestRoot, AT.largestRoot, AT.largestRoot + 4);
  page[HEADER_BYTES] = TABLE_INTERIOR;
  const cells = leaves.slice(0, -1);
  let content = pageSize;
  for (const [i, { page: child, lastRowid }] of cells.entries()) {
    const cell = Buffer.concat([uint32(child), varint(lastRowid)]);
    content -= cell.length;
    cell.copy(page, content);
    page.writeUInt16BE(content, HEADER_BYTES + 12 + 2 * i);
  }
  page.writeUInt16BE(cells.length, HEADER_BYTES + 3);
  page.writeUInt16BE(content === 65_536 ? 0 : content, HEADER_BYTES + 5);
  page.writeUInt32BE((leaves.at(-1) as SchemaLeaf).page, HEADER_BYTES + 8);
  return page;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A number as SQLite writes it; those of rows of a schema are small. */
function varint(value: number): Buffer {
  const bytes: number[] = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest & 0x7f) | 0x80);
  const encoded = Buffer.from(bytes);
  return readVarint(encoded, 0).value === value ? encoded : Buffer.from([0]);
}
