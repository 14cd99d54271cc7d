/** Where a record starts. Readers reuse one object: copy the numbers, do not keep it. */
export interface RecordPosition {
  /** The line the record starts on: 1-based, counted physically, so newlines within quotes count. */
  readonly line: number;
  /**
   * Bytes before the record in the file as it is stored (a byte order mark counts). Computed when asked for, so ask
   * during the call only. Exact for UTF-8, UTF-16, GB18030 and one-byte encodings; in other encodings a character with
   * two spellings may shift it by the difference.
   */
  readonly byteOffset: number;
}

/** Why a record cannot be taken: a stable name for machines. */
export type RejectCode =
  | 'TOO_MANY_CELLS'
  | 'TOO_FEW_CELLS'
  | 'UNCLOSED_QUOTE'
  | 'STRAY_QUOTE'
  | 'OTHER_DELIMITER'
  | 'NUL_BYTE'
  | 'RECORD_TOO_LONG'
  | 'INVALID_JSON'
  | 'NOT_AN_OBJECT'
  | 'NOT_A_CARD'
  | 'BROKEN_CARD'
  | 'LONE_SURROGATE';

/** A record that cannot be taken, with all that is needed to save, mend and import it again. */
export interface BadRecord {
  readonly code: RejectCode;
  /** One English sentence for people; never holds a value of the record. */
  readonly reason: string;
  /** The 1-based place of the offending cell in the record, or null where it is the record as a whole. */
  readonly column: number | null;
  /** The cells as far as they can be told apart; of NDJSON the line as the only cell; kept by the receiver. */
  readonly cells: readonly string[];
}

/** Receives what a reader finds, in the order of the file. */
export interface RecordHandler {
  /**
   * The column names, before the first `record`. NDJSON does not know them in advance: it calls again with the longer
   * list whenever a new key appears. Copy the list if it is kept.
   */
  header(cells: readonly string[], at: RecordPosition): void;
  /**
   * One record with as many cells as the last header; `undefined` = key absent or null (NDJSON only). The array is
   * reused for the next record. Long cells may be slices of a block of 64 Ki characters, which lives as long as they do.
   */
  record(cells: (string | undefined)[], at: RecordPosition): void;
  /** A record that cannot be taken; reading goes on. With NDJSON it may come before the first header. */
  bad(problem: BadRecord, at: RecordPosition): void;
  /**
   * Something that should be told though the record (or the file, line 1) can be taken: a stable name for machines.
   * `about` names what is meant where there are several (a sheet, a column); never a customer's value.
   */
  note?(code: string, at: RecordPosition, about?: string): void;
}

/** Turns bytes into records; the chunks may be cut anywhere and the events are the same. */
export interface RecordReader {
  /** Takes the next bytes of the file; the array may be reused afterwards. */
  push(chunk: Uint8Array): void;
  /** Says that the file is complete; the last records come now. */
  end(): void;
  /** Readers that need the whole file before the first record do their work here instead; see `endReader`. */
  endInSteps?(): AsyncIterable<void>;
}

/** Ends a reader, step by step where it has much to do at the end, so that what came so far can be written in between. */
export async function* endReader(reader: RecordReader): AsyncIterable<void> {
  if (reader.endInSteps === undefined) reader.end();
  else yield* reader.endInSteps();
}

/** Records longer than this, in bytes, are bad unless the caller says otherwise. */
export const DEFAULT_MAX_RECORD_BYTES = 8 * 1024 * 1024;
