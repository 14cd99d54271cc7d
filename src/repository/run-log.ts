import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import type { Change } from '../model/changeset.ts';
import { requireNoArchive } from './archive-mark.ts';
import { storedJson } from './stored-json.ts';

/** What a run says of itself when it starts. */
export interface RunHeader {
  /** The command: import, edit, undo … */
  readonly command: string;
  /** Its arguments, without secrets. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly actor: string;
  readonly host: string;
  readonly sourceName?: string;
  /** Hex SHA-256 of the source's bytes; may be set when the run ends. */
  readonly sourceSha256?: string;
  readonly undoesRun?: number;
}

/** A run as history shows it. */
export interface Run {
  readonly id: number;
  readonly command: string;
  readonly status: 'running' | 'done' | 'undone' | 'failed';
  readonly actor: string;
  readonly host: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly source_name: string | null;
  readonly source_sha256: string | null;
  /** Counts of what it did, by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly undoes_run: number | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** A change of a run, as history shows it. */
export interface RecordedChange extends Change {
  readonly run: number;
  readonly seq: number;
}

const BATCH = 5000;
/** Whom changes of products belong to: their ids are not those of customers. */
const NOBODY = 0;
const COLUMNS = 'id, command, status, actor, host, arguments, source_name, source_sha256, counts, undoes_run, started_at, finished_at';

/** Writes one run and its changes, inside the transaction that makes them. */
export class RunLog {
  readonly id: number;
  readonly #connection: Connection;
  #seq = 0;
  #pending: SqlRow[] = [];
  #range: { readonly firstId: number; readonly lastId: number } | null = null;
  #firstMade = Number.POSITIVE_INFINITY;

  private constructor(connection: Connection, id: number, seq = 0) {
    this.#connection = connection;
    this.id = id;
    this.#seq = seq;
  }

  /** Starts a run. @throws {CrmError} PERMISSION in an archive */
  static async start(connection: Connection, header: RunHeader, now: string): Promise<RunLog> {
    await requireNoArchive(connection);
    const id = await connection.reserveIds('runs', 1);
    await connection.upsert(
      'runs',
      ['id'],
      [
        {
          id,
          command: header.command,
          status: 'running',
          actor: header.actor,
          host: header.host,
          arguments: JSON.stringify(header.arguments),
          source_name: header.sourceName ?? null,
          source_sha256: header.sourceSha256 ?? null,
          counts: '{}',
          undoes_run: header.undoesRun ?? null,
          started_at: now,
        },
      ],
    );
    return new RunLog(connection, id);
  }

  /** Goes on with a run in a further transaction, after the change `seq`. */
  static resume(connection: Connection, { id, seq }: { readonly id: number; readonly seq: number }): RunLog {
    return new RunLog(connection, id, seq);
  }

  /** Position of the last change. */
  get seq(): number {
    return this.#seq;
  }

  /** Writes what is pending, and what the run counts by now, where its work goes on in a further transaction. */
  async pause(counts: Readonly<Record<string, number>>): Promise<void> {
    await this.flush();
    await this.#connection.run('UPDATE runs SET counts = ? WHERE id = ?', [JSON.stringify(counts), this.id]);
  }

  /** Records a change; written in batches. */
  async add(change: Change): Promise<void> {
    this.#pending.push({
      entity_id: change.entity === 'products' ? NOBODY : change.id,
      run_id: this.id,
      seq: ++this.#seq,
      entity: change.entity,
      action: change.action,
      before: change.before === null ? null : JSON.stringify(change.before),
      after: change.after === null ? null : JSON.stringify(change.after),
      rules: change.rules === undefined ? null : JSON.stringify(change.rules),
    });
    if (this.#pending.length >= BATCH) await this.flush();
  }

  /** Writes what is pending. */
  async flush(): Promise<void> {
    // In the order in which they are kept: rows that follow one another are written together.
    const rows = this.#pending.sort((a, b) => (a.entity_id as number) - (b.entity_id as number));
    this.#pending = [];
    await this.#connection.upsert('changes', ['entity_id', 'run_id', 'seq'], rows);
  }

  /** Records that this run made the customers with these ids, with what belongs to them; neighbouring ranges are joined. */
  async addInserts(firstId: number, lastId: number): Promise<void> {
    this.#firstMade = Math.min(this.#firstMade, firstId);
    if (this.#range !== null && this.#range.lastId + 1 === firstId) {
      this.#range = { firstId: this.#range.firstId, lastId };
      return;
    }
    await this.#flushRange();
    this.#range = { firstId, lastId };
  }

  /** The lowest id of the customers that this run made; infinite while there is none. */
  get firstMade(): number {
    return this.#firstMade;
  }

  /** Whether this run made the customer: ids grow, and one run writes at a time. */
  made(id: number): boolean {
    return id >= this.#firstMade;
  }

  async #flushRange(): Promise<void> {
    if (this.#range === null) return;
    const { firstId, lastId } = this.#range;
    await this.#connection.upsert(
      'run_inserts',
      ['run_id', 'entity', 'first_id'],
      [{ run_id: this.id, entity: 'customers', first_id: firstId, last_id: lastId }],
    );
    this.#range = null;
  }

  /** Ends the run, unless somebody took it back meanwhile. */
  async finish(
    counts: Readonly<Record<string, number>>,
    now: string,
    sourceSha256?: string,
    status: 'done' | 'failed' = 'done',
  ): Promise<void> {
    await this.flush();
    await this.#flushRange();
    const sql =
      'UPDATE runs SET status = ?, counts = ?, finished_at = ?, source_sha256 = COALESCE(?, source_sha256) WHERE id = ? AND status = ?';
    await this.#connection.run(sql, [status, JSON.stringify(counts), now, sourceSha256 ?? null, this.id, 'running']);
  }
}

/** The run of that number. @throws {CrmError} NOT_FOUND */
export async function getRun(reader: Pick<Connection, 'all'>, id: number): Promise<Run> {
  const [row] = await reader.all(`SELECT ${COLUMNS} FROM runs WHERE id = ?`, [id]);
  if (row === undefined) {
    const [newest] = await reader.all<{ id: number | null }>('SELECT max(id) AS id FROM runs');
    const last = newest?.id ?? null;
    throw new CrmError('NOT_FOUND', `there is no run ${id}`, {
      hint: last === null ? 'nothing was done yet' : `the newest is ${last}; list the runs with: crm history`,
    });
  }
  return runOf(row);
}

/** The newest runs first; with `customer`, those that touched it, or a customer that was merged into it. */
export async function listRuns(reader: Pick<Connection, 'all'>, options: { limit: number; customer?: number }): Promise<Run[]> {
  const { customer, limit } = options;
  if (customer === undefined) return (await reader.all(`SELECT ${COLUMNS} FROM runs ORDER BY id DESC LIMIT ?`, [limit])).map(runOf);
  const rows = await reader.all(
    `SELECT ${COLUMNS} FROM runs WHERE id IN (SELECT run_id FROM changes WHERE entity_id = ?)
       OR id IN (SELECT c.run_id FROM redirects r JOIN changes c ON c.entity_id = r.old_id WHERE r.customer_id = ?)
       OR id IN (SELECT run_id FROM run_inserts WHERE entity = 'customers' AND first_id <= ? AND last_id >= ?)
       OR id IN (SELECT run_id FROM archived_customers WHERE id = ?)
       OR id IN (SELECT run_id FROM archive_returns WHERE first_id <= ? AND last_id >= ?) ORDER BY id DESC LIMIT ?`,
    [...new Array<number>(7).fill(customer), limit],
  );
  return rows.map(runOf);
}

/** Customers that a run made in one go: `first_id` to `last_id`. */
export interface RecordedInserts {
  readonly entity: 'customers';
  readonly first_id: number;
  readonly last_id: number;
}

/** What a run made in bulk, in the order of ids. */
export async function listInserts(reader: Pick<Connection, 'all'>, run: number): Promise<RecordedInserts[]> {
  const rows = await reader.all('SELECT entity, first_id, last_id FROM run_inserts WHERE run_id = ? ORDER BY first_id', [run]);
  return rows as unknown as RecordedInserts[];
}

/** The newest run that stands and is no undo, one that was broken off included; null when there is none. */
export async function lastDoneRun(reader: Pick<Connection, 'all'>): Promise<Run | null> {
  const [row] = await reader.all(`SELECT ${COLUMNS} FROM runs WHERE status <> 'undone' AND undoes_run IS NULL ORDER BY id DESC LIMIT 1`);
  return row === undefined ? null : runOf(row);
}

/** Changes of one run or of one customer, in the order they were made, `limit` after position `after`. */
export async function listChanges(
  reader: Pick<Connection, 'all'>,
  which: { run?: number; customer?: number; limit: number },
): Promise<RecordedChange[]> {
  const conditions: string[] = [];
  const parameters: SqlValue[] = [];
  if (which.run !== undefined) {
    conditions.push('run_id = ?');
    parameters.push(which.run);
  }
  if (which.customer !== undefined) {
    conditions.push('entity_id = ?');
    parameters.push(which.customer);
  }
  const rows = await reader.all(
    `SELECT entity_id, run_id, seq, entity, action, before, after, rules FROM changes WHERE ${conditions.join(' AND ')} ORDER BY run_id, seq LIMIT ?`,
    [...parameters, which.limit],
  );
  return rows.map(changeOf);
}

/** The change in a row of `changes`. */
export function changeOf(row: SqlRow): RecordedChange {
  const json = (value: SqlValue | undefined): Change['before'] => (typeof value === 'string' ? storedJson(value) : null);
  const [before, after] = [json(row.before), json(row.after)];
  return {
    run: row.run_id as number,
    seq: row.seq as number,
    entity: row.entity as Change['entity'],
    id: (row.entity === 'products' ? (after ?? before)?.id : row.entity_id) as number,
    action: row.action as Change['action'],
    before,
    after,
    ...(typeof row.rules === 'string' ? { rules: storedJson<Readonly<Record<string, string>>>(row.rules) } : {}),
  };
}

function runOf(row: SqlRow): Run {
  return { ...row, arguments: storedJson(row.arguments as string), counts: storedJson(row.counts as string) } as unknown as Run;
}
