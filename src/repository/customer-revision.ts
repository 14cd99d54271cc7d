import type { Connection, Engine } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { type Customer, type FieldValue, type FieldValues, fieldOf, withFields } from '../model/customer.ts';
import type { PlanSink } from '../model/plan.ts';
import { compileCustomerCondition } from './customer-query.ts';
import { CUSTOMER_COLUMNS } from './customer-rows.ts';
import { CustomerStore, type Update } from './customer-store.ts';
import { KEY_CELLS } from './import-batch.ts';
import { PlanRecorder } from './plan-recorder.ts';
import type { QueryOptions } from './query-options.ts';
import { type RevisedContact, type StoredContact, contactsOf, writeContacts } from './revised-contacts.ts';
import { RunLog, type RunHeader } from './run-log.ts';
import { storedJson } from './stored-json.ts';

const PAGE = 1000;
/** So many marks wait to be written in order. */
const MARKS = 500_000;

/** What becomes of one customer: fields with their new values, custom ones as `attributes.NAME`. */
export interface Revision {
  /** The customer as it was read: values of `CUSTOMER_COLUMNS`. */
  readonly row: readonly SqlValue[];
  readonly values: FieldValues;
  /** Rules that values follow from, by field. */
  readonly rules?: Readonly<Record<string, string>> | undefined;
}

/** First and last time a customer was in contact, ISO-8601 UTC. */
export interface ContactTimes {
  readonly first: string;
  readonly last: string;
}

/** Looks up what hangs on customers while they are revised. */
export interface RevisionLookups {
  /** Of those customers that have interactions. */
  contactTimes(ids: readonly number[]): Promise<ReadonlyMap<number, ContactTimes>>;
}

/** Decides what becomes of customers; sees each of them once, by id. */
export interface Reviser {
  /** @param rows values of `CUSTOMER_COLUMNS` */
  customers(rows: readonly (readonly SqlValue[])[], lookups: RevisionLookups): Promise<readonly Revision[]> | readonly Revision[];
  /** Contact points of some customers; not called when it is absent. */
  contacts?(contacts: readonly StoredContact[]): readonly RevisedContact[];
  /** Called after each batch; a throw rolls everything back. */
  check(): Promise<void>;
  /** Called when all were seen; a throw rolls everything back. */
  finish(): void;
  /** What the run counts in the end. */
  counts(): Readonly<Record<string, number>>;
}

/** Which customers are revised, and what is done about it. */
export interface RevisionRequest {
  readonly arguments: RunHeader['arguments'];
  /** Filter, search or ids; none means all. */
  readonly selection: Pick<QueryOptions, 'filter' | 'search' | 'ids'>;
  /** look: only reads, without a lock; roll back: writes, for a plan, and takes it back. */
  readonly mode: 'look' | 'roll back' | 'write';
  /** Writes down as a plan what is done. */
  readonly record?: PlanSink;
}

/**
 * Lets `reviser` go through stored customers, and writes what it says of them as one run in one transaction, with memory that
 * does not grow with their number. Nothing to change makes no run.
 * @returns the run; null where nothing was written
 * @throws {CrmError} BUSY; FILTER_SYNTAX, UNKNOWN_FIELD
 */
export async function reviseCustomers(
  engine: Engine,
  request: RevisionRequest,
  header: RunHeader,
  clock: () => Date,
  reviser: Reviser,
): Promise<number | null> {
  const now = clock().toISOString();
  const { text, parameters } = await compileCustomerCondition(engine, request.selection, clock());
  const rows = engine.stream(
    `SELECT ${CUSTOMER_COLUMNS.map((name) => `customers.${name}`).join(', ')} FROM customers${text} ORDER BY customers.id`,
    parameters,
  );
  if (request.mode === 'look') {
    await pass(engine, rows, reviser, null);
    return null;
  }
  return engine.transaction(
    async (connection) => {
      const start = (): Promise<RunLog> => RunLog.start(connection, header, now);
      const isRecorded = request.record !== undefined;
      const writer = new RevisionWriter(connection, start, now, isRecorded ? await start() : null);
      const recorder = isRecorded
        ? await PlanRecorder.start(
            connection,
            writer.log as RunLog,
            { sink: request.record, files: [] },
            { ...header, database: engine.label, now },
          )
        : null;
      await pass(connection, rows, reviser, writer);
      await writer.log?.finish(reviser.counts(), clock().toISOString());
      await recorder?.finish();
      return request.mode === 'write' ? (writer.log?.id ?? null) : null;
    },
    { commit: request.mode === 'write' },
  );
}

async function pass(
  reader: Pick<Connection, 'all' | 'facts'>,
  batches: AsyncIterable<readonly (readonly SqlValue[])[]>,
  reviser: Reviser,
  writer: RevisionWriter | null,
): Promise<void> {
  const lookups: RevisionLookups = { contactTimes: (ids) => contactTimes(reader, ids) };
  const hasContacts = reviser.contacts !== undefined && (await reader.all('SELECT 1 AS found FROM contact_points LIMIT 1')).length > 0;
  for await (const rows of batches) {
    const revisions = await reviser.customers(rows, lookups);
    const contacts = hasContacts ? (reviser.contacts?.(await contactsOf(reader, rows)) ?? []) : [];
    await writer?.write(revisions, contacts);
    await reviser.check();
  }
  reviser.finish();
  await writer?.flushMarks();
}

/** Writes revisions of customers and of their contact points, and records them. */
class RevisionWriter {
  readonly #connection: Connection;
  readonly #store: CustomerStore;
  readonly #start: () => Promise<RunLog>;
  readonly #now: string;
  #log: RunLog | null;
  #marks: { readonly rowHash: number; readonly id: number }[] = [];

  constructor(connection: Connection, start: () => Promise<RunLog>, now: string, log: RunLog | null) {
    this.#connection = connection;
    this.#store = new CustomerStore(connection);
    this.#start = start;
    this.#now = now;
    this.#log = log;
  }

  /** The run; null while there is nothing to record. */
  get log(): RunLog | null {
    return this.#log;
  }

  async write(revisions: readonly Revision[], contacts: readonly RevisedContact[]): Promise<void> {
    if (revisions.length === 0 && contacts.length === 0) return;
    this.#log ??= await this.#start();
    const log = this.#log;
    const updates = revisions.map((revision) => this.#updateOf(revision));
    await this.#store.update(updates, await this.#storedKeys(updates));
    for (const [i, { customer, changed }] of updates.entries()) {
      const { rules } = revisions[i] as Revision;
      await log.add({ entity: 'customers', id: customer.id, action: 'update', ...changed, ...(rules === undefined ? {} : { rules }) });
    }
    if (contacts.length === 0) return;
    const written = new Set(updates.map(({ customer }) => customer.id));
    for (const change of await writeContacts(this.#store, contacts)) await log.add(change);
    await this.#store.touch(
      [...new Set(contacts.map(({ contact }) => contact.customer_id))].filter((id) => !written.has(id)),
      this.#now,
    );
  }

  /** What is stored of these customers beside their fields; the rows that they were equal to are remembered for `flushMarks`. */
  async #storedKeys(updates: readonly Update[]): Promise<ReadonlyMap<number, SqlRow>> {
    const rows = await this.#connection.all(
      `SELECT id, row_hash, ${KEY_CELLS.join(', ')} FROM customers WHERE ${this.#connection.facts.inJsonArray('id', 'integer')}`,
      [JSON.stringify(updates.map(({ customer }) => customer.id))],
    );
    for (const { id, row_hash } of rows) if (row_hash !== null) this.#marks.push({ rowHash: row_hash as number, id: id as number });
    if (this.#marks.length >= MARKS) await this.flushMarks();
    return new Map(rows.map((row) => [row.id as number, row]));
  }

  /** Writes the marks that wait, in the order of the rows' hashes, by which they are kept. */
  async flushMarks(): Promise<void> {
    const marks = this.#marks.sort((a, b) => a.rowHash - b.rowHash || a.id - b.id);
    this.#marks = [];
    for (let at = 0; at < marks.length; at += PAGE) await this.#store.mark(marks.slice(at, at + PAGE));
  }

  #updateOf({ row, values }: Revision): Update & { readonly changed: NonNullable<Update['changed']> } {
    const before = customerFrom(row);
    const old: Record<string, FieldValue> = {};
    for (const field of Object.keys(values)) old[field] = fieldOf(before, field);
    const customer = { ...withFields(before, values), version: before.version + 1, updated_at: this.#now };
    return { customer, rowHash: null, changed: { before: old, after: values } };
  }
}

/** The customer in values of `CUSTOMER_COLUMNS`. */
function customerFrom(values: readonly SqlValue[]): Customer {
  const row: Record<string, SqlValue> = {};
  for (let i = 0; i < CUSTOMER_COLUMNS.length; i++) row[CUSTOMER_COLUMNS[i] as string] = values[i] as SqlValue;
  const { attributes } = row;
  return Object.assign(row as object, { attributes: typeof attributes === 'string' ? storedJson(attributes) : {} }) as unknown as Customer;
}

async function contactTimes(reader: Pick<Connection, 'all' | 'facts'>, ids: readonly number[]): Promise<ReadonlyMap<number, ContactTimes>> {
  if (ids.length === 0) return new Map();
  const rows = await reader.all<{ id: number; first: string; last: string }>(
    `SELECT customer_id AS id, min(occurred_at) AS first, max(occurred_at) AS last FROM interactions
     WHERE ${reader.facts.inJsonArray('customer_id', 'integer')} GROUP BY customer_id`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, first, last }) => [id, { first, last }]));
}
