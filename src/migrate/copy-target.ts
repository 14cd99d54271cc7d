import type { StoreFacts, TableStore, TableTarget } from '../connectors/connector.ts';
import { CrmError } from '../errors.ts';
import { rowKey, type TableSchema } from '../model/table-schema.ts';
import type { CopyMode } from './copy-options.ts';
import { parentsOf } from './copy-order.ts';
import { sameName, uniqueNames } from './fitting-names.ts';
import { matchTable, planTable, type TablePlan } from './table-plan.ts';
import { sameType } from './type-name.ts';

/** A table that is to be copied. */
export interface PlannedTable {
  readonly plan: TablePlan;
  /** Whether the target has it already. */
  readonly exists: boolean;
  /** Names of source tables whose rows must be there before. */
  readonly after: readonly string[];
}

/** What describes the tables that are there. */
export type TablesOf = Pick<TableTarget, 'tables' | 'schema'>;

/** Both ends of a copy, for planning. */
export interface PlanEnds {
  readonly from: StoreFacts;
  readonly to: StoreFacts;
  /** null: the target does not exist yet. */
  readonly target: TablesOf | null;
}

/**
 * Plans each table: one that the target has gets the rows as it is, another one is made.
 * @throws {CrmError} USAGE when a table of the target does not allow what is asked for
 */
export async function planTables(sources: readonly TableSchema[], ends: PlanEnds, mode: CopyMode): Promise<readonly PlannedTable[]> {
  const entries = (await ends.target?.tables()) ?? [];
  const names = uniqueNames(
    sources.map(({ name }) => name),
    ends.to,
  );
  const targetNames = new Map(sources.map(({ name }, at) => [name, names[at] as string]));
  const planned: PlannedTable[] = [];
  for (const source of sources) {
    const whole = planTable(source, ends.to, { targetNames, sameEngine: ends.from.name === ends.to.name });
    const fresh = withoutLoneReferences(whole, new Set([...names, ...entries.map(({ name }) => name)]));
    const entry = entries.find(({ name }) => name === fresh.target.name) ?? foldedEntry(entries, fresh.target.name, ends.to);
    if (entry?.kind === 'view') throw new CrmError('USAGE', `${entry.name} is a view in the target`, { hint: 'remove it, or rename it' });
    const existing = entry === undefined ? null : await (ends.target as TablesOf).schema(entry.name);
    if (existing !== null && mode === 'create') refuseOtherShape(existing, fresh.target);
    const matched = existing === null || mode === 'create' ? fresh : withNextNumbers(matchTable(source, existing, ends.to));
    const plan = ends.from.name === ends.to.name ? withoutNeedlessSteps(matched) : matched;
    refuseUnfitPlan(plan, mode);
    const earlier = new Set(planned.map((one) => one.plan.source.name));
    const after = existing === null || mode === 'create' ? [] : parentsIn(plan, sources, targetNames).filter((name) => earlier.has(name));
    planned.push({ plan, exists: existing !== null, after });
  }
  return planned;
}

/** @throws {CrmError} USAGE when a table that is to be made has rows already */
export async function refuseRows(store: TableStore, planned: readonly PlannedTable[]): Promise<void> {
  const existing = planned.filter(({ exists }) => exists);
  if (existing.length === 0) return;
  const snapshot = await store.snapshot();
  try {
    for (const { plan } of existing) {
      if ((await snapshot.count(await snapshot.schema(plan.target.name))) > 0) throw existsError(plan.target.name, 'with rows');
    }
  } finally {
    await snapshot.close();
  }
}

/** Only where names do not differ by case alone. */
function foldedEntry<T extends { readonly name: string }>(entries: readonly T[], wanted: string, facts: StoreFacts): T | undefined {
  return facts.name === 'postgres' ? undefined : entries.find(({ name }) => sameName(name, wanted));
}

function refuseOtherShape(existing: TableSchema, planned: TableSchema): void {
  const isSame =
    existing.columns.length === planned.columns.length &&
    planned.columns.every((column, at) => {
      const there = existing.columns[at];
      return there !== undefined && sameName(there.name, column.name) && sameType(there.type, column.type);
    });
  if (!isSame) throw existsError(existing.name, 'with other columns');
}

function existsError(table: string, what: string): CrmError {
  return new CrmError('USAGE', `the target has a table ${table} already, ${what}; nothing was written`, {
    hint: 'add to it with --mode append or --mode upsert, empty it first with --mode truncate, or choose another target',
    details: { table },
  });
}

function refuseUnfitPlan({ source, target, columns }: TablePlan, mode: CopyMode): void {
  if (columns.length === 0) {
    throw new CrmError('USAGE', `table ${source.name}: the target has none of its columns`, { hint: 'leave it out with --tables' });
  }
  if (mode !== 'upsert') return;
  const copied = new Set(columns.map((column) => column.target.name));
  const key = rowKey(target);
  if (key.length > 0 && key.every((name) => copied.has(name))) return;
  throw new CrmError('USAGE', `table ${source.name} has no key to find its rows by; nothing was written`, {
    hint: 'use --mode append or --mode truncate for it',
  });
}

/** A table that is made without the one that it points to has no reference to it. */
function withoutLoneReferences(plan: TablePlan, tables: ReadonlySet<string>): TablePlan {
  const { foreignKeys } = plan.target;
  const lone = foreignKeys.filter(({ table }) => !tables.has(table));
  if (lone.length === 0) return plan;
  const notes = lone.map(({ columns, table }) => ({
    table: plan.source.name,
    column: null,
    reason: `the reference of ${columns.join(', ')} to ${table} is not kept: ${table} is neither copied nor there`,
  }));
  const kept = foreignKeys.filter((key) => !lone.includes(key));
  return { ...plan, target: { ...plan.target, foreignKeys: kept }, notes: [...plan.notes, ...notes] };
}

/** Rows come into a table with numbers of its own: what is given next is behind those of both. */
function withNextNumbers(plan: TablePlan): TablePlan {
  const nextBySource = new Map(plan.columns.map(({ source, target }) => [target.name, source.nextIdentity]));
  const columns = plan.target.columns.map((column) => {
    const next = nextBySource.get(column.name) ?? null;
    return next !== null && column.nextIdentity !== null && next > column.nextIdentity ? { ...column, nextIdentity: next } : column;
  });
  return { ...plan, target: { ...plan.target, columns } };
}

/** What a column holds, one of the same type in the same kind of database holds as well. */
function withoutNeedlessSteps(plan: TablePlan): TablePlan {
  const columns = plan.columns.map((column) => (sameType(column.source.type, column.target.type) ? { ...column, convert: null } : column));
  return { ...plan, columns };
}

/** References of either side: the target checks its own at once. */
function parentsIn(
  { source, target }: TablePlan,
  sources: readonly TableSchema[],
  targetNames: ReadonlyMap<string, string>,
): readonly string[] {
  const parents = new Set([...parentsOf(source).map((name) => targetNames.get(name) ?? name), ...parentsOf(target)]);
  return sources.map(({ name }) => name).filter((name) => name !== source.name && parents.has(targetNames.get(name) ?? name));
}
