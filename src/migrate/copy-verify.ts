import { pause } from '../interruption.ts';
import { rowKey } from '../model/table-schema.ts';
import { copiedSource } from './copied-source.ts';
import type { CopyContext } from './copy-context.ts';
import type { CopyRun } from './copy-run.ts';
import { sinceOf } from './copy-since.ts';
import { TableTally } from './table-tally.ts';
import { type KnownRows, type VerifyResult, verifyTables } from './verify-tables.ts';

/** Tables of which the target holds what it was given, byte for byte: cells are compared in their first parts only. */
async function unchangedTables({ target, planned, options }: CopyContext, run: CopyRun): Promise<ReadonlyMap<string, KnownRows>> {
  const unchanged = new Map<string, KnownRows>();
  for (const { plan } of planned) {
    const { name } = plan.source;
    const written = run.writtenOf(name);
    const columns = new Map(plan.columns.map((column) => [column.source.name, column.target.name]));
    const primaryKey = rowKey(plan.source).map((one) => columns.get(one) as string);
    const held = target.readBack?.({ ...plan.target, primaryKey }, [...columns.values()]) ?? null;
    if (written === undefined || held === null) continue;
    const tally = new TableTally();
    for await (const bytes of held) {
      tally.add(bytes);
      if (options.signal?.aborted === true) await pause(options.signal);
    }
    if (tally.equals(written.tally)) unchanged.set(name, { rows: run.stateOf(name).written, upTo: written.firstPart });
  }
  return unchanged;
}

/** Compares the source, as it was copied, with the target: schemas too where the tables were made, and all rows cell by cell. */
export async function verifyCopy(context: CopyContext, run: CopyRun): Promise<VerifyResult> {
  const { source, snapshot, store, planned, options } = context;
  const sources = new Map(planned.map(({ plan }) => [plan.source.name, plan.source]));
  const copied = copiedSource(source, snapshot, (table) => {
    const schema = sources.get(table);
    const since = options.since === null || schema === undefined ? null : sinceOf(schema, options.since);
    return { since, rejects: run.stateOf(table).rejects };
  });
  const totalRows = planned.reduce((sum, { plan }) => sum + run.stateOf(plan.source.name).read, 0);
  const rows = new Map<string, number>();
  const keeps = new Set(planned.flatMap(({ plan }) => plan.target.foreignKeys.map(({ table }) => table)));
  return verifyTables(copied, store, {
    tables: [...sources.keys()],
    targetNames: new Map(planned.map(({ plan }) => [plan.source.name, plan.target.name])),
    expects: (parent) => keeps.has(parent),
    known: await unchangedTables(context, run),
    rowsOnly: options.mode !== 'create',
    mayHaveMore: options.mode === 'append' || options.mode === 'upsert',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onProgress: (table, count) => {
      rows.set(table, count);
      const allRows = [...rows.values()].reduce((sum, one) => sum + one, 0);
      options.onProgress?.({ step: 'verifying', table, rows: count, isDone: false, allRows, totalRows });
    },
  });
}
