import { copiedSource } from './copied-source.ts';
import type { CopyContext } from './copy-context.ts';
import type { CopyRun } from './copy-run.ts';
import { sinceOf } from './copy-since.ts';
import { unchangedTables } from './unchanged-tables.ts';
import { type VerifyResult, verifyTables } from './verify-tables.ts';

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
