import type { Connection } from '../engines/connection.ts';
import type { Change } from '../model/changeset.ts';
import { type Customer, type FieldValue, type FieldValues, differences, fieldOf, withValues } from '../model/customer.ts';
import { BitSet } from './bloom.ts';
import { CustomerStore, type Saved, type Update, customerFromWhole, wholeOf } from './customer-store.ts';
import { GrowingTables } from './growing-tables.ts';
import { keepChanged } from './later-changes.ts';
import { ChildUndo, reverseProduct } from './related-undo.ts';
import { changesOf, concerned, isMadeRedirect, isMerge, mergedSince, redirectsOf } from './undo-merged.ts';
import { type RecordedChange, type Run, type RunLog, changeOf } from './run-log.ts';

/** A field that an undo left as it is, because somebody changed it after the run. */
export interface Kept {
  readonly entity: string;
  readonly id: number;
  /** Field name; `*` for a whole customer or row. */
  readonly field: string;
  readonly reason: string;
}

/** What an undo did. */
export interface UndoOutcome {
  /** Customers and rows brought back to what they were. */
  readonly reverted: number;
  readonly kept: readonly Kept[];
}

const PAGE = 3000;

/**
 * Reverses a run inside the open transaction, newest change first: what it inserted is removed, what it removed comes
 * back, what it updated gets its old values field by field. What was changed since stays and is reported.
 */
export class Undo {
  readonly #connection: Connection;
  readonly #store: CustomerStore;
  readonly #log: RunLog;
  readonly #now: string;
  readonly #kept: Kept[] = [];
  /** Companies that customers get back when all that comes back is there; `counted`: the customer is among the reverted. */
  readonly #companies = new Map<number, { readonly companyId: number; readonly counted: boolean }>();
  /** Customers that this undo has written, and those of which it has written something that belongs to them. */
  readonly #written = new BitSet();
  readonly #touched = new BitSet();
  #reverted = 0;
  #forgetsMarks = true;

  constructor(connection: Connection, log: RunLog, now: string) {
    this.#connection = connection;
    this.#store = new CustomerStore(connection);
    this.#log = log;
    this.#now = now;
  }

  /** Reverses `run`; `onProgress` is told how many changes are done. */
  async reverse(run: Run, onProgress: (done: number) => void | Promise<void> = () => {}): Promise<UndoOutcome> {
    this.#forgetsMarks = !(await isMerge(this.#connection, run));
    const growing = new GrowingTables(['changes', 'redirects', 'contact_points', 'external_ids'], 5 * PAGE);
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const page = (
        await this.#connection.all(
          'SELECT entity_id, run_id, seq, entity, action, before, after FROM changes WHERE run_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
          [run.id, before, PAGE],
        )
      ).map(changeOf);
      if (page.length === 0) break;
      await this.#reversePage(run.id, page);
      before = (page.at(-1) as RecordedChange).seq;
      await growing.tell(this.#connection, this.#reverted);
      await onProgress(this.#reverted);
    }
    const ranges = await this.#connection.all<{ first_id: number; last_id: number }>(
      'SELECT first_id, last_id FROM run_inserts WHERE run_id = ? ORDER BY first_id DESC',
      [run.id],
    );
    for (const range of ranges) await this.#removeRange(run.id, range.first_id, range.last_id, onProgress);
    await this.#touch();
    await this.#linkCompanies();
    await this.#connection.run('UPDATE runs SET status = ? WHERE id = ?', ['undone', run.id]);
    if (run.undoes_run !== null) await this.#connection.run('UPDATE runs SET status = ? WHERE id = ?', ['done', run.undoes_run]);
    return { reverted: this.#reverted, kept: this.#kept };
  }

  /** Reverses some changes of a run that merged customers, the newest first; the run itself stands. */
  async reverseMerge(runId: number, changes: readonly RecordedChange[]): Promise<UndoOutcome> {
    this.#forgetsMarks = false;
    for (let at = 0; at < changes.length; at += PAGE) await this.#reversePage(runId, changes.slice(at, at + PAGE));
    await this.#touch();
    await this.#linkCompanies();
    return { reverted: this.#reverted, kept: this.#kept };
  }

  #keep(change: Pick<Change, 'entity' | 'id'>, field: string, reason: string): void {
    this.#kept.push({ entity: change.entity, id: change.id, field, reason });
  }

  async #reversePage(runId: number, page: readonly RecordedChange[]): Promise<void> {
    const staying = await this.#changedSince(runId, page);
    for (const change of page) if (change.entity === 'products') await this.#reverseProduct(change);
    const changes = page.filter((change) => change.entity !== 'products' && !concerned(change).some((id) => staying.has(id)));
    // An old id leads to nobody else before its customer comes back.
    const touched = new Set(await this.#reverseRows(changes.filter(isMadeRedirect)));
    const merged = await mergedSince(this.#connection, runId, changes);
    const original = await this.#store.load(changes.filter((change) => change.entity === 'customers').map((change) => change.id));
    const states = new Map<number, Customer | null>(original);
    for (const change of changes) {
      if (change.entity !== 'customers') continue;
      if (merged.has(change.id)) this.#keep(change, '*', 'merged again since');
      else this.#reverseCustomer(change, states);
    }
    const saved = await this.#saveStates(original, states);
    for (const id of saved) this.#written.add(id);
    const rows = changes.filter((change) => change.entity !== 'customers' && !isMadeRedirect(change));
    for (const id of await this.#reverseRows(rows)) touched.add(id);
    const gone = [...states].flatMap(([id, state]) => (state === null && original.has(id) ? [original.get(id) as Customer] : []));
    await this.#remove(gone);
    for (const id of touched) this.#touched.add(id);
    // The rows of an import that was undone must not find their way back to customers that were the wrong ones.
    if (this.#forgetsMarks) await this.#store.forgetMarks([...saved, ...touched]);
  }

  /** Counts customers as changed of which only something that belongs to them was. */
  async #touch(): Promise<void> {
    let page: number[] = [];
    const write = async (): Promise<void> => {
      await this.#store.touch(page, this.#now);
      if (this.#forgetsMarks) await this.#store.forgetMarks(page);
      page = [];
    };
    for (const id of this.#touched.members()) {
      if (!this.#written.has(id)) page.push(id);
      if (page.length >= PAGE) await write();
    }
    await write();
  }

  /** @returns the customers of the rows that were reversed */
  async #reverseRows(changes: readonly RecordedChange[]): Promise<readonly number[]> {
    const children = new ChildUndo(this.#connection, this.#log, (change, field, reason) => this.#keep(change, field, reason));
    const { count, customers } = await children.reverse(changes);
    this.#reverted += count;
    return customers;
  }

  /** Customers that the run brought back and that were changed since: they stay, with all that belongs to them. */
  async #changedSince(runId: number, page: readonly RecordedChange[]): Promise<Set<number>> {
    const { facts } = this.#connection;
    const made = await this.#connection.all<{ id: number }>(
      `SELECT DISTINCT entity_id AS id FROM changes WHERE run_id = ? AND entity = 'customers' AND action = 'insert' AND ${facts.inJsonArray('entity_id', 'integer')}`,
      [runId, JSON.stringify([...new Set(page.flatMap(concerned))])],
    );
    const customers = await this.#store.load(made.map((row) => row.id));
    const changed = await this.#keepChanged(runId, [...customers.values()]);
    for (const change of page) {
      if (change.entity === 'customers' && change.action === 'insert' && changed.has(change.id)) this.#keep(change, '*', 'changed since');
    }
    return changed;
  }

  #keepChanged(runId: number, customers: readonly Customer[]): Promise<Set<number>> {
    return keepChanged(this.#connection, this.#store, { after: runId, before: this.#log.id }, customers);
  }

  #reverseCustomer(change: RecordedChange, states: Map<number, Customer | null>): void {
    const current = states.get(change.id) ?? null;
    if (change.action === 'delete') {
      if (current !== null) this.#keep(change, '*', 'exists again');
      else states.set(change.id, customerFromWhole(change.id, change.before as FieldValues));
      return;
    }
    if (current === null) {
      this.#keep(change, '*', 'deleted since');
    } else if (change.action === 'insert') {
      if (differences(current, customerFromWhole(change.id, change.after as FieldValues)) === null) states.set(change.id, null);
      else this.#keep(change, '*', 'changed since');
    } else {
      states.set(change.id, this.#restoreFields(change, current));
    }
  }

  #restoreFields(change: RecordedChange, current: Customer): Customer {
    const values: Record<string, FieldValue> = { name: current.name };
    for (const [field, after] of Object.entries(change.after ?? {})) {
      const [now, before] = [fieldOf(current, field), change.before?.[field] ?? null];
      if (now === after) values[field] = before;
      else if (now !== before) this.#keep(change, field, 'changed since');
    }
    return withValues(current, values);
  }

  /** @returns the ids of what was written */
  async #saveStates(original: ReadonlyMap<number, Customer>, states: ReadonlyMap<number, Customer | null>): Promise<Set<number>> {
    const restored: Saved[] = [];
    const updates: Update[] = [];
    for (const [id, state] of states) {
      const before = original.get(id);
      if (state === null || state === before) continue;
      const linked = { ...state, company_id: this.#heldCompany(before, state) };
      const customer = { ...linked, version: state.version + 1, updated_at: before === undefined ? state.updated_at : this.#now };
      const changed = before === undefined ? null : changesOf(before, customer);
      const isSame = before !== undefined && changed === null;
      if (state.company_id !== linked.company_id) this.#companies.set(id, { companyId: state.company_id as number, counted: !isSame });
      if (isSame) continue;
      if (changed === null) restored.push({ customer, rowHash: null });
      else updates.push({ customer, rowHash: null, changed });
      this.#reverted++;
      await this.#log.add(
        changed === null
          ? { entity: 'customers', id, action: 'insert', before: null, after: wholeOf(customer) }
          : { entity: 'customers', id, action: 'update', ...changed },
      );
    }
    await this.#store.save(restored);
    await this.#store.update(updates);
    return new Set([...restored, ...updates].map(({ customer }) => customer.id));
  }

  /** The company to be written now: one that is not there already may come back later, or never. */
  #heldCompany(before: Customer | undefined, state: Customer): number | null {
    const current = before?.company_id ?? null;
    return state.company_id === null || state.company_id === current ? state.company_id : current;
  }

  async #linkCompanies(): Promise<void> {
    const links = [...this.#companies];
    for (let at = 0; at < links.length; at += PAGE) {
      const page = links.slice(at, at + PAGE);
      const mergedInto = await redirectsOf(
        this.#connection,
        page.map(([, { companyId }]) => companyId),
      );
      const found = await this.#store.load([...page.flatMap(([id, { companyId }]) => [id, companyId]), ...mergedInto.values()]);
      const saved: Saved[] = [];
      for (const [id, { companyId: wanted, counted }] of page) {
        const before = found.get(id);
        if (before === undefined) continue;
        const companyId = found.has(wanted) ? wanted : (mergedInto.get(wanted) ?? wanted);
        if (companyId === before.company_id || (companyId === id && wanted !== id)) continue;
        if (!found.has(companyId)) {
          this.#keep({ entity: 'customers', id }, 'company_id', 'its company was deleted since');
          continue;
        }
        const customer = { ...before, company_id: companyId, version: before.version + 1, updated_at: this.#now };
        saved.push({ customer, rowHash: null });
        await this.#log.add({
          entity: 'customers',
          id,
          action: 'update',
          before: { company_id: before.company_id },
          after: { company_id: companyId },
        });
        if (!counted) this.#reverted++;
      }
      await this.#store.save(saved);
    }
  }

  async #reverseProduct(change: RecordedChange): Promise<void> {
    const kept = await reverseProduct(this.#connection, change);
    if (kept === undefined) return;
    if (kept !== null) return this.#keep(change, '*', kept);
    this.#reverted++;
    const action = change.before === null ? 'delete' : change.after === null ? 'insert' : 'update';
    await this.#log.add({ ...change, action, before: change.after, after: change.before });
  }

  async #removeRange(runId: number, firstId: number, lastId: number, onProgress: (done: number) => void | Promise<void>): Promise<void> {
    for (let from = firstId; ; ) {
      const ids = await this.#connection.all<{ id: number }>('SELECT id FROM customers WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?', [
        from,
        lastId,
        PAGE,
      ]);
      if (ids.length === 0) return;
      const customers = [...(await this.#store.load(ids.map((row) => row.id))).values()];
      const changed = await this.#keepChanged(
        runId,
        customers.filter((customer) => customer.version > 1),
      );
      for (const id of changed) this.#keep({ entity: 'customers', id }, '*', 'changed since');
      await this.#remove(customers.filter((customer) => !changed.has(customer.id)));
      from = (ids.at(-1) as { id: number }).id + 1;
      await onProgress(this.#reverted);
    }
  }

  async #remove(customers: readonly Customer[]): Promise<void> {
    if (customers.length === 0) return;
    for (const change of await this.#store.remove(customers)) await this.#log.add(change);
    this.#reverted += customers.length;
  }
}
