import type { Cell, Row } from '../model/table-schema.ts';
import type { ComparedColumns } from './compared-columns.ts';
import type { ConversionRule } from './conversion.ts';
import { DigestTally } from './digest-tally.ts';
import { pairRows } from './pair-rows.ts';
import { rowDigest } from './row-digest.ts';
import type { RowStream } from './row-stream.ts';
import type { Findings } from './verify-findings.ts';

const DIGEST_DIGITS = 32;
/** Rows of each side that have no partner and are looked at one by one; of the others only the number is told. */
const MAX_KEPT = 300;
const SHARE_STEPS = 2 ** 32;

/** How two sides are compared. */
export interface UnorderedOptions {
  readonly sample: number;
  readonly onRows: (rows: number) => void;
}

/** Rows of one side that did not cancel out: the rows, and how many more there are. */
interface Remaining {
  readonly rows: readonly Row[];
  readonly uncounted: number;
}

type Open = () => readonly [RowStream, RowStream];

/**
 * Compares two sides in any order, as multisets of row digests. Only where something remains both are read once more, to
 * find the rows, of which those that have most cells in common are taken for one.
 */
export async function verifyUnordered(
  open: Open,
  columns: ComparedColumns,
  findings: Findings,
  { sample, onRows }: UnorderedOptions,
): Promise<void> {
  const tally = new DigestTally();
  const conversions = new IntendedConversions(columns);
  const count = (digest: Buffer, by: 1 | -1): void => {
    if (sample >= 1 || digest.readUInt32BE(0) < sample * SHARE_STEPS) tally.add(digest, by);
  };
  try {
    await eachBatch(open(), async (a, b) => {
      for (const row of a ?? []) {
        conversions.count(row);
        count(rowDigest(columns.left(row)), 1);
      }
      for (const row of b ?? []) count(rowDigest(columns.right(row)), -1);
      findings.rowsA += a?.length ?? 0;
      findings.rowsB += b?.length ?? 0;
      onRows(findings.rowsA);
      await tally.relieve();
    });
    const left = await tally.leftovers(MAX_KEPT);
    conversions.tell(findings);
    if (left.missing + left.extra === 0) return;
    const [missing, extra] = await remaining(open(), columns, left);
    tell(missing, extra, columns, findings);
  } finally {
    await tally.close();
  }
}

/** Reads both sides in step, so that equal rows meet soon. */
async function eachBatch(
  [a, b]: readonly [RowStream, RowStream],
  work: (a: readonly Row[] | null, b: readonly Row[] | null) => Promise<void>,
): Promise<void> {
  try {
    for (;;) {
      const [left, right] = await Promise.all([a.next(), b.next()]);
      if (left === null && right === null) return;
      await work(left, right);
    }
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

async function remaining(
  streams: readonly [RowStream, RowStream],
  columns: ComparedColumns,
  { counts, missing, extra }: { readonly counts: ReadonlyMap<string, number>; readonly missing: number; readonly extra: number },
): Promise<readonly [Remaining, Remaining]> {
  const open = new Map(counts);
  const found: readonly [Row[], Row[]] = [[], []];
  const look = (rows: readonly Row[] | null, sign: 1 | -1, form: (row: Row) => Row, kept: Row[]): void => {
    for (const row of rows ?? []) {
      const name = rowDigest(form(row)).toString('hex').slice(0, DIGEST_DIGITS);
      const count = (open.get(name) ?? 0) * sign;
      if (count <= 0 || kept.length >= MAX_KEPT) continue;
      open.set(name, (count - 1) * sign);
      kept.push(row);
    }
  };
  await eachBatch(streams, async (a, b) => {
    look(a, 1, (row) => columns.left(row), found[0]);
    look(b, -1, (row) => columns.right(row), found[1]);
  });
  return [
    { rows: found[0], uncounted: missing - found[0].length },
    { rows: found[1], uncounted: extra - found[1].length },
  ];
}

/** Rows with the same key are one; then those with half of their cells in common. */
function tell(missing: Remaining, extra: Remaining, columns: ComparedColumns, findings: Findings): void {
  const byKey = pairByKey(missing.rows, extra.rows, columns);
  const rest = pairRows(byKey.missing, byKey.extra, columns, Math.floor(columns.plans.length / 2));
  for (const [left, right] of [...byKey.pairs, ...rest.pairs])
    findings.cells(left, right, columns.differing(left, right, () => undefined) ?? []);
  for (const row of rest.missing) findings.unpaired('missing', row);
  for (const row of rest.extra) findings.unpaired('extra', row);
  findings.counted(missing.uncounted, extra.uncounted);
}

function pairByKey(missing: readonly Row[], extra: readonly Row[], columns: ComparedColumns): ReturnType<typeof pairRows> {
  if (columns.keyAt.length === 0) return { pairs: [], missing, extra };
  const byKey = new Map(extra.map((row) => [rowDigest(columns.rightKey(row)).toString('hex'), row]));
  const pairs: [Row, Row][] = [];
  const alone = missing.filter((row) => {
    const name = rowDigest(columns.leftKey(row)).toString('hex');
    const partner = byKey.get(name);
    if (partner === undefined) return true;
    byKey.delete(name);
    pairs.push([row, partner]);
    return false;
  });
  const taken = new Set(pairs.map(([, right]) => right));
  return { pairs, missing: alone, extra: extra.filter((row) => !taken.has(row)) };
}

/** Conversions of the rows of the first side, which are all intended: what was not done remains as a difference. */
class IntendedConversions {
  readonly #columns: ComparedColumns;
  readonly #counts: readonly Map<ConversionRule, number>[];

  constructor(columns: ComparedColumns) {
    this.#columns = columns;
    this.#counts = columns.plans.map(() => new Map());
  }

  count(row: Row): void {
    for (let at = 0; at < row.length; at++) {
      const rule = this.#columns.conversionOf(at, row[at] as Cell);
      if (rule === null) continue;
      const counts = this.#counts[at] as Map<ConversionRule, number>;
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
  }

  tell(findings: Findings): void {
    this.#counts.forEach((counts, at) => {
      for (const [rule, cells] of counts) findings.converted(at, rule, cells);
    });
  }
}
