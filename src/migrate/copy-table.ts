import type { ReadRequest, Snapshot, TableWriter, WriteMode } from '../connectors/connector.ts';
import { pause } from '../interruption.ts';
import type { Row } from '../model/table-schema.ts';
import { extended, type PartContent, partText, type Reject, type TableState } from './copy-ledger.ts';
import type { RowConversion } from './copy-rows.ts';
import type { Since } from './copy-since.ts';
import { readAhead } from './read-ahead.ts';
import { writeOrRefuse } from './refused-rows.ts';
import { rowBytes } from './row-bytes.ts';
import type { TablePlan } from './table-plan.ts';

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

/**
 * Copies the rows of a table that the ledger does not have yet; rows and ledger in one transaction.
 * @returns how far the table is then: at its end
 */
export async function copyTable(copy: TableCopy, writer: TableWriter, state: TableState): Promise<TableState> {
  const part = new Part(copy, writer, state);
  // What reading converts was counted with the first part.
  if (state.nextPart > 0) copy.conversion.takeCounts();
  try {
    for await (const rows of readAhead(copy.source.read(readRequest(copy, state.last)))) {
      await pause(copy.signal);
      await part.write(rows);
      if (copy.isResumable && part.isFull) await part.commit(false);
    }
    await part.commit(true);
    return part.state;
  } catch (error) {
    // What broke the connection is told, not that it is broken.
    await writer.rollback().catch(() => undefined);
    throw error;
  }
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
class Part {
  readonly #copy: TableCopy;
  readonly #writer: TableWriter;
  readonly #columns: readonly string[];
  #rejects: Reject[] = [];
  #read = 0;
  #bytes = 0;
  #last: Row | null = null;
  #isOpen = false;
  #rowsOfRun = 0;
  /** As the ledger has it. */
  state: TableState;

  constructor(copy: TableCopy, writer: TableWriter, state: TableState) {
    this.#copy = copy;
    this.#writer = writer;
    this.#columns = copy.plan.columns.map(({ target }) => target.name);
    this.state = state;
  }

  get isFull(): boolean {
    return this.#read >= this.#copy.batch || this.#bytes >= PART_BYTES;
  }

  async write(batch: readonly Row[]): Promise<void> {
    const { conversion, plan, writeMode, onRows } = this.#copy;
    await this.#open();
    const { rows, origins, rejects } = conversion.convert(batch);
    const write = (some: readonly Row[]): Promise<void> => this.#writer.write(plan.target, this.#columns, some, writeMode);
    const refused = await writeOrRefuse(write, rows, origins);
    this.#rejects.push(...rejects, ...refused.map(({ origin, column, reason }) => conversion.reject(origin, column, reason)));
    this.#read += batch.length;
    for (const row of batch) this.#bytes += rowBytes(row);
    this.#last = batch.length === 0 ? this.#last : conversion.keyOf(batch[batch.length - 1] as Row);
    this.#rowsOfRun += batch.length;
    onRows(this.#rowsOfRun);
  }

  async commit(isEnd: boolean): Promise<void> {
    const { copy, plan, conversion, onCommit } = this.#copy;
    await this.#open();
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
