import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { compareKeys } from '../model/key-order.ts';
import type { Cell, Row } from '../model/table-schema.ts';

/** How rows are sorted. */
export interface SortOrder {
  /** Places of the key's cells in a row. */
  readonly key: readonly number[];
  /** Rows in a batch that comes out. */
  readonly batch: number;
  /** How much is held in memory before rows go to temporary files. Default 64 MiB. */
  readonly memoryBytes?: number;
}

interface KeyedRow {
  readonly key: Row;
  readonly row: Row;
}

/** A sorted part of the rows on its way back from the disk, with its next row. */
interface Head {
  readonly run: Iterator<KeyedRow>;
  readonly number: number;
  next: KeyedRow;
}

const MEMORY_BYTES = 64 * 1024 * 1024;
/** What is written to a temporary file, and read from it, at once. */
const BLOCK_BYTES = 128 * 1024;

/** Rows in the order of `compareKeys`, equal keys as they came; what memory does not hold is sorted in temporary files. */
export async function* sortedRows(source: AsyncIterable<readonly Row[]>, order: SortOrder): AsyncGenerator<readonly Row[]> {
  const limit = order.memoryBytes ?? MEMORY_BYTES;
  const spool = new RunSpool();
  try {
    let held: KeyedRow[] = [];
    let bytes = 0;
    for await (const rows of source) {
      for (const row of rows) {
        held.push({ key: order.key.map((index) => row[index] ?? null), row });
        bytes += rowBytes(row);
      }
      if (bytes < limit) continue;
      spool.add(sortRun(held));
      held = [];
      bytes = 0;
    }
    sortRun(held);
    yield* inBatches(spool.isEmpty ? held : merged([...spool.runs(), held.values()]), order.batch);
  } finally {
    spool.discard();
  }
}

function sortRun(rows: KeyedRow[]): KeyedRow[] {
  return rows.sort((a, b) => compareKeys(a.key, b.key));
}

function* inBatches(rows: Iterable<KeyedRow>, size: number): Generator<readonly Row[]> {
  let batch: Row[] = [];
  for (const { row } of rows) {
    batch.push(row);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** About what a row takes in memory. */
function rowBytes(row: readonly Cell[]): number {
  let bytes = 64;
  for (const cell of row) {
    if (typeof cell === 'string') bytes += 32 + 2 * cell.length;
    else if (cell instanceof Uint8Array) bytes += 128 + cell.length;
    else if (typeof cell === 'object' && cell !== null) bytes += rowBytes(cell as readonly Cell[]);
    else bytes += 16;
  }
  return bytes;
}

/** Merges sorted runs by a heap of their first rows. */
function* merged(runs: readonly Iterator<KeyedRow>[]): Generator<KeyedRow> {
  const heap: Head[] = [];
  for (const [number, run] of runs.entries()) {
    const first = run.next();
    if (first.done !== true) heap.push({ run, number, next: first.value });
  }
  heap.sort(compareHeads);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    yield top.next;
    const following = top.run.next();
    if (following.done === true) {
      const last = heap.pop() as Head;
      if (last === top) return;
      heap[0] = last;
    } else top.next = following.value;
    sink(heap);
  }
}

function compareHeads(a: Head, b: Head): number {
  return compareKeys(a.next.key, b.next.key) || a.number - b.number;
}

/** Brings the first head of a heap to its place. */
function sink(heap: Head[]): void {
  const head = heap[0] as Head;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    const right = heap[child + 1];
    if (right !== undefined && compareHeads(right, heap[child] as Head) < 0) child++;
    const least = heap[child];
    if (least === undefined || compareHeads(head, least) <= 0) break;
    heap[at] = least;
    at = child;
  }
  heap[at] = head;
}

/** Sorted runs in temporary files that only this user can read. */
class RunSpool {
  #folder: string | null = null;
  readonly #files: number[] = [];

  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  add(rows: readonly KeyedRow[]): void {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'crm-sort-'));
    const file = openSync(join(this.#folder, `${this.#files.length}`), 'w+', 0o600);
    this.#files.push(file);
    let block: KeyedRow[] = [];
    let bytes = 0;
    for (const keyed of rows) {
      block.push(keyed);
      bytes += rowBytes(keyed.row);
      if (bytes < BLOCK_BYTES) continue;
      writeBlock(file, block);
      block = [];
      bytes = 0;
    }
    if (block.length > 0) writeBlock(file, block);
  }

  runs(): Iterator<KeyedRow>[] {
    return this.#files.map((file) => readRun(file));
  }

  discard(): void {
    for (const file of this.#files.splice(0)) closeSync(file);
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }
}

function writeBlock(file: number, block: readonly KeyedRow[]): void {
  const body = serialize(block);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  for (const bytes of [head, body]) for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function* readRun(file: number): Generator<KeyedRow> {
  const head = Buffer.alloc(4);
  for (let at = 0; readSync(file, head, 0, 4, at) === 4; ) {
    const body = Buffer.alloc(head.readUInt32LE());
    at += 4;
    for (let filled = 0; filled < body.length; ) filled += readSync(file, body, filled, body.length - filled, at + filled);
    at += body.length;
    yield* deserialize(body) as KeyedRow[];
  }
}
