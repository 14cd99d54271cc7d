import type { Row } from '../model/table-schema.ts';
import type { ComparedColumns } from './compared-columns.ts';
import { MergeSide } from './merge-side.ts';
import { pairRows } from './pair-rows.ts';
import { rowDigest } from './row-digest.ts';
import type { RowStream } from './row-stream.ts';
import type { Findings } from './verify-findings.ts';

/** Rows without a partner that are kept, to see whether only their key differs. */
const MAX_KEPT = 300;
const SHARE_STEPS = 2 ** 32;

/** How two sides are merged. */
export interface MergeOptions {
  readonly compare: (a: Row, b: Row) => number;
  /** Share of the rows whose cells are compared; keys are always. */
  readonly sample: number;
  readonly onRows: (rows: number) => void;
}

/**
 * Compares two sides that both come in the order of their keys, each read once.
 * @throws {NotInOrder} when they do not
 */
export async function verifyOrdered(
  streams: readonly [RowStream, RowStream],
  columns: ComparedColumns,
  findings: Findings,
  { compare, sample, onRows }: MergeOptions,
): Promise<void> {
  const a = new MergeSide(streams[0], (row) => columns.leftKey(row), compare);
  const b = new MergeSide(streams[1], (row) => columns.rightKey(row), compare);
  const lone = new LoneRows(columns, findings);
  const isSampled = sample >= 1 ? () => true : (key: Row) => rowDigest(key).readUInt32BE(0) < sample * SHARE_STEPS;
  await Promise.all([a.advance(), b.advance()]);
  while (!a.isDone || !b.isDone) {
    const order = a.isDone ? 1 : b.isDone ? -1 : compare(a.key, b.key);
    if (order < 0) lone.missing(a.group);
    else if (order > 0) lone.extra(b.group);
    else if (isSampled(a.key)) compareGroups(a.group, b.group, columns, findings, lone);
    onRows(a.rowCount);
    if (order <= 0 && !a.step()) await a.advance();
    if (order >= 0 && !b.step()) await b.advance();
  }
  findings.rowsA = a.rowCount;
  findings.rowsB = b.rowCount;
  lone.settle();
}

function compareGroups(a: readonly Row[], b: readonly Row[], columns: ComparedColumns, findings: Findings, lone: LoneRows): void {
  if (a.length === 1 && b.length === 1) return comparePair(a[0] as Row, b[0] as Row, columns, findings);
  const { pairs, missing, extra } = pairRows(a, b, columns, 1);
  for (const [left, right] of pairs) comparePair(left, right, columns, findings);
  lone.missing(missing);
  lone.extra(extra);
}

function comparePair(left: Row, right: Row, columns: ComparedColumns, findings: Findings): void {
  const positions = columns.differing(left, right, findings.converted);
  if (positions !== null) findings.cells(left, right, positions);
}

/** Rows whose key the other side does not have: some of them are one row with another key. */
class LoneRows {
  readonly #columns: ComparedColumns;
  readonly #findings: Findings;
  readonly #missing: Row[] = [];
  readonly #extra: Row[] = [];

  constructor(columns: ComparedColumns, findings: Findings) {
    this.#columns = columns;
    this.#findings = findings;
  }

  missing(rows: readonly Row[]): void {
    this.#keep('missing', this.#missing, rows);
  }

  extra(rows: readonly Row[]): void {
    this.#keep('extra', this.#extra, rows);
  }

  /** Tells of the rows that were kept. */
  settle(): void {
    const most = this.#columns.plans.length - 1;
    const { pairs, missing, extra } = pairRows(this.#missing, this.#extra, this.#columns, Math.max(1, most));
    for (const [left, right] of pairs) comparePair(left, right, this.#columns, this.#findings);
    for (const row of missing) this.#findings.unpaired('missing', row);
    for (const row of extra) this.#findings.unpaired('extra', row);
  }

  #keep(kind: 'missing' | 'extra', kept: Row[], rows: readonly Row[]): void {
    for (const row of rows) {
      if (kept.length < MAX_KEPT) kept.push(row);
      else this.#findings.unpaired(kind, row);
    }
  }
}
