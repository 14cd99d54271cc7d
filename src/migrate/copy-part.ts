import {
  type PackedRows,
  type PackedWriter,
  type ReadRequest,
  RefusedRows,
  type Snapshot,
  type TableWriter,
  type WriteMode,
} from '../connectors/connector.ts';
import type { Row } from '../model/table-schema.ts';
import { extended, type PartContent, partText, type Reject, type TableState } from './copy-ledger.ts';
import type { RowConversion } from './copy-rows.ts';
import type { Since } from './copy-since.ts';
import { writeOrRefuse } from './refused-rows.ts';
import { rowBytes } from './row-bytes.ts';
import type { TablePlan } from './table-plan.ts';

/** Rows as they were read at once. */
export type Batch = readonly Row[] | PackedRows;

/** Rows that are read at once; parts are made of them. */
const READ_ROWS = 2_000;
/** A part ends when so many bytes were read, however few rows they are. */
const PART_BYTES = 16 * 1024 * 1024;

/** How the rows of a table are read and converted. */
export interface RowsOfTable {
  readonly plan: TablePlan;
  readonly conversion: RowConversion;
  readonly source: Snapshot;
  readonly since: Since | null;
  /** Rows of a part. */
  readonly batch: number;
}

/** One table on its way. */
export interface TableCopy extends RowsOfTable {
  /** Name of the whole copy in the ledger. */
  readonly copy: string;
  readonly writeMode: WriteMode;
  /** Whether parts are committed one by one; else the table is done as a whole, or not at all. */
  readonly isResumable: boolean;
  readonly signal: AbortSignal;
  /** Told after each batch how many rows of this run were read. */
  readonly onRows: (rows: number) => void;
  /** Told how far the table is after each commit, and what was rejected since the last one. */
  readonly onCommit: (state: TableState, rejected: readonly Reject[]) => void;
}

/** How the rows of a table are read, behind a key. */
export function readRequest({ plan, conversion, since, batch }: RowsOfTable, after: Row | null): ReadRequest {
  return {
    table: plan.source,
    columns: conversion.columns,
    ordered: conversion.isKeyed,
    after,
    ...(since === null ? {} : { since }),
    batch: Math.min(batch, READ_ROWS),
  };
}

/** The rows between two commits. */
export class CopyPart {
  readonly #copy: TableCopy;
  readonly #writer: TableWriter;
  readonly #columns: readonly string[];
  #rejects: Reject[] = [];
  #read = 0;
  #bytes = 0;
  #last: Row | null = null;
  #isOpen = false;
  /** What was packed since it was begun, behind which key. */
  #pack: { readonly writer: PackedWriter; readonly after: Row | null } | null = null;
  #rowsOfRun = 0;
  /** As the ledger has it. */
  state: TableState;

  /** @param state how far the table is */
  constructor(copy: TableCopy, writer: TableWriter, state: TableState) {
    this.#copy = copy;
    this.#writer = writer;
    this.#columns = copy.plan.columns.map(({ target }) => target.name);
    this.state = state;
  }

  /** Whether it is time to commit. */
  get isFull(): boolean {
    return this.#read >= this.#copy.batch || this.#bytes >= PART_BYTES;
  }

  /** Writes rows, or hands them over to be written until the next commit. */
  async write(batch: Batch): Promise<void> {
    await this.#open();
    if ('bytes' in batch) {
      await this.#packed(batch);
      this.#count(batch.count, batch.bytes.length, batch.last);
    } else {
      await this.#endPacked();
      await this.#rows(batch);
      const { conversion } = this.#copy;
      this.#count(
        batch.length,
        batch.reduce((sum, row) => sum + rowBytes(row), 0),
        batch.length === 0 ? null : conversion.keyOf(batch[batch.length - 1] as Row),
      );
    }
    this.#copy.onRows(this.#rowsOfRun);
  }

  #count(rows: number, bytes: number, last: Row | null): void {
    this.#read += rows;
    this.#rowsOfRun += rows;
    this.#bytes += bytes;
    this.#last = last ?? this.#last;
  }

  async #rows(batch: readonly Row[]): Promise<void> {
    const { conversion, plan, writeMode } = this.#copy;
    const { rows, origins, rejects } = conversion.convert(batch);
    const write = (some: readonly Row[]): Promise<void> => this.#writer.write(plan.target, this.#columns, some, writeMode);
    const refused = await writeOrRefuse(write, rows, origins);
    this.#rejects.push(...rejects, ...refused.map(({ origin, column, reason }) => conversion.reject(origin, column, reason)));
  }

  async #packed({ bytes }: PackedRows): Promise<void> {
    const { plan } = this.#copy;
    if (this.#pack === null) {
      const writer = (await this.#writer.pack?.(plan.target, this.#columns)) as PackedWriter;
      this.#pack = { writer, after: this.#last ?? this.state.last };
    }
    await this.#pack.writer.write(bytes);
  }

  /** When the database does not take all that was packed, it is read once more, and its rows written by halves. */
  async #endPacked(): Promise<void> {
    if (this.#pack === null) return;
    const { writer, after } = this.#pack;
    this.#pack = null;
    try {
      await writer.end();
    } catch (error) {
      if (!(error instanceof RefusedRows)) throw error;
      const { source } = this.#copy;
      for await (const rows of source.read({ ...readRequest(this.#copy, after), upTo: this.#last })) await this.#rows(rows);
    }
  }

  /** Ends the transaction. @param isEnd no more rows follow */
  async commit(isEnd: boolean): Promise<void> {
    const { copy, plan, conversion, onCommit } = this.#copy;
    await this.#open();
    await this.#endPacked();
    const rejects = this.#rejects;
    const written = this.#read - rejects.length;
    const content: PartContent = { last: this.#last, isEnd, read: this.#read, written, conversions: conversion.takeCounts(), rejects };
    const part = this.state.nextPart;
    await this.#writer.record({ copy, table: plan.source.name, part, content: partText(content) });
    await this.#writer.commit();
    this.#isOpen = false;
    this.state = extended(this.state, part, content);
    onCommit(this.state, rejects);
    this.#rejects = [];
    this.#read = 0;
    this.#bytes = 0;
  }

  async #open(): Promise<void> {
    if (this.#isOpen) return;
    await this.#writer.begin();
    this.#isOpen = true;
  }
}
