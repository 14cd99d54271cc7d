import { CrmError } from '../errors.ts';
import { statesOfComplete } from './copy-complete.ts';
import { type CopiedRows, type CopyContext, rowsOf } from './copy-context.ts';
import { lookThrough } from './copy-counted.ts';
import { refuseAnyConversion } from './copy-dry-run.ts';
import { tableStates, type TableState } from './copy-ledger.ts';
import { COPY_MODES, type CopyMode } from './copy-options.ts';
import { copyId } from './copy-place.ts';
import { brokenOff, CopyRun } from './copy-run.ts';
import { refuseRows } from './copy-target.ts';
import { verifyCopy } from './copy-verify.ts';

type States = ReadonlyMap<string, TableState>;

/** Makes the tables, copies the rows that the ledger does not have, and compares. */
export async function copyPlanned(context: CopyContext): Promise<CopiedRows> {
  const { target, planned, options, store, rejects } = context;
  const copy = idOf(context, options.mode);
  const states = await statesOf(context, copy);
  if (options.strict && states.size === 0) await refuseAnyConversion(context);
  await makeReady(context, states);
  await listAgain(context, states);
  const run = new CopyRun(context, copy, states, await totalRows(context));
  try {
    await run.run();
    const verification = options.verify ? await verifyCopy(context, run) : null;
    await target.forget(copy);
    const differing = new Set(verification?.tables.filter(({ differences }) => differences > 0).map(({ name }) => name));
    const tables = planned.map(({ plan: { source } }) => {
      const { read, written, rejects: rejected } = run.stateOf(source.name);
      return { name: source.name, read, written, rejected: rejected.length, verified: options.verify ? !differing.has(source.name) : null };
    });
    const conversions = tables.flatMap(({ name }) => run.stateOf(name).conversions.map((one) => ({ table: name, ...one })));
    context.conversions?.finish();
    return { tables, conversions, rejects: rejects.finish(), differences: verification?.differences ?? [], plan: [] };
  } catch (error) {
    throw brokenOff(error, run, { isResumable: store.facts.transactions, signal: options.signal });
  }
}

function idOf({ from, to, planned, options }: CopyContext, mode: CopyMode): string {
  return copyId({ from, to, mode, tables: planned.map(({ plan }) => plan.source.name), since: options.since });
}

/** How far tables are; to empty them first is to begin again. @throws {CrmError} USAGE when a copy was broken off and shall not go on */
async function statesOf(context: CopyContext, copy: string): Promise<States> {
  const { target, options } = context;
  const states = tableStates(await target.ledger(copy));
  if (options.resume) return states.size === 0 ? statesOfComplete(context, copy) : states;
  if (states.size === 0) return states;
  if (options.mode !== 'truncate') {
    throw new CrmError('USAGE', 'this copy was begun before and broken off', {
      hint: 'go on with --resume, or begin again with --mode truncate',
    });
  }
  return new Map();
}

/** @throws {CrmError} USAGE when a table that is to be made has rows */
async function makeReady(context: CopyContext, states: States): Promise<void> {
  const { target, planned, options, store } = context;
  const undone = planned.filter(({ plan }) => states.get(plan.source.name)?.isEnd !== true);
  if (states.size === 0 && options.mode === 'create') await refuseRows(store, planned);
  for (const { plan, exists } of planned) if (!exists) await target.create(plan.target);
  const existing = undone.filter(({ exists }) => exists).map(({ plan }) => plan.target);
  if (states.size === 0) {
    if (options.mode !== 'truncate') return;
    for (const mode of COPY_MODES) await target.forget(idOf(context, mode));
    await target.truncate(existing);
  } else if (!store.facts.transactions && (options.mode === 'create' || options.mode === 'truncate')) {
    // What was written of a table that is not done cannot be told from what was not.
    await target.truncate(existing);
  }
}

/** Rejected rows and converted cells of the parts that are there already go to the files of this run. */
async function listAgain(context: CopyContext, states: States): Promise<void> {
  const { planned, rejects, conversions, options } = context;
  for (const table of planned) {
    const { name } = table.plan.source;
    const state = states.get(name);
    if (state === undefined) continue;
    rejects.add(name, state.rejects);
    if (conversions === null || state.conversions.length === 0) continue;
    await lookThrough(rowsOf(context, table), options.signal, state.last);
  }
}

/** Only where somebody looks: counting reads every table once. */
async function totalRows({ snapshot, planned, options }: CopyContext): Promise<number | null> {
  if (options.onProgress === undefined || options.since !== null) return null;
  let total = 0;
  for (const { plan } of planned) total += await snapshot.count(plan.source);
  return total;
}
