import type { Snapshot } from '../connectors/connector.ts';
import type { Row } from '../model/table-schema.ts';
import { DigestTally } from './digest-tally.ts';
import { MergeSide, NotInOrder } from './merge-side.ts';
import { pairRows } from './pair-rows.ts';
import type { PairedTable } from './paired-table.ts';
import type { RowChange } from './row-change.ts';
import { rowDigest } from './row-digest.ts';
import type { RowStream } from './row-stream.ts';

const DIGEST_DIGITS = 32;

/** What takes changes as they are found. */
export interface ChangesTaker {
  add(change: RowChange): Promise<void>;
  /** Forgets what it was given: the table is compared again, in another way. */
  restart(): Promise<void>;
}

/** How a table is compared. */
export interface FindOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told rows of the first side so far. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** Rows of both sides. */
export interface RowCounts {
  readonly rowsA: number;
  readonly rowsB: number;
}

/**
 * Finds all rows in which the second side is not as the first: by merging both in the order of their key, where they come in
 * one; else, without order, as multisets of rows. There, rows that differ are held in memory.
 */
export async function findChanges(
  table: PairedTable,
  snapshots: readonly [Snapshot, Snapshot],
  taker: ChangesTaker,
  { signal, onRows = () => undefined }: FindOptions,
): Promise<RowCounts> {
  if (table.isKeyUnique) {
    const streams = table.open(snapshots, true, signal);
    try {
      return await merged(table, streams, taker, onRows);
    } catch (error) {
      if (!(error instanceof NotInOrder)) throw error;
      await taker.restart();
    } finally {
      await Promise.all(streams.map((stream) => stream.close()));
    }
  }
  return counted(table, () => table.open(snapshots, false, signal), taker, onRows);
}

async function merged(
  table: PairedTable,
  streams: readonly [RowStream, RowStream],
  taker: ChangesTaker,
  onRows: (rows: number) => void,
): Promise<RowCounts> {
  const { columns, compare } = table;
  const a = new MergeSide(streams[0], (row) => columns.leftKey(row), compare);
  const b = new MergeSide(streams[1], (row) => columns.rightKey(row), compare);
  await Promise.all([a.advance(), b.advance()]);
  while (!a.isDone || !b.isDone) {
    const order = a.isDone ? 1 : b.isDone ? -1 : compare(a.key, b.key);
    if (order < 0) await addAll('missing', a.group, taker);
    else if (order > 0) await addAll('extra', b.group, taker);
    else await addGroups(table, a.group, b.group, taker);
    onRows(a.rowCount);
    if (order <= 0 && !a.step()) await a.advance();
    if (order >= 0 && !b.step()) await b.advance();
  }
  return { rowsA: a.rowCount, rowsB: b.rowCount };
}

async function addAll(kind: 'missing' | 'extra', rows: readonly Row[], taker: ChangesTaker): Promise<void> {
  for (const row of rows) await taker.add({ kind, row });
}

/** Several rows have one key where the second side holds different keys of the first as the same. */
async function addGroups({ columns }: PairedTable, a: readonly Row[], b: readonly Row[], taker: ChangesTaker): Promise<void> {
  const { pairs, missing, extra } =
    a.length === 1 && b.length === 1
      ? { pairs: [[a[0] as Row, b[0] as Row] as const], missing: [], extra: [] }
      : pairRows(a, b, columns, 1);
  for (const [left, right] of pairs) {
    const at = columns.differing(left, right, () => undefined);
    if (at !== null) await taker.add({ kind: 'different', left, right, at });
  }
  await addAll('missing', missing, taker);
  await addAll('extra', extra, taker);
}

async function counted(
  table: PairedTable,
  open: () => readonly [RowStream, RowStream],
  taker: ChangesTaker,
  onRows: (rows: number) => void,
): Promise<RowCounts> {
  const { columns } = table;
  const tally = new DigestTally();
  let [rowsA, rowsB] = [0, 0];
  try {
    await inStep(open(), async (a, b) => {
      for (const row of a) tally.add(rowDigest(columns.left(row)), 1);
      for (const row of b) tally.add(rowDigest(columns.right(row)), -1);
      rowsA += a.length;
      rowsB += b.length;
      onRows(rowsA);
      await tally.relieve();
    });
    const left = await tally.leftovers(Number.POSITIVE_INFINITY);
    if (left.missing + left.extra > 0) await leftovers(table, open(), left.counts, taker);
  } finally {
    await tally.close();
  }
  return { rowsA, rowsB };
}

/** Reads both sides once more, for the rows that did not cancel out; those with the same key are one. */
async function leftovers(
  table: PairedTable,
  streams: readonly [RowStream, RowStream],
  counts: ReadonlyMap<string, number>,
  taker: ChangesTaker,
): Promise<void> {
  const { columns, isKeyUnique } = table;
  const open = new Map(counts);
  const isLeft = (form: Row, sign: 1 | -1): boolean => {
    const name = rowDigest(form).toString('hex').slice(0, DIGEST_DIGITS);
    const count = (open.get(name) ?? 0) * sign;
    if (count > 0) open.set(name, (count - 1) * sign);
    return count > 0;
  };
  const missing = new Map<string, Row>();
  const extra = new Map<string, Row>();
  await inStep(streams, async (a, b) => {
    for (const row of a) {
      if (!isLeft(columns.left(row), 1)) continue;
      if (isKeyUnique) missing.set(rowDigest(columns.leftKey(row)).toString('hex'), row);
      else await taker.add({ kind: 'missing', row });
    }
    for (const row of b) {
      if (!isLeft(columns.right(row), -1)) continue;
      if (isKeyUnique) extra.set(rowDigest(columns.rightKey(row)).toString('hex'), row);
      else await taker.add({ kind: 'extra', row });
    }
  });
  for (const [key, row] of missing) {
    const partner = extra.get(key);
    if (partner === undefined) await taker.add({ kind: 'missing', row });
    else await addGroups(table, [row], [partner], taker);
    extra.delete(key);
  }
  await addAll('extra', [...extra.values()], taker);
}

/** Reads both sides in step, so that equal rows meet soon. */
async function inStep(
  [a, b]: readonly [RowStream, RowStream],
  work: (a: readonly Row[], b: readonly Row[]) => Promise<void>,
): Promise<void> {
  try {
    for (;;) {
      const [left, right] = await Promise.all([a.next(), b.next()]);
      if (left === null && right === null) return;
      await work(left ?? [], right ?? []);
    }
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}
