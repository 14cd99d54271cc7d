import { RefusedRows } from '../connectors/connector.ts';
import type { Row } from '../model/table-schema.ts';

/** A row that the database does not take. */
export interface RefusedRow {
  readonly row: Row;
  readonly origin: Row;
  readonly column: string | null;
  readonly reason: string;
}

/**
 * Writes rows; when the database refuses them, by halves, until the rows that it refuses stand alone.
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
    const [row, origin] = [rows[0] as Row, origins[0] as Row];
    if (rows.length === 1) return [{ row, origin, column: error.column, reason: error.reason }];
    const half = Math.ceil(rows.length / 2);
    const first = await writeOrRefuse(write, rows.slice(0, half), origins.slice(0, half));
    const second = await writeOrRefuse(write, rows.slice(half), origins.slice(half));
    return [...first, ...second];
  }
}
