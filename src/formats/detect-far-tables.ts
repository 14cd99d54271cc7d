import type { CsvPlan, FilePlace, TablePlace } from './csv-plan.ts';
import { CsvRows } from './csv-rows.ts';
import { countLines, tailPiece } from './csv-samples.ts';
import { encodeText } from './decode.ts';
import { findFooter } from './detect-footer.ts';
import type { FileSource } from './file-source.ts';

const CHUNK_BYTES = 1 << 20;
const MAX_TABLES = 50;
/** A shorter header could as well be part of a record. */
const MIN_HEADER_LENGTH = 8;

/** What of a large file lies beyond its first megabyte. */
export interface FarEnds {
  /** Where the header comes again: other tables, or the same kind of file appended. */
  readonly repeats: readonly TablePlace[];
  /** Where the lines below the last table begin; null when there are none. */
  readonly footer: FilePlace | null;
  /** How many lines those are. */
  readonly footerLines: number;
}

/** Looks for the header again in all of a large file, and for a footer at its end. `headerText`: the header as it stands there. */
export function findFarEnds(source: FileSource, plan: CsvPlan, headerText: string): FarEnds {
  const repeats = plan.header === null || headerText.length < MIN_HEADER_LENGTH ? [] : repeatsOf(source, plan, headerText);
  const tail = tailPiece(source, plan.encoding);
  const width = plan.columns.length + plan.trailingColumns;
  const records = new CsvRows(tail.text, plan, width);
  const rows = tail.isLast ? records.list(0, 0, true) : [];
  const endRow = findFooter(rows, { dataRow: 0, width, records }, tail.text);
  const first = rows[endRow];
  if (first === undefined || rows.slice(endRow).every(({ filled }) => filled === 0)) return { repeats, footer: null, footerLines: 0 };
  const byte = tail.byte + tail.byteLength(tail.text.slice(0, first.start));
  const line = 1 + countLines(source, plan.encoding, 0, byte);
  const last = rows.at(-1) ?? first;
  return { repeats, footer: { byte, line }, footerLines: last.line - first.line + 1 };
}

function repeatsOf(source: FileSource, plan: CsvPlan, headerText: string): TablePlace[] {
  const before = plan.lineEnd === 'cr' ? '\r' : '\n';
  const needle = Buffer.from(encodeText(before + headerText, plan.encoding));
  const skipped = encodeText(before, plan.encoding).length;
  const repeats: TablePlace[] = [];
  let counted = plan.start;
  for (let offset = plan.start.byte; offset < source.sizeBytes && repeats.length < MAX_TABLES; offset += CHUNK_BYTES) {
    const chunk = source.read(offset, CHUNK_BYTES + needle.length - 1);
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = bytes.indexOf(needle); at >= 0 && repeats.length < MAX_TABLES; at = bytes.indexOf(needle, at + needle.length)) {
      const byte = offset + at + skipped;
      const line = counted.line + countLines(source, plan.encoding, counted.byte, byte);
      counted = { byte, line };
      repeats.push({ byte, line, columns: plan.columns.length });
    }
  }
  return repeats;
}
