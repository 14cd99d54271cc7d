import type { CopyContext } from './copy-context.ts';
import { NOTHING_COPIED, type TableState } from './copy-ledger.ts';
import { CopyRun } from './copy-run.ts';
import { verifyCopy } from './copy-verify.ts';

/**
 * How far the tables of a copy are that shall go on, and of which the ledger knows nothing: at their ends where the target
 * has all of them as the source has, because the copy was killed after its last step. Only reads.
 */
export async function statesOfComplete(context: CopyContext, copy: string): Promise<ReadonlyMap<string, TableState>> {
  const { planned, snapshot, options } = context;
  if (options.mode !== 'create' || !planned.every(({ exists }) => exists)) return new Map();
  const states = new Map<string, TableState>();
  for (const { plan } of planned) {
    const rows = await snapshot.count(plan.source);
    states.set(plan.source.name, { ...NOTHING_COPIED, read: rows, written: rows, isEnd: true });
  }
  const { differences, tables } = await verifyCopy(context, new CopyRun(context, copy, states, null));
  const all = tables.reduce((sum, table) => sum + table.differences, 0);
  // Keys and references may be missing still: they come after the rows.
  return differences.length >= all && differences.every(({ kind }) => kind === 'schema') ? states : new Map();
}
