import { createHash } from 'node:crypto';
import type { Engine } from '../../../src/engines/connection.ts';
import type { SqlRow } from '../../../src/engines/engine.ts';

/** What was there before the commands that are compared: it must be the same in each of them to the last byte. */
export interface Era {
  /** Instants from here on are of the commands themselves: they differ from run to run. */
  readonly since: string;
  readonly lastRun: number;
  readonly lastCustomer: number;
  /** Folders differ too. */
  readonly folder: string;
}

/** All that a database holds: sorted lines by table. */
export type CanonicalState = Readonly<Record<string, readonly string[]>>;

/** How the full-text index lies on the disk follows from its history; which words it holds is checked elsewhere. */
const LAYOUT = /^customer_search_|^sqlite_stat|^sqlite_sequence$/;
/** Names that are made up at random. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const RUN_COLUMNS = new Set(['run_id', 'undoes_run', 'last_run']);
/** Ids of customers, which PostgreSQL does not use twice: those of a run that was broken off are left out. */
const CUSTOMER_COLUMNS = new Set([
  ...['customer_id', 'entity_id', 'old_id', 'left_id', 'right_id', 'company_id', 'cluster_id', 'auto_id', 'first_id', 'last_id'],
]);
const MEASURED = new Set(['duration_ms', 'elapsed_ms']);

/** Starts an era: what is there now is old. */
export async function beginEra(engine: Engine | null, folder: string): Promise<Era> {
  const highest = async (table: string): Promise<number> =>
    engine === null ? 0 : Number(((await engine.all(`SELECT COALESCE(max(id), 0) AS n FROM ${table}`))[0] as { n: number }).n);
  const [lastRun, lastCustomer] = [await highest('runs'), await highest('customers')];
  return { since: new Date().toISOString(), lastRun, lastCustomer, folder };
}

/**
 * Reads all tables and their definitions, without what legitimately differs between two times of doing the same: instants
 * since the era began, durations, the folder, and how far PostgreSQL's sequences have run.
 * @param mode `exact`: every run for itself; `joined`: what was done in several runs, broken off ones among them, is the
 * same as what was done in one, and runs that did nothing are nothing
 */
export async function canonicalState(engine: Engine, era: Era, mode: 'exact' | 'joined'): Promise<CanonicalState> {
  const state: Record<string, string[]> = { schema: await schemaLines(engine) };
  const reader = new LineReader(era, mode, await shiftsOf(engine, era), await runNames(engine, era, mode));
  for (const table of await tableNames(engine)) {
    let rows = await engine.all(`SELECT * FROM ${table}`);
    if (mode === 'joined') rows = joinedRows(table, rows, era, await workingRuns(engine));
    state[table] = rows.map((row) => reader.line(table, row)).sort();
    if (mode === 'joined' && table === 'runs') state[table] = [...new Set(state[table])];
  }
  return state;
}

/** A short name for a state. */
export function stateHash(state: CanonicalState | null): string {
  return state === null ? 'nothing' : createHash('sha256').update(JSON.stringify(state)).digest('hex').slice(0, 16);
}

/** The first lines in which two states differ, by table; empty when they are the same. */
export function stateDifferences(actual: CanonicalState | null, expected: CanonicalState | null): string[] {
  const differences: string[] = [];
  for (const table of new Set([...Object.keys(actual ?? {}), ...Object.keys(expected ?? {})])) {
    const [a, b] = [actual?.[table] ?? [], expected?.[table] ?? []];
    const [left, right] = [new Set(a), new Set(b)];
    const more = a.filter((line) => !right.has(line));
    const fewer = b.filter((line) => !left.has(line));
    if (more.length + fewer.length === 0 && a.length === b.length) continue;
    differences.push(`${table}: ${a.length} rows, not ${b.length}; too much: ${more[0] ?? '-'}; missing: ${fewer[0] ?? '-'}`);
  }
  return differences;
}

/** How many ids were left out before the first that an era made. */
interface IdShifts {
  readonly run: number;
  readonly customer: number;
}

class LineReader {
  readonly #era: Era;
  readonly #mode: 'exact' | 'joined';
  readonly #shifts: IdShifts;
  readonly #runs: ReadonlyMap<number, string>;

  constructor(era: Era, mode: 'exact' | 'joined', shifts: IdShifts, runs: ReadonlyMap<number, string>) {
    [this.#era, this.#mode, this.#shifts, this.#runs] = [era, mode, shifts, runs];
  }

  line(table: string, row: SqlRow): string {
    const entries = Object.entries(row).flatMap(([name, value]) => {
      if (MEASURED.has(name) || (table === 'customers' && name === 'search')) return [];
      return [[name, this.#value(table, name, value)] as const];
    });
    const text = JSON.stringify(Object.fromEntries(entries));
    return text
      .replaceAll(this.#era.folder, '<folder>')
      .replace(UUID, '<uuid>')
      .replace(INSTANT, (instant) => (instant >= this.#era.since ? '<now>' : instant));
  }

  /** An object: PostgreSQL orders its members in its own way, and the ids in it are ids, too. */
  #members(text: string): unknown {
    const members = Object.entries(JSON.parse(text) as Readonly<Record<string, unknown>>);
    return members.map(([name, value]) => [name, this.#value('', name, value)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #value(table: string, name: string, value: unknown): unknown {
    if (value instanceof Uint8Array) return createHash('sha256').update(value).digest('hex');
    if (typeof value === 'string' && value.startsWith('{')) return this.#members(value);
    if (typeof value !== 'number') return value;
    if (RUN_COLUMNS.has(name) || (table === 'runs' && name === 'id')) {
      if (value <= this.#era.lastRun) return value;
      return this.#mode === 'joined' ? (this.#runs.get(value) ?? '?') : value - this.#shifts.run;
    }
    const isCustomer = CUSTOMER_COLUMNS.has(name) || (table === 'customers' && name === 'id');
    return isCustomer && value > this.#era.lastCustomer ? value - this.#shifts.customer : value;
  }
}

/** What does not say anything when several runs count as one. */
function joinedRows(table: string, rows: readonly SqlRow[], era: Era, working: ReadonlySet<number>): SqlRow[] {
  const without = (row: SqlRow, ...names: string[]): SqlRow =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
  const isNew = (row: SqlRow): boolean => Number(row.run_id ?? row.id) > era.lastRun;
  if (table === 'changes') return rows.map((row) => (isNew(row) ? without(row, 'seq') : row));
  // Made anew each time: how often does not matter.
  if (table === 'duplicate_models') return rows.map((row) => without(row, 'id'));
  if (rows[0]?.first_id !== undefined) return joinedRanges(rows, isNew);
  if (table !== 'runs') return [...rows];
  return rows
    .filter((row) => !isNew(row) || working.has(Number(row.id)))
    .map((row) => (isNew(row) ? without(row, 'status', 'counts', 'started_at', 'finished_at') : row));
}

/** Ranges of ids side by side that several runs recorded are one range. */
function joinedRanges(rows: readonly SqlRow[], isNew: (row: SqlRow) => boolean): SqlRow[] {
  const joined: SqlRow[] = [];
  for (const row of rows.toSorted((a, b) => Number(a.first_id) - Number(b.first_id))) {
    const before = joined.at(-1);
    if (before !== undefined && isNew(row) && isNew(before) && Number(before.last_id) + 1 === row.first_id)
      joined[joined.length - 1] = { ...before, last_id: row.last_id ?? null };
    else joined.push(row);
  }
  return joined;
}

async function workingRuns(engine: Engine): Promise<Set<number>> {
  const rows = await engine.all<{ id: number }>('SELECT run_id AS id FROM changes UNION SELECT run_id FROM run_inserts');
  return new Set(rows.map(({ id }) => id));
}

async function runNames(engine: Engine, era: Era, mode: 'exact' | 'joined'): Promise<Map<number, string>> {
  if (mode === 'exact') return new Map();
  const rows = await engine.all<{ id: number; command: string }>('SELECT id, command FROM runs WHERE id > ?', [era.lastRun]);
  return new Map(rows.map(({ id, command }) => [id, `run of ${command}`]));
}

async function shiftsOf(engine: Engine, era: Era): Promise<IdShifts> {
  if (engine.facts.name === 'sqlite') return { run: 0, customer: 0 };
  const first = async (table: string, last: number): Promise<number> => {
    const [row] = await engine.all<{ n: number | null }>(`SELECT min(id) AS n FROM ${table} WHERE id > ?`, [last]);
    return row?.n == null ? 0 : row.n - last - 1;
  };
  return { run: await first('runs', era.lastRun), customer: await first('customers', era.lastCustomer) };
}

async function tableNames(engine: Engine): Promise<string[]> {
  const sql =
    engine.facts.name === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'customer_search' ORDER BY name"
      : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1";
  return (await engine.all<{ name: string }>(sql)).map(({ name }) => name).filter((name) => !LAYOUT.test(name));
}

/** Every table and index as it is defined: a load that makes indexes anew makes all of them. */
async function schemaLines(engine: Engine): Promise<string[]> {
  const sql =
    engine.facts.name === 'sqlite'
      ? "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
      : "SELECT replace(indexdef, current_schema() || '.', '') AS line FROM pg_indexes WHERE schemaname = current_schema()";
  return (await engine.all<{ line: string }>(sql)).map(({ line }) => line).sort();
}
