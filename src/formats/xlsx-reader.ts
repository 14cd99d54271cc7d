import { CrmError } from '../errors.ts';
import { DEFAULT_MAX_RECORD_BYTES, type RecordHandler, type RecordReader } from './record-reader.ts';

/** How to read a workbook. */
export interface XlsxReaderOptions {
  /** Name of the sheet, or its number from 1. */
  readonly sheet?: string | undefined;
  /** Longer cells are refused. Default 8 MiB. */
  readonly maxRecordBytes?: number | undefined;
}

type WorkbookModule = typeof import('./xlsx-workbook.ts');

/** What unpacks and parses: loaded with the first workbook, because other files must not wait for it. */
let loaded: WorkbookModule | null = null;
/** A workbook is held in memory as it is packed. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Reads one sheet of an .xlsx workbook ([ECMA-376]). Its file is held in memory (at most 256 MiB), and so are its shared
 * texts (at most 256 MiB); the sheet itself (at most 1 GiB unpacked) is read as a stream. Rows have the number of the row
 * in the sheet as their line; their byte offset is 0. Read with `endInSteps`: what unpacks and parses is loaded then.
 */
export class XlsxReader implements RecordReader {
  readonly #options: XlsxReaderOptions;
  readonly #handler: RecordHandler;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** Row of the header and the sheet that was read, once they are known. */
  detected: { readonly headerLine: number; readonly sheet: string } | null = null;

  constructor(options: XlsxReaderOptions, handler: RecordHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  /** @throws {CrmError} INPUT_TOO_LARGE when the file is larger than 256 MiB */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_FILE_BYTES) {
      throw new CrmError('INPUT_TOO_LARGE', `the workbook is larger than ${MAX_FILE_BYTES / 2 ** 20} MiB`, {
        hint: 'save the sheet as CSV (UTF-8): that can be of any size',
      });
    }
    this.#chunks.push(chunk.slice());
  }

  /**
   * The same as `endInSteps` at once, for a second reading beside the first: only once that has begun.
   * @throws {CrmError} what `endInSteps` throws
   */
  end(): void {
    this.#checkBytes();
    if (loaded === null) throw new Error('the first workbook is read with endReader');
    for (const _ of this.#steps(loaded));
  }

  /** @throws {CrmError} INPUT_EMPTY, INPUT_NOT_TEXT, INPUT_UNREADABLE, INPUT_NO_HEADER, INPUT_TOO_LARGE; USAGE when there is no such sheet */
  async *endInSteps(): AsyncIterable<void> {
    this.#checkBytes();
    loaded ??= await import('./xlsx-workbook.ts');
    yield* this.#steps(loaded);
  }

  #checkBytes(): void {
    if (this.#bytes === 0) throw new CrmError('INPUT_EMPTY', 'the input is empty', { hint: 'a workbook is expected' });
  }

  #steps({ readWorkbook }: WorkbookModule): Iterable<void> {
    const file = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const maxCellLength = this.#options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
    return readWorkbook(file, { sheet: this.#options.sheet, maxCellLength }, this.#handler, (found) => {
      this.detected = found;
    });
  }
}
