import { createHash } from 'node:crypto';
import type { Snapshot, StoreOptions, TableStore, ValueLimits } from '../connectors/connector.ts';
import { pause } from '../interruption.ts';
import type { ColumnType } from '../model/table-schema.ts';
import type { Cell, Row } from '../model/table-schema.ts';
import { copiedSource, type LeftOut } from './copied-source.ts';
import { converter } from './conversion.ts';
import { Converted, type Converter, Unfit } from './conversion-rules.ts';
import { RowText } from './row-text.ts';

const READ_ROWS = 500;

/** Where rows are read from. */
export interface DigestPlace {
  readonly address: string;
  readonly options: Pick<StoreOptions, 'busyTimeoutMs' | 'key'>;
  /** Name of the moment to see; null: when it is opened. */
  readonly moment: string | null;
}

/** Of which rows a digest is wanted, and in which form. All of it can be sent to a thread. */
export interface DigestRequest {
  readonly table: string;
  /** In the order of these columns; they tell rows apart. */
  readonly primaryKey: readonly string[];
  readonly columns: readonly string[];
  /** Types of the cells as they are read, and as what they are written. */
  readonly from: readonly ColumnType[];
  readonly to: readonly ColumnType[];
  /** Columns whose cells are converted on the way. */
  readonly converted: readonly boolean[];
  readonly limits: ValueLimits;
  readonly leftOut: LeftOut;
}

/** Rows of a table, and SHA-256 of their text. */
export interface RowsDigest {
  readonly rows: number;
  /** In hexadecimal. */
  readonly digest: string;
}

/**
 * Reads the rows of a table in the order of its key, as cells, converts them as a copy has to, and hashes their text.
 * @returns null where a cell cannot be written so that its text tells it from any other
 * @throws {CrmError} what reading throws; INTERRUPTED
 */
export async function digestOfRows(
  store: TableStore,
  snapshot: Snapshot,
  request: DigestRequest,
  signal?: AbortSignal,
): Promise<RowsDigest | null> {
  const text = RowText.of(request.to);
  if (text === null) return null;
  const converters = request.from.map((from, at) =>
    request.converted[at] === true ? converter(from, request.to[at] as ColumnType, request.limits) : null,
  );
  const rows = await copiedSource(store, snapshot, () => request.leftOut).snapshot();
  const table = { ...(await snapshot.schema(request.table)), primaryKey: request.primaryKey };
  const hash = createHash('sha256');
  let count = 0;
  for await (const batch of rows.read({ table, columns: request.columns, ordered: true, batch: READ_ROWS })) {
    await pause(signal);
    const written = convert(batch, converters) ? text.write(batch) : null;
    if (written === null) return null;
    hash.update(written);
    count += batch.length;
  }
  return { rows: count, digest: hash.digest('hex') };
}

/** Converts cells where they stand. @returns whether each of them could be */
function convert(rows: readonly Row[], converters: readonly (Converter | null)[]): boolean {
  for (let at = 0; at < converters.length; at++) {
    const convertCell = converters[at] ?? null;
    if (convertCell === null) continue;
    for (const row of rows as Cell[][]) {
      const to = convertCell(row[at] as Cell);
      if (to instanceof Unfit) return false;
      row[at] = to instanceof Converted ? to.value : to;
    }
  }
  return true;
}
