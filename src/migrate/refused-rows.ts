import { type RefusedAt, RefusedRows } from '../connectors/connector.ts';
import type { Row } from '../model/table-schema.ts';

/** A row that the database does not take. */
export interface RefusedRow {
  readonly row: Row;
  readonly origin: Row;
  readonly column: string | null;
  readonly reason: string;
}

/**
 * Writes rows; when the database refuses them, without those that it names, else by halves, until the rows that it refuses stand alone.
 * @param write all or none of the rows
 * @param origins the rows as they were read
 * @returns the rows that were refused, in order
 */
export async function writeOrRefuse(
  write: (rows: readonly Row[]) => Promise<void>,
  rows: readonly Row[],
  origins: readonly Row[],
): Promise<readonly RefusedRow[]> {
  if (rows.length === 0) return [];
  try {
    await write(rows);
    return [];
  } catch (error) {
    if (!(error instanceof RefusedRows)) throw error;
    if (error.each.length > 0) return await writeOthers(write, rows, origins, error.each);
    const [row, origin] = [rows[0] as Row, origins[0] as Row];
    if (rows.length === 1) return [{ row, origin, column: error.column, reason: error.reason }];
    const half = Math.ceil(rows.length / 2);
    const first = await writeOrRefuse(write, rows.slice(0, half), origins.slice(0, half));
    const second = await writeOrRefuse(write, rows.slice(half), origins.slice(half));
    return [...first, ...second];
  }
}

/** Writes the rows that were not refused; more of them may be, now that these are not there. */
async function writeOthers(
  write: (rows: readonly Row[]) => Promise<void>,
  rows: readonly Row[],
  origins: readonly Row[],
  each: readonly RefusedAt[],
): Promise<readonly RefusedRow[]> {
  const named = new Map(each.map((one) => [one.at, one]));
  const places = rows.map((_row, at) => at).filter((at) => !named.has(at));
  const others = places.map((at) => rows[at] as Row);
  const later = await writeOrRefuse(
    write,
    others,
    places.map((at) => origins[at] as Row),
  );
  const first = each.map(({ at, column, reason }) => ({ row: rows[at] as Row, origin: origins[at] as Row, column, reason }));
  const placeOf = (one: RefusedRow): number => rows.indexOf(one.row);
  return [...first, ...later].sort((a, b) => placeOf(a) - placeOf(b));
}
