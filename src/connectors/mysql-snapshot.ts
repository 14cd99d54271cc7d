import { CrmError } from '../errors.ts';
import { type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { rowQuery, streamRows } from './mysql-read.ts';
import { readSchema, readTables } from './mysql-schema.ts';
import { type MysqlServer, type MysqlSession, quoteMysqlName } from './mysql-session.ts';

/** Rows of a page where a single session serves several readers. */
const PAGE_ROWS = 20_000;

/** Opens sessions that see the database as it is now, all of them the same. */
export interface SnapshotSource {
  readonly server: MysqlServer;
  readonly open: () => Promise<MysqlSession>;
  /** How many sessions may read. */
  readonly readers: number;
}

/** Takes a snapshot: sessions that began their transactions while nobody could change a table. */
export async function takeMysqlSnapshot(source: SnapshotSource): Promise<Snapshot> {
  const sessions: MysqlSession[] = [];
  try {
    const first = await source.open();
    sessions.push(first);
    const isHeld = await holdTables(first);
    const readers: MysqlSession[] = [];
    for (let i = 0; i < (isHeld ? source.readers + 1 : 1); i++) {
      const session = await source.open();
      sessions.push(session);
      await session.do('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
      readers.push(session);
    }
    await first.do('UNLOCK TABLES');
    return new MysqlSnapshot(source.server, first, readers);
  } catch (error) {
    for (const session of sessions) await session.close();
    throw error;
  }
}

/** Keeps others from changing tables for a moment; false where the user may not do that, or somebody is writing for long. */
async function holdTables(session: MysqlSession): Promise<boolean> {
  const tables = (await readTables(session)).filter(({ kind }) => kind === 'table');
  if (tables.length === 0) return true;
  try {
    await session.do(`LOCK TABLES ${tables.map(({ name }) => `${quoteMysqlName(name)} READ`).join(', ')}`);
    return true;
  } catch (error) {
    if (error instanceof CrmError && ['PERMISSION', 'BUSY'].includes(error.code)) return false;
    throw error;
  }
}

class MysqlSnapshot implements Snapshot {
  readonly #server: MysqlServer;
  /** Stops queries of the others. */
  readonly #control: MysqlSession;
  /** The session for descriptions and counts, and for pages where there is no other. */
  readonly #common: MysqlSession;
  readonly #all: readonly MysqlSession[];
  readonly #free: MysqlSession[];
  readonly #isShared: boolean;
  readonly #waiting: ((session: MysqlSession) => void)[] = [];

  constructor(server: MysqlServer, control: MysqlSession, readers: readonly MysqlSession[]) {
    const [common, ...free] = readers;
    this.#server = server;
    this.#control = control;
    this.#common = common as MysqlSession;
    this.#all = [control, ...readers];
    this.#free = free;
    this.#isShared = free.length === 0;
  }

  tables(): Promise<readonly TableEntry[]> {
    return readTables(this.#common);
  }

  schema(table: string): Promise<TableSchema> {
    return readSchema(this.#common, this.#server, table);
  }

  async count(table: TableSchema): Promise<number> {
    const [row] = await this.#common.rows(`SELECT COUNT(*) AS n FROM ${quoteMysqlName(table.name)}`);
    return Number(row?.n);
  }

  read(request: ReadRequest): AsyncIterable<readonly Row[]> {
    return this.#isShared ? this.#readPages(request) : this.#readStream(request);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((session) => session.close()));
  }

  async *#readStream(request: ReadRequest): AsyncGenerator<readonly Row[]> {
    const session = this.#free.pop() ?? (await new Promise<MysqlSession>((resolve) => this.#waiting.push(resolve)));
    const stop = async (): Promise<void> => {
      await this.#control.do(`KILL QUERY ${session.threadId}`).catch(() => undefined); // it may have ended by itself
    };
    try {
      yield* streamRows(session, rowQuery(request, this.#server), request.batch, stop);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(session);
      else next(session);
    }
  }

  /** Page by page, so that readers take turns: by key where there is one, else by number of row. */
  async *#readPages(request: ReadRequest): AsyncGenerator<readonly Row[]> {
    const key = rowKey(request.table);
    const columns = [...new Set([...request.columns, ...key])];
    const hasKey = key.length > 0;
    const width = request.columns.length;
    let after = request.after ?? null;
    for (let offset = 0; ; offset += hasKey ? 0 : PAGE_ROWS) {
      const page = { ...request, columns, ordered: hasKey, after };
      const query = rowQuery(page, this.#server, { limit: PAGE_ROWS, offset });
      const rows: Row[] = [];
      for await (const some of streamRows(this.#common, query, PAGE_ROWS, async () => {})) rows.push(...some);
      for (let i = 0; i < rows.length; i += request.batch) {
        yield rows.slice(i, i + request.batch).map((row) => (row.length === width ? row : row.slice(0, width)));
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_ROWS) return;
      after = hasKey ? key.map((name) => last[columns.indexOf(name)] ?? null) : null;
    }
  }
}
