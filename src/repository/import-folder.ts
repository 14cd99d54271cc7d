import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { type Customer, type FieldValue, differences, fieldOf, withValues } from '../model/customer.ts';
import { CustomerStore, type Update, type WordsSink } from './customer-store.ts';
import type { ImportRow } from './import-batch.ts';
import type { ImportCounts, ImportSettings } from './import-settings.ts';
import { withPhoneOfCountry } from './phone-of-country.ts';
import type { RunLog } from './run-log.ts';

const PAGE = 1000;

/** A row that is about an existing customer. */
export interface Matched {
  readonly target: number;
  /** Its place among the rows put aside. */
  readonly seq: number;
  readonly row: ImportRow;
  /** External ids that the customer has by this row for the first time; they are stored already. */
  readonly attached: ImportRow['ids'];
}

/** Rows of one customer in file order, with what is stored of it. */
interface Group {
  readonly target: number;
  readonly rows: readonly Pick<Matched, 'row' | 'attached'>[];
}

/**
 * Third pass of an import: applies all rows of one existing customer together, in file order, so that importing the same
 * file again changes nothing even where two of its rows contradict each other, and one run makes one change of a customer.
 */
export class ImportFolder {
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #settings: ImportSettings;
  readonly #counts: ImportCounts;
  readonly #store: CustomerStore;
  #pending: Matched[] = [];
  #spilled = false;

  constructor(connection: Connection, log: RunLog, settings: ImportSettings, counts: ImportCounts, words: WordsSink) {
    this.#connection = connection;
    this.#log = log;
    this.#settings = settings;
    this.#counts = counts;
    this.#store = new CustomerStore(connection, words);
  }

  /** Adds a row. */
  async add(matched: Matched): Promise<void> {
    this.#pending.push(matched);
    if (this.#pending.length < PAGE) return;
    if (!this.#spilled) {
      await this.#connection.script(
        'CREATE TEMPORARY TABLE import_matched (target bigint NOT NULL, seq bigint NOT NULL, payload text NOT NULL, PRIMARY KEY (target, seq))',
      );
    }
    this.#spilled = true;
    await this.#spill();
  }

  async #spill(): Promise<void> {
    const rows = this.#pending.map(({ target, seq, row, attached }) => ({ target, seq, payload: JSON.stringify({ row, attached }) }));
    await this.#connection.upsert('import_matched', ['target', 'seq'], rows);
    this.#pending = [];
  }

  /** Applies everything added. */
  async fold(): Promise<void> {
    if (!this.#spilled) {
      this.#pending.sort((a, b) => a.target - b.target || a.seq - b.seq);
      await this.#applyGroups(groupsOf(this.#pending));
      this.#pending = [];
      return;
    }
    await this.#spill();
    let rest: Matched[] = [];
    for (let [target, seq] = [0, 0]; ; ) {
      const page = await this.#connection.all<{ target: number; seq: number; payload: string }>(
        'SELECT target, seq, payload FROM import_matched WHERE target > ? OR (target = ? AND seq > ?) ORDER BY target, seq LIMIT ?',
        [target, target, seq, PAGE],
      );
      const rows = [
        ...rest,
        ...page.map(({ target: of, seq: at, payload }) => ({
          target: of,
          seq: at,
          ...(JSON.parse(payload) as Pick<Matched, 'row' | 'attached'>),
        })),
      ];
      const last = page.at(-1);
      if (last === undefined) {
        await this.#applyGroups(groupsOf(rows));
        break;
      }
      rest = rows.filter((matched) => matched.target === last.target);
      await this.#applyGroups(groupsOf(rows.filter((matched) => matched.target !== last.target)));
      [target, seq] = [last.target, last.seq];
    }
    await this.#connection.script('DROP TABLE import_matched');
  }

  async #applyGroups(groups: readonly Group[]): Promise<void> {
    await this.#settings.check();
    const customers = await this.#store.load(groups.map((group) => group.target));
    const hasTags = groups.some((group) => group.rows.some(({ row }) => row.tags.length > 0));
    const tags = await this.#store.tagsOf(hasTags ? [...customers.keys()] : []);
    const saved: Update[] = [];
    const children: { table: 'tags' | 'external_ids'; row: SqlRow }[] = [];
    const marks: { rowHash: number; id: number }[] = [];
    for (const group of groups) {
      const stored = customers.get(group.target);
      if (stored === undefined) continue;
      const added = this.#applyGroup(group, stored, tags);
      children.push(...added.children);
      if (added.saved === null) continue;
      saved.push(added.saved);
      if (added.saved.rowHash === null) marks.push(...group.rows.map(({ row }) => ({ rowHash: row.rowHash, id: group.target })));
    }
    await this.#store.update(saved);
    await this.#store.mark(marks);
    await this.#store.saveChildren(
      'tags',
      children.filter((child) => child.table === 'tags').map((child) => child.row),
    );
    for (const { customer, changed } of saved) {
      if (changed !== null && !this.#log.made(customer.id))
        await this.#log.add({ entity: 'customers', id: customer.id, action: 'update', ...changed });
    }
    for (const { table, row } of children) {
      const id = row.customer_id as number;
      if (!this.#log.made(id))
        await this.#log.add({ entity: table, id, action: 'insert', before: null, after: row as Record<string, FieldValue> });
    }
  }

  #applyGroup(
    group: Group,
    stored: Customer,
    tags: Map<number, Set<string>>,
  ): { saved: Update | null; children: { table: 'tags' | 'external_ids'; row: SqlRow }[] } {
    const children: { table: 'tags' | 'external_ids'; row: SqlRow }[] = [];
    let state = stored;
    let changedRows = 0;
    for (const { row, attached } of group.rows) {
      const before = children.length;
      const next = applyRow(state, row, this.#settings.onMatch === 'fill' ? 'fill' : 'update');
      for (const tag of row.tags) {
        const had = tags.get(stored.id) ?? new Set<string>();
        if (had.has(tag)) continue;
        tags.set(stored.id, had.add(tag));
        children.push({ table: 'tags', row: { customer_id: stored.id, tag } });
      }
      for (const { source, id } of attached) {
        children.push({ table: 'external_ids', row: { source, external_id: id, customer_id: stored.id } });
      }
      if (next !== state || children.length > before) changedRows++;
      state = next;
    }
    if (state !== stored) state = withPhoneOfCountry(state);
    const changed = differences(stored, state);
    if (changed === null && children.length === 0) changedRows = 0;
    this.#counts.updated += changedRows;
    this.#counts.unchanged += group.rows.length - changedRows;
    if (changed === null && children.length === 0) return { saved: null, children };
    const made = this.#log.made(stored.id);
    const rowHash = group.rows.length === 1 && !made ? (group.rows[0] as Matched).row.rowHash : null;
    const customer = { ...state, version: stored.version + (made ? 0 : 1), updated_at: this.#settings.now };
    return { saved: { changed, customer, rowHash: this.#settings.onMatch === 'fill' ? null : rowHash }, children };
  }
}

/** The customer with the row applied; the same object when the row changes nothing. */
export function applyRow(customer: Customer, row: Pick<ImportRow, 'values'>, mode: 'update' | 'fill'): Customer {
  const values: Record<string, FieldValue> = {};
  for (const [field, value] of Object.entries(row.values)) if (changes(customer, field, value, mode)) values[field] = value;
  return Object.keys(values).length === 0 ? customer : withValues(customer, values);
}

/** Whether the row, applied, would leave the customer as it is. */
export function changesNothing(customer: Customer, { values }: Pick<ImportRow, 'values'>, mode: 'update' | 'fill'): boolean {
  for (const field in values) if (changes(customer, field, values[field] as FieldValue, mode)) return false;
  return true;
}

function changes(customer: Customer, field: string, value: FieldValue, mode: 'update' | 'fill'): boolean {
  const stored = fieldOf(customer, field);
  return stored !== value && (mode === 'update' || (stored === null && value !== null));
}

function groupsOf(rows: readonly Matched[]): Group[] {
  const groups: { target: number; rows: Matched[] }[] = [];
  for (const matched of rows) {
    const last = groups.at(-1);
    if (last?.target === matched.target) last.rows.push(matched);
    else groups.push({ target: matched.target, rows: [matched] });
  }
  return groups;
}
