import { RefusedRows, type TableWriter } from '../connectors/connector.ts';
import { pause } from '../interruption.ts';
import { type Cell, type Row, storedColumns } from '../model/table-schema.ts';
import type { ChangesSpool } from './changes-spool.ts';
import type { Reject } from './copy-ledger.ts';
import type { RowConversion } from './copy-rows.ts';
import type { PairedTable } from './paired-table.ts';
import { writeOrRefuse } from './refused-rows.ts';

/** A table whose changes are written. */
export interface AppliedTable {
  readonly table: PairedTable;
  readonly conversion: RowConversion;
  readonly spool: ChangesSpool;
  /** Whether other tables of the target, or its own rows, refer to its rows. */
  readonly isReferredTo: boolean;
}

/** How changes are written. */
export interface ApplyOptions {
  /** Rows of one transaction. */
  readonly batch: number;
  readonly signal: AbortSignal | undefined;
  /** Told how many rows of the table were written so far. */
  readonly onRows: (rows: number) => void;
}

/** What was written of a table in one pass. */
export interface Applied {
  inserted: number;
  updated: number;
  deleted: number;
  readonly rejects: Reject[];
}

interface Update {
  readonly origin: Row;
  readonly columns: readonly string[];
  /** Cells of `columns`; and all cells, for when the row has to be written anew. */
  readonly row: Row;
  readonly whole: Row;
  readonly key: Row;
}

interface RefusedUpdate {
  readonly update: Update;
  readonly reject: Reject;
}

/** A table that nothing was done to. */
export function nothingApplied(): Applied {
  return { inserted: 0, updated: 0, deleted: 0, rejects: [] };
}

/** Inserts the rows that are missing and sets the cells that differ, `batch` rows a transaction. */
export async function applyWrites(writer: TableWriter, applied: AppliedTable, options: ApplyOptions, to: Applied): Promise<void> {
  const work = new Writes(writer, applied, to);
  let [pending, done] = [0, 0];
  for await (const change of applied.spool.changes()) {
    if (change.kind === 'extra') continue;
    if (change.kind === 'missing') work.insert(change.row);
    else work.update(change.left, change.right, change.at);
    if (++pending < options.batch) continue;
    await pause(options.signal);
    await work.commit();
    done += pending;
    pending = 0;
    options.onRows(done);
  }
  await work.commit();
  options.onRows(done + pending);
}

/** Deletes the rows that only the target has. */
export async function applyDeletes(
  writer: TableWriter,
  { table, conversion, spool }: AppliedTable,
  options: ApplyOptions,
  to: Applied,
): Promise<void> {
  let rows: Row[] = [];
  const remove = async (some: readonly Row[]): Promise<void> => {
    if (table.isKeyUnique)
      await writer.remove(
        table.keyed,
        some.map((row) => table.keyOf(row)),
      );
    else await writer.removeWhole?.(table.plan.target, table.targetColumns, some);
  };
  const commit = async (): Promise<void> => {
    await pause(options.signal);
    const refused = await inTransaction(writer, () => writeOrRefuse(remove, rows, rows));
    to.deleted += rows.length - refused.length;
    to.rejects.push(...refused.map(({ origin, column, reason }) => conversion.reject(origin, column, `not deleted: ${reason}`)));
    options.onRows(to.deleted);
    rows = [];
  };
  for await (const change of spool.changes()) {
    if (change.kind === 'extra') rows.push(change.row);
    if (rows.length >= options.batch) await commit();
  }
  if (rows.length > 0) await commit();
}

/** The rows of one transaction. */
class Writes {
  readonly #writer: TableWriter;
  readonly #applied: AppliedTable;
  readonly #to: Applied;
  #inserts: Row[] = [];
  #updates: Update[] = [];

  constructor(writer: TableWriter, applied: AppliedTable, to: Applied) {
    this.#writer = writer;
    this.#applied = applied;
    this.#to = to;
  }

  insert(row: Row): void {
    this.#inserts.push(row);
  }

  update(left: Row, right: Row, at: readonly number[]): void {
    const { table, conversion } = this.#applied;
    const { rows, rejects } = conversion.convert([left]);
    this.#to.rejects.push(...rejects);
    const whole = rows[0];
    if (whole === undefined) return;
    const key = table.keyOf(right);
    const changed = at.filter((place) => !table.columns.keyAt.includes(place));
    const columns = [...table.key, ...changed.map((place) => table.targetColumns[place] as string)];
    this.#updates.push({ origin: left, columns, row: [...key, ...changed.map((place): Cell => whole[place] ?? null)], whole, key });
  }

  async commit(): Promise<void> {
    if (this.#inserts.length + this.#updates.length === 0) return;
    const { table, conversion } = this.#applied;
    const target = table.plan.target;
    const ready = conversion.convert(this.#inserts);
    let refusedUpdates: readonly RefusedUpdate[] = [];
    const insert = (rows: readonly Row[]): Promise<void> => this.#writer.write(target, table.targetColumns, rows, 'insert');
    const refusedInserts = await inTransaction(this.#writer, async () => {
      refusedUpdates = await this.#setCells();
      return writeOrRefuse(insert, ready.rows, ready.origins);
    });
    const rejects = refusedInserts.map(({ origin, column, reason }) => conversion.reject(origin, column, reason));
    this.#to.inserted += ready.rows.length - refusedInserts.length;
    this.#to.updated += this.#updates.length - refusedUpdates.length;
    this.#to.rejects.push(...ready.rejects, ...rejects);
    if (await this.#exchange(refusedUpdates.map(({ update }) => update))) this.#to.updated += refusedUpdates.length;
    else this.#to.rejects.push(...refusedUpdates.map(({ reject }) => reject));
    this.#inserts = [];
    this.#updates = [];
  }

  /** Rows in which the same columns differ go together. */
  async #setCells(): Promise<readonly RefusedUpdate[]> {
    const { table, conversion } = this.#applied;
    const groups = new Map<string, Update[]>();
    for (const update of this.#updates) {
      const name = update.columns.join('\0');
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [update]);
      else group.push(update);
    }
    const refused: RefusedUpdate[] = [];
    for (const group of groups.values()) {
      const columns = group[0]?.columns ?? [];
      const byRow = new Map(group.map((update) => [update.row, update]));
      const set = async (rows: readonly Row[]): Promise<void> => this.#writer.update?.(table.keyed, columns, rows);
      const rows = group.map(({ row }) => row);
      for (const { row, column, reason } of await writeOrRefuse(set, rows, rows)) {
        const update = byRow.get(row) as Update;
        refused.push({ update, reject: conversion.reject(update.origin, column, reason) });
      }
    }
    return refused;
  }

  /**
   * Rows that exchange unique values stand in each other's way, one after the other: in one transaction their unique columns are
   * emptied, and then set; where those need a value, the rows are deleted and written anew, if nothing is lost by it.
   * @returns whether that was done
   */
  async #exchange(updates: readonly Update[]): Promise<boolean> {
    const { table, isReferredTo } = this.#applied;
    const { target } = table.plan;
    if (updates.length < 2) return false;
    const unique = new Set(target.indexes.flatMap((index) => (index.unique ? index.columns.map(({ name }) => name) : [])));
    const inWay = target.columns.filter(({ name }) => unique.has(name) && updates.some(({ columns }) => columns.includes(name)));
    const isWhole = storedColumns(target).every(({ name }) => table.targetColumns.includes(name));
    const free = inWay.filter(({ name }) => !table.key.includes(name));
    const canEmpty = free.length > 0 && free.every(({ nullable }) => nullable);
    if (!canEmpty && (isReferredTo || !isWhole)) return false;
    try {
      await inTransaction(this.#writer, () =>
        canEmpty
          ? this.#setAfterEmptying(
              updates,
              free.map(({ name }) => name),
            )
          : this.#writeAnew(updates),
      );
      return true;
    } catch (error) {
      if (error instanceof RefusedRows) return false;
      throw error;
    }
  }

  async #setAfterEmptying(updates: readonly Update[], names: readonly string[]): Promise<void> {
    const { keyed, key } = this.#applied.table;
    const empty = updates.map((update): Row => [...update.key, ...names.map(() => null)]);
    await this.#writer.update?.(keyed, [...key, ...names], empty);
    const { targetColumns } = this.#applied.table;
    for (const { columns, row, whole } of updates) {
      const emptied = names.filter((name) => !columns.includes(name));
      const again = emptied.map((name): Cell => whole[targetColumns.indexOf(name)] ?? null);
      await this.#writer.update?.(keyed, [...columns, ...emptied], [[...row, ...again]]);
    }
  }

  async #writeAnew(updates: readonly Update[]): Promise<void> {
    const { keyed, plan, targetColumns } = this.#applied.table;
    await this.#writer.remove(
      keyed,
      updates.map(({ key }) => key),
    );
    await this.#writer.write(
      plan.target,
      targetColumns,
      updates.map(({ whole }) => whole),
      'insert',
    );
  }
}

async function inTransaction<T>(writer: TableWriter, work: () => Promise<T>): Promise<T> {
  await writer.begin();
  try {
    const result = await work();
    await writer.commit();
    return result;
  } catch (error) {
    // What broke the connection is told, not that it is broken.
    await writer.rollback().catch(() => undefined);
    throw error;
  }
}
