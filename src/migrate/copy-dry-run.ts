import { type CopiedRows, type CopyContext, rowsOf } from './copy-context.ts';
import { type Found, lookThrough, refuseConversions } from './copy-counted.ts';
import type { CopiedTable } from './copy-options.ts';

/**
 * Says what would be done: the SQL of tables that are to be made, and how many rows there are; with `strict`, what would be converted.
 * @throws {CrmError} GUARD_RAIL with `strict`
 */
export async function planOnly(context: CopyContext): Promise<CopiedRows> {
  const { snapshot, target, planned, options } = context;
  if (options.strict) await refuseAnyConversion(context);
  const tables: CopiedTable[] = [];
  for (const table of planned) {
    const { source } = table.plan;
    const read = options.since === null ? await snapshot.count(source) : (await lookThrough(rowsOf(context, table), options.signal)).rows;
    tables.push({ name: source.name, read, written: 0, rejected: 0, verified: null });
  }
  const plan = planned.flatMap((table) => (table.exists ? [] : target.plan(table.plan.target)));
  return { tables, conversions: [], rejects: null, differences: [], plan };
}

/** Reads all tables before anything is written. @throws {CrmError} GUARD_RAIL when not all of it can be held as it is */
export async function refuseAnyConversion(context: CopyContext): Promise<void> {
  const found: Found[] = [];
  for (const table of context.planned) found.push(await lookThrough(rowsOf(context, table), context.options.signal));
  try {
    refuseConversions(found);
  } catch (error) {
    context.conversions?.finish();
    throw error;
  }
}
