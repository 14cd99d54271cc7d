import type { SqlRow, SqlValue } from '../engines/engine.ts';
import type { Change, Entity } from '../model/changeset.ts';
import { sameRow } from './later-changes.ts';
import type { RelatedOutcome, RelatedRow } from './related-rows.ts';
import type { MergeMode, RelatedContext } from './related-table.ts';
import { storedJson } from './stored-json.ts';

/** A stored row of a table and what a batch makes of it. */
export interface RowState {
  /** As it is stored, null where the batch makes it. */
  readonly original: SqlRow | null;
  current: SqlRow;
}

/** Columns of a table that is imported. */
export interface RelatedTable {
  readonly entity: Exclude<Entity, 'customers'>;
  /** Columns that name one row. */
  readonly key: readonly string[];
  /** Columns that a row may say and that may be empty, and those that may not. */
  readonly optional: readonly string[];
  readonly required: readonly string[];
}

/** Rows of one table touched by a batch: written, and recorded as one change each, when the batch is done. */
export class RowStates {
  readonly #table: RelatedTable;
  readonly #touched = new Set<RowState>();

  constructor(table: RelatedTable) {
    this.#table = table;
  }

  /** A row that is to be made; `missing` names the first required column that nothing says. */
  create(row: Pick<RelatedRow, 'values' | 'attributes'>, own: SqlRow): RowState | { readonly missing: string } {
    const { key, optional, required } = this.#table;
    const current: Record<string, SqlValue> = { ...own };
    for (const column of [...optional, ...required]) if (current[column] === undefined) current[column] = row.values[column] ?? null;
    const missing = required.find((column) => current[column] === null);
    if (missing !== undefined) return { missing };
    const attributes = Object.entries(row.attributes).filter(([, value]) => value !== null);
    current.attributes = attributes.length === 0 ? null : JSON.stringify(Object.fromEntries(attributes));
    for (const column of key) current[column] ??= null;
    const state = { original: null, current };
    this.#touched.add(state);
    return state;
  }

  /** Applies a row to a stored one, or to one that the batch made. */
  merge(state: RowState, row: Pick<RelatedRow, 'values' | 'attributes'>, mode: MergeMode): RelatedOutcome {
    if (mode === 'skip') return 'skipped';
    const { optional, required } = this.#table;
    const changed: Record<string, SqlValue> = {};
    for (const column of [...optional, ...required]) {
      const value = row.values[column];
      const stored = state.current[column] ?? null;
      if (value === undefined || value === stored || (mode === 'fill' && stored !== null)) continue;
      if (value !== null || optional.includes(column)) changed[column] = value;
    }
    const attributes = mergedAttributes(state.current.attributes as string | null, row.attributes, mode);
    if (attributes !== undefined) changed.attributes = attributes;
    if (Object.keys(changed).length === 0) return 'unchanged';
    return this.set(state, changed);
  }

  /** Sets columns of a stored row. */
  set(state: RowState, columns: SqlRow): 'updated' {
    state.current = { ...state.current, ...columns };
    this.#touched.add(state);
    return 'updated';
  }

  /** Writes what the batch made and changed, and records it. */
  async save({ connection, log, customers }: RelatedContext): Promise<void> {
    const { entity, key } = this.#table;
    const states = [...this.#touched].filter(({ original, current }) => !sameRow(original, current));
    this.#touched.clear();
    await connection.upsert(
      entity,
      key,
      states.map(({ current }) => current),
    );
    for (const { original, current } of states) {
      const action = original === null ? 'insert' : 'update';
      const id = (entity === 'products' ? current.id : current.customer_id) as number;
      if (entity !== 'products') customers.add(id);
      await log.add({ entity, id, action, before: original as Change['before'], after: current as Change['after'] });
    }
  }
}

/** Custom fields as they are to be stored; undefined where nothing changes. */
function mergedAttributes(stored: string | null, given: RelatedRow['attributes'], mode: MergeMode): string | null | undefined {
  const entries = Object.entries(given);
  if (entries.length === 0) return undefined;
  const merged = new Map(Object.entries(stored === null ? {} : storedJson<Record<string, string>>(stored)));
  let changed = false;
  for (const [name, value] of entries) {
    const old = merged.get(name) ?? null;
    if (old === value || (mode === 'fill' && old !== null)) continue;
    changed = true;
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  if (!changed) return undefined;
  return merged.size === 0 ? null : JSON.stringify(Object.fromEntries(merged));
}

/** What two rows have in common that say the same: all columns named, and the custom fields in one order. */
export function contentOf(columns: readonly string[], row: SqlRow, attributes: string | null | RelatedRow['attributes']): string {
  const custom = typeof attributes === 'string' ? storedJson<Record<string, string>>(attributes) : (attributes ?? {});
  const named = Object.entries(custom).filter(([, value]) => value !== null);
  return JSON.stringify([columns.map((column) => row[column] ?? null), named.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))]);
}

/** The outcome of a row that lacks a value that a new row of its table needs. */
export function missingValue(column: string): RelatedOutcome {
  const field = column.replace(/_(minor|currency)$/, '');
  return { field, code: 'MISSING_VALUE', reason: `a new row needs a value for ${field}` };
}
