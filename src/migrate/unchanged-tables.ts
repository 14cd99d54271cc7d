import type { PackedRows, Snapshot } from '../connectors/connector.ts';
import { pause } from '../interruption.ts';
import { type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { CopyContext } from './copy-context.ts';
import type { CopyRun } from './copy-run.ts';
import type { PlannedTable } from './copy-target.ts';
import { TableTally } from './table-tally.ts';
import type { KnownRows } from './verify-tables.ts';

/** Rows of a page where both sides are read packed: the first one is compared cell by cell as well. */
const PAGE_ROWS = 2_000;

/** Tables of which the target holds what it was given, byte for byte: cells are compared in their first parts only. */
export async function unchangedTables(context: CopyContext, run: CopyRun): Promise<ReadonlyMap<string, KnownRows>> {
  const unchanged = new Map<string, KnownRows>();
  for (const planned of context.planned) {
    const known = context.target.readBack === undefined ? await sameOnBoth(context, run, planned) : await asWritten(context, run, planned);
    if (known !== null) unchanged.set(planned.plan.source.name, known);
  }
  return unchanged;
}

/** What was written is what is read back. */
async function asWritten({ target, options }: CopyContext, run: CopyRun, { plan }: PlannedTable): Promise<KnownRows | null> {
  const written = run.writtenOf(plan.source.name);
  if (written === undefined) return null;
  const { table, columns } = targetSide(plan);
  const held = target.readBack?.(table, columns) ?? null;
  if (held === null) return null;
  const tally = new TableTally();
  for await (const bytes of held) {
    tally.add(bytes);
    await pause(options.signal);
  }
  return tally.equals(written.tally) ? { rows: run.stateOf(plan.source.name).written, upTo: written.firstPart } : null;
}

/** Both sides give the same bytes, where both can give any, and nothing was meant to differ. */
async function sameOnBoth(context: CopyContext, run: CopyRun, { plan }: PlannedTable): Promise<KnownRows | null> {
  const { snapshot, store, options } = context;
  const { written, rejects, conversions } = run.stateOf(plan.source.name);
  const isWhole = (options.mode === 'create' || options.mode === 'truncate') && options.since === null;
  const isPlain = rejects.length === 0 && conversions.length === 0 && rowKey(plan.source).length > 0;
  if (!isWhole || !isPlain || written <= PAGE_ROWS || snapshot.readPacked === undefined) return null;
  const types = plan.columns.map(({ target }) => target.type);
  const columns = plan.columns.map(({ source }) => source.name);
  const given = snapshot.readPacked({ table: plan.source, columns, ordered: true, batch: PAGE_ROWS }, types);
  if (given === null) return null;
  const there = await store.snapshot();
  try {
    const side = targetSide(plan);
    const table = { ...(await there.schema(side.table.name)), primaryKey: side.table.primaryKey };
    const held = there.readPacked?.({ table, columns: side.columns, ordered: true, batch: PAGE_ROWS }, types) ?? null;
    if (held === null) return null;
    const [a, b] = await Promise.all([tallied(given, options.signal), tallied(held, options.signal)]);
    return a !== null && b !== null && a.rows === b.rows && a.tally.equals(b.tally) ? { rows: a.rows, upTo: a.firstPage } : null;
  } finally {
    await there.close();
  }
}

type Packed = NonNullable<ReturnType<NonNullable<Snapshot['readPacked']>>>;

/** null: a page was not packed, or there is none. */
async function tallied(
  pages: Packed,
  signal: AbortSignal | undefined,
): Promise<{ readonly tally: TableTally; readonly rows: number; readonly firstPage: Row } | null> {
  const tally = new TableTally();
  let rows = 0;
  let firstPage: Row | null = null;
  for await (const page of pages as AsyncIterable<PackedRows | readonly Row[]>) {
    await pause(signal);
    if (!('bytes' in page)) return null;
    tally.add(page.bytes);
    rows += page.count;
    firstPage ??= page.last;
  }
  return firstPage === null ? null : { tally, rows, firstPage };
}

/** The target as it is read in the order of the key of the source. */
function targetSide({ source, target, columns }: PlannedTable['plan']): {
  readonly table: TableSchema;
  readonly columns: readonly string[];
} {
  const names = new Map(columns.map((column) => [column.source.name, column.target.name]));
  const primaryKey = rowKey(source).map((name) => names.get(name) as string);
  return { table: { ...target, primaryKey }, columns: [...names.values()] };
}
