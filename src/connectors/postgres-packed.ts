import { type Cell, type ColumnType, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { PackedRows } from './connector.ts';
import { postgresDecoder } from './postgres-cell.ts';
import { CopyRows } from './postgres-rows-text.ts';

const LF = 10;

/** Kinds whose values the server writes as they were written; another way of writing one only makes the cells be compared. */
const STEADY: ReadonlySet<ColumnType['kind']> = new Set(['integer', 'text', 'boolean', 'date', 'timestamp', 'uuid', 'bytes', 'float']);

/** Whether the server writes a value of a type in one way only; of texts of a fixed length, blanks at the end mean nothing. */
export function hasOneText(type: ColumnType): boolean {
  return STEADY.has(type.kind) && !(type.kind === 'text' && type.fixed);
}

/** Whether what the server writes is also what it reads: a zone is not. */
function isSteady(type: ColumnType): boolean {
  return hasOneText(type) && !(type.kind === 'timestamp' && type.zone);
}

/** Whether the text of each value of a type is also what a column of the other type holds. */
export function isSameText(source: ColumnType, target: ColumnType): boolean {
  if (!isSteady(source) || !isSteady(target)) return false;
  if (source.kind === 'text' && target.kind === 'text') return target.length === null || target.length === source.length;
  if (source.kind === 'timestamp' && target.kind === 'timestamp') return target.precision >= source.precision;
  if (source.kind === 'integer' && target.kind === 'integer') return source.bits === target.bits && source.unsigned === target.unsigned;
  return source.kind === target.kind && !(source.kind === 'float' && target.kind === 'float' && source.bits !== target.bits);
}

/** The pieces of a COPY … TO STDOUT as packed rows, each of whole ones. */
export async function* packedPieces(
  pieces: AsyncIterable<unknown>,
  table: TableSchema,
  columns: readonly string[],
): AsyncGenerator<PackedRows> {
  const keyAt = rowKey(table).map((name) => columns.indexOf(name));
  const decoders = columns.map((name) => {
    const column = table.columns.find((one) => one.name === name);
    return column === undefined ? null : postgresDecoder(column.type);
  });
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer]);
    const end = bytes.lastIndexOf(LF) + 1;
    // A copy: the piece belongs to the network.
    rest = Buffer.from(bytes.subarray(end));
    if (end === 0) continue;
    const start = end === 1 ? 0 : bytes.lastIndexOf(LF, end - 2) + 1;
    const [row] = new CopyRows(decoders).add(bytes.subarray(start, end)) as [Row];
    yield { bytes: bytes.subarray(0, end), count: countOf(bytes, end), last: keyAt.map((at) => row[at] as Cell) };
  }
}

function countOf(bytes: Buffer, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at >= 0 && at < end; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}
