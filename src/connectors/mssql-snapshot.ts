import { CrmError } from '../errors.ts';
import { type Row, storedColumns, type TableSchema } from '../model/table-schema.ts';
import type { ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { quoteMssqlTable } from './mssql-names.ts';
import { refuseClosed, rowQuery, streamRows } from './mssql-read.ts';
import { readSchema, readTables } from './mssql-schema.ts';
import type { MssqlServer, MssqlSession } from './mssql-session.ts';

/** Opens sessions on a database. */
export interface SnapshotSource {
  readonly server: MssqlServer;
  readonly open: () => Promise<MssqlSession>;
  /** How many sessions may read. */
  readonly readers: number;
  /** Whether all of them must see one moment. */
  readonly isOneMoment: boolean;
}

/**
 * Takes a snapshot: sessions that began their transactions while nobody could change a table.
 * @throws {CrmError} ENGINE where the database keeps no versions of rows
 */
export async function takeMssqlSnapshot(source: SnapshotSource): Promise<Snapshot> {
  const sessions: MssqlSession[] = [];
  const opened = async (): Promise<MssqlSession> => {
    const session = await source.open();
    sessions.push(session);
    return session;
  };
  try {
    const first = await opened();
    if (source.isOneMoment && !source.server.keepsVersions) throw noVersions(first.label);
    const tables = source.isOneMoment ? (await readTables(first)).filter(({ kind }) => kind === 'table') : [];
    const names = tables.map(({ name }) => quoteMssqlTable(name, source.server));
    await first.begin('committed');
    for (const name of names) await first.rows(`SELECT TOP (1) 1 AS held FROM ${name} WITH (TABLOCK, HOLDLOCK)`);
    const readers: MssqlSession[] = [];
    for (let i = 0; i <= source.readers; i++) readers.push(await began(await opened(), names[0], source.isOneMoment));
    await first.commit();
    await first.close();
    return new MssqlSnapshot(source.server, readers);
  } catch (error) {
    for (const session of sessions) await session.close();
    throw error;
  }
}

/** The server fixes the moment when the first row is read, not when the transaction begins. */
async function began(session: MssqlSession, table: string | undefined, isOneMoment: boolean): Promise<MssqlSession> {
  if (!isOneMoment) return session;
  await session.begin('snapshot');
  if (table !== undefined) await session.rows(`SELECT TOP (1) 1 AS seen FROM ${table}`);
  return session;
}

function noVersions(label: string): CrmError {
  return new CrmError('ENGINE', `${label} cannot show its tables as they are at one moment`, {
    hint: 'ALTER DATABASE name SET ALLOW_SNAPSHOT_ISOLATION ON, or, when nobody writes to it, add snapshot=off to the URL',
  });
}

class MssqlSnapshot implements Snapshot {
  readonly #server: MssqlServer;
  /** The session for descriptions and counts. */
  readonly #common: MssqlSession;
  readonly #all: readonly MssqlSession[];
  readonly #free: MssqlSession[];
  readonly #waiting: ((session: MssqlSession) => void)[] = [];
  /** One statement at a time runs in a session. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(server: MssqlServer, readers: readonly MssqlSession[]) {
    const [common, ...free] = readers;
    this.#server = server;
    this.#common = common as MssqlSession;
    this.#all = readers;
    this.#free = free;
  }

  tables(): Promise<readonly TableEntry[]> {
    return this.#inTurn(() => readTables(this.#common));
  }

  schema(table: string): Promise<TableSchema> {
    return this.#inTurn(() => readSchema(this.#common, this.#server, table));
  }

  async count(table: TableSchema): Promise<number> {
    const sql = `SELECT COUNT_BIG(*) AS n FROM ${quoteMssqlTable(table.name, this.#server)}`;
    const [row] = await this.#inTurn(() => this.#common.rows(sql));
    return Number(row?.n);
  }

  refuse(table: TableSchema): void {
    refuseClosed(table, storedColumns(table));
  }

  async *read(request: ReadRequest): AsyncGenerator<readonly Row[]> {
    const query = rowQuery(request, this.#server);
    const session = this.#free.pop() ?? (await new Promise<MssqlSession>((resolve) => this.#waiting.push(resolve)));
    try {
      yield* streamRows(session, query, request.batch);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(session);
      else next(session);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((session) => session.close()));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work);
    this.#turn = done;
    return done;
  }
}
