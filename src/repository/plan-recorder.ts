import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CHILD_TABLES, type Change, type ChildTable } from '../model/changeset.ts';
import type { Customer, FieldValues } from '../model/customer.ts';
import { PLAN_FORMAT, PLAN_VERSION, type PlannedCustomer, type PlannedRow, type PlanSink } from '../model/plan.ts';
import { BitSet } from './bloom.ts';
import { CUSTOMER_COLUMNS, customerOf } from './customer-rows.ts';
import { CustomerStore, wholeOf } from './customer-store.ts';
import type { ImportSettings, RowOutcome } from './import-settings.ts';
import { baselineOf } from './plan-baseline.ts';
import { type FirstIds, nextChildIds, PlanIds } from './plan-ids.ts';
import { nearCustomers } from './plan-near.ts';
import { type RunHeader, type RunLog, changeOf } from './run-log.ts';

const PAGE = 1000;
const TABLES = Object.keys(CHILD_TABLES) as ChildTable[];

/** What a dry run is to be written down as. */
export interface PlanRecording {
  readonly sink: PlanSink;
  /** Names of the files, in the order in which they are read. */
  readonly files: readonly string[];
}

/**
 * Writes down as a plan what a run does, in the run's own transaction: what becomes of each row as it is settled, and in
 * the end what the run left behind, by its changeset and the customers it made. Memory does not grow with the run.
 */
export class PlanRecorder {
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #recording: PlanRecording;
  readonly #ids: PlanIds;
  readonly #firstIds: FirstIds;
  #firstProduct = Number.POSITIVE_INFINITY;
  readonly #hadCustomers: boolean;

  private constructor(connection: Connection, log: RunLog, recording: PlanRecording, state: { firstIds: FirstIds; hadCustomers: boolean }) {
    this.#connection = connection;
    this.#log = log;
    this.#recording = recording;
    this.#firstIds = state.firstIds;
    this.#hadCustomers = state.hadCustomers;
    this.#ids = new PlanIds(() => ({
      customers: log.firstMade,
      others: { ...state.firstIds, products: this.#firstProduct, runs: log.id },
    }));
  }

  /** Writes the header; to be called before the run does anything. */
  static async start(
    connection: Connection,
    log: RunLog,
    recording: PlanRecording,
    header: Pick<RunHeader, 'command' | 'arguments'> & { readonly database: string; readonly now: string },
  ): Promise<PlanRecorder> {
    const baseline = await baselineOf(connection, log.id);
    recording.sink.put({
      header: {
        format: PLAN_FORMAT,
        version: PLAN_VERSION,
        command: header.command,
        arguments: header.arguments,
        database: header.database,
        created_at: header.now,
        baseline,
      },
    });
    const firstIds = await nextChildIds(connection);
    return new PlanRecorder(connection, log, recording, { firstIds, hadCustomers: baseline.customers > 0 });
  }

  /** The settings with which an import tells what it does to each row. */
  watch(settings: ImportSettings): ImportSettings {
    const { sink } = this.#recording;
    return {
      ...settings,
      onOutcome: (outcome) => sink.put({ row: this.#rowOf(outcome) }),
      onMarks: (marks) => {
        const stored = marks.filter(({ id }) => !this.#log.made(id));
        if (stored.length > 0) sink.put({ marks: stored.map(({ rowHash, id }) => [rowHash, id] as const) });
      },
      check: async () => {
        await settings.check();
        await sink.flush();
      },
    };
  }

  #rowOf({ file, line, outcome, customer, changed, children = [] }: RowOutcome): PlannedRow {
    const { before = {}, after = {} } = changed ?? {};
    const fields = Object.keys(after).map((field) => [field, { before: before[field] ?? null, after: after[field] ?? null }]);
    const rows = children.map(({ table, before: had, after: has }) => ({
      table,
      before: this.#row(table, had),
      after: this.#row(table, has),
    }));
    const changes = Object.fromEntries(fields) as NonNullable<PlannedRow['changes']>;
    return {
      file: this.#recording.files[file] ?? '',
      line,
      outcome,
      ...(customer === null ? {} : { customer: this.#ids.toPlan(customer) }),
      ...(fields.length === 0 ? {} : { changes }),
      ...(rows.length === 0 ? {} : { children: rows }),
    };
  }

  #row(table: ChildTable, row: FieldValues | null): FieldValues | null {
    return row === null ? null : this.#ids.rowToPlan(table, row);
  }

  /** Writes the effects of the run, whose changes are all in the database. */
  async finish(): Promise<void> {
    const { sink } = this.#recording;
    const ranges = await this.#connection.all<{ first_id: number; last_id: number }>(
      "SELECT first_id, last_id FROM run_inserts WHERE run_id = ? AND entity = 'customers' ORDER BY first_id",
      [this.#log.id],
    );
    await this.#putIds((ranges.at(-1)?.last_id ?? 0) - this.#log.firstMade + 1);
    for (const { first_id, last_id } of ranges) await this.#putCreated(first_id, last_id);
    if (ranges.length > 0) {
      await this.#putLinks();
      await this.#putMarks();
    }
    await this.#putChanges();
    await sink.flush();
  }

  async #putIds(customers: number): Promise<void> {
    const id = `CAST(${this.#connection.facts.jsonText('after')} AS bigint)`;
    const [made] = await this.#connection.all<{ first: number | null; last: number | null }>(
      `SELECT min(${id}) AS first, max(${id}) AS last FROM changes WHERE run_id = ? AND entity = 'products' AND action = 'insert'`,
      ['id', 'id', this.#log.id],
    );
    this.#firstProduct = made?.first ?? Number.POSITIVE_INFINITY;
    const products = (made?.last ?? 0) - (made?.first ?? 1) + 1;
    const next = Object.entries(await nextChildIds(this.#connection));
    const others = next.map(([name, last = 1]) => [name, last - (this.#firstIds[name] ?? 1)] as const);
    const counts = [['customers', customers], ['products', products], ...others] as const;
    this.#recording.sink.put({ ids: Object.fromEntries(counts.filter(([, count]) => count > 0)) });
  }

  async #putCreated(firstId: number, lastId: number): Promise<void> {
    const store = new CustomerStore(this.#connection);
    const columns = [...CUSTOMER_COLUMNS, 'row_hash', 'email_key', 'phone_key'].join(', ');
    const sql = `SELECT ${columns} FROM customers WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ${PAGE}`;
    for (let from = firstId; ; ) {
      const rows = await this.#connection.all(sql, [from, lastId]);
      if (rows.length === 0) return;
      const ids = rows.map(({ id }) => id as number);
      const children = await this.#childrenOf(store, ids);
      const near = this.#hadCustomers ? await nearCustomers(this.#connection, rows, this.#log.firstMade) : null;
      for (const row of rows) {
        const id = row.id as number;
        this.#recording.sink.put({
          create: this.#created(
            row,
            children.get(id),
            near?.get(id)?.map((known) => known.id),
          ),
        });
      }
      await this.#recording.sink.flush();
      from = (ids.at(-1) as number) + 1;
    }
  }

  #created(row: SqlRow, children: PlannedCustomer['children'], near: readonly number[] | undefined): PlannedCustomer {
    const { row_hash, email_key: _, phone_key: __, ...columns } = row;
    const customer: Customer = customerOf(columns);
    const { updated_at: ___, ...fields } = wholeOf(customer);
    const follows = customer.company_id !== null && customer.company_id > customer.id;
    if (follows) delete (fields as Record<string, unknown>).company_id;
    return {
      id: this.#ids.toPlan(customer.id),
      customer: this.#ids.rowToPlan('customers', fields),
      rowHash: row_hash as number | null,
      ...(children === undefined ? {} : { children }),
      ...(near === undefined ? {} : { near: [...new Set(near)].sort((a, b) => a - b) }),
    };
  }

  async #childrenOf(store: CustomerStore, ids: readonly number[]): Promise<Map<number, NonNullable<PlannedCustomer['children']>>> {
    const found = new Map<number, Partial<Record<ChildTable, FieldValues[]>>>();
    for (const table of TABLES) {
      for (const row of (await store.children(table, ids)) as FieldValues[]) {
        const id = row.customer_id as number;
        const tables = found.get(id) ?? {};
        found.set(id, tables);
        const { customer_id: _, ...rest } = this.#ids.rowToPlan(table, row);
        const rows = tables[table];
        if (rows === undefined) tables[table] = [rest];
        else rows.push(rest);
      }
    }
    return found;
  }

  /** Companies made after the customers that belong to them. */
  async #putLinks(): Promise<void> {
    const sql = `SELECT id, company_id FROM customers WHERE id > ? AND company_id > id ORDER BY id LIMIT ${PAGE}`;
    for (let after = this.#log.firstMade - 1; ; ) {
      const rows = await this.#connection.all<{ id: number; company_id: number }>(sql, [after]);
      for (const { id, company_id } of rows) {
        this.#recording.sink.put({ link: { id: this.#ids.toPlan(id), company_id: this.#ids.toPlan(company_id) } });
      }
      await this.#recording.sink.flush();
      if (rows.length < PAGE) return;
      after = (rows.at(-1) as { id: number }).id;
    }
  }

  /** Rows that went to customers made by this run, which are no longer equal to them. */
  async #putMarks(): Promise<void> {
    const sql = `SELECT row_hash, customer_id FROM row_marks WHERE (row_hash, customer_id) > (?, ?) AND customer_id >= ?
      ORDER BY row_hash, customer_id LIMIT ${PAGE}`;
    for (let after: readonly [number, number] = [-1, 0]; ; ) {
      const rows = await this.#connection.all<{ row_hash: number; customer_id: number }>(sql, [...after, this.#log.firstMade]);
      if (rows.length === 0) return;
      this.#recording.sink.put({ marks: rows.map(({ row_hash, customer_id }) => [row_hash, this.#ids.toPlan(customer_id)] as const) });
      const last = rows.at(-1) as { row_hash: number; customer_id: number };
      after = [last.row_hash, last.customer_id];
    }
  }

  async #putChanges(): Promise<void> {
    const sql = `SELECT entity_id, run_id, seq, entity, action, before, after, rules FROM changes WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ${PAGE}`;
    const touched = new BitSet();
    for (let after = 0; ; ) {
      const page = (await this.#connection.all(sql, [this.#log.id, after])).map(changeOf);
      if (page.length === 0) return;
      for (const change of page) {
        const { run: _, seq: __, ...rest } = change;
        if (!this.#made(change)) this.#recording.sink.put({ change: this.#ids.changeToPlan(rest) });
      }
      const stored = page.flatMap((change) => (change.entity === 'products' || this.#made(change) ? [] : [change.id]));
      const fresh = [...new Set(stored)].filter((id) => !touched.has(id));
      for (const id of fresh) touched.add(id);
      await this.#putTouched(fresh);
      await this.#recording.sink.flush();
      after = (page.at(-1) as { seq: number }).seq;
    }
  }

  /** Whether a change is of a customer that this run made, whose effects are in its `create` line. */
  #made({ entity, id }: Pick<Change, 'entity' | 'id'>): boolean {
    return entity !== 'products' && this.#log.made(id);
  }

  async #putTouched(ids: readonly number[]): Promise<void> {
    const rows = await this.#connection.all<{ id: number; version: number; row_hash: number | null }>(
      `SELECT id, version, row_hash FROM customers WHERE ${this.#connection.facts.inJsonArray('id', 'integer')} ORDER BY id`,
      [JSON.stringify(ids)],
    );
    for (const { id, version, row_hash } of rows) this.#recording.sink.put({ touched: { id, version, rowHash: row_hash } });
  }
}
