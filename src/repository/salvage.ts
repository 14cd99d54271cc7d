import type { Connection, Engine } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { openEngine } from '../engines/index.ts';
import { migrateUp } from '../engines/migrator.ts';
import { type DamagedDatabase, keyOfDamaged, openDamaged } from '../engines/sqlite-salvage.ts';
import { CrmError } from '../errors.ts';
import { putAllWords } from './all-words.ts';
import { rebuildMatchKeys } from './match-key-rebuild.ts';
import { type StandIns, mendReferences } from './salvage-references.ts';
import { type TakeLost, writeSalvaged } from './salvage-rows.ts';

/** What became of one table. */
export interface SalvagedTable {
  readonly table: string;
  /** Rows that could be read, and those of them that are in the new database. */
  readonly read: number;
  readonly written: number;
  /** Whether the damaged database still says where the table is. */
  readonly isKnown: boolean;
  /** Keys (their first number) of rows that could not be read; null where keys are texts. */
  readonly gaps: readonly { readonly from: number | null; readonly to: number | null }[];
}

/** What was saved of a damaged database. */
export interface Salvaged {
  readonly schema: DamagedDatabase['schema'];
  readonly tables: readonly SalvagedTable[];
  readonly standIns: StandIns;
}

/** From where to where. */
export interface SalvageRequest {
  readonly damaged: string;
  /** The new database; it must not exist. */
  readonly target: string;
  /** A folder that is made for the copy of the damaged file, and removed. */
  readonly workFolder: string;
  /** The passphrase, of the damaged file and then of the new one; a plain file takes none. */
  readonly key: Uint8Array | null;
  readonly now: string;
  /** Takes the rows that do not come into the new database. */
  readonly lost: TakeLost;
  /** Called now and then, with the table at work; a throw stops, and nothing is left. */
  readonly check: (table: string) => Promise<void>;
}

/** What this program writes by itself into a new database. */
const OWN_TABLES: ReadonlySet<string> = new Set(['schema_migrations', 'sequences', 'settings']);
/** Tables whose rows have an id from `sequences`. */
const SEQUENCES = ['contact_points', 'interactions', 'orders'];

/**
 * Saves what can be read of a damaged SQLite file into a new database, in one transaction.
 * @throws {CrmError} NO_DATABASE, DISK_FULL; INTEGRITY when nothing can be saved, or a newer program wrote it
 */
export async function salvageDatabase(request: SalvageRequest): Promise<Salvaged> {
  const key = keyOfDamaged(request.damaged, request.key);
  const engine = await openEngine(request.target, { create: true, busyTimeoutMs: 0, ...(key === null ? {} : { key }) });
  try {
    await migrateUp(engine);
    await engine.reclaim(); // writes the log into the file, which is the model of a sound one
    const damaged = openDamaged(request.damaged, { workFolder: request.workFolder, donor: request.target, key });
    try {
      return await fill(engine, damaged, request);
    } finally {
      damaged.close();
    }
  } finally {
    await engine.close();
  }
}

function fill(engine: Engine, damaged: DamagedDatabase, request: SalvageRequest): Promise<Salvaged> {
  return engine.transaction(async (connection) => {
    await connection.script('PRAGMA defer_foreign_keys = ON');
    const tables: SalvagedTable[] = [];
    for (const name of await tableNames(connection)) tables.push(await fillTable(connection, damaged, name, request));
    const standIns = await mendReferences(connection, request.lost, request.now);
    await keepIds(connection, damaged);
    const check = (): Promise<void> => request.check('customers');
    await putAllWords(connection, check);
    await rebuildMatchKeys(connection, check);
    const broken = await connection.all('SELECT DISTINCT "table" FROM pragma_foreign_key_check');
    if (broken.length > 0) throw new CrmError('INTERNAL', `references of ${broken.map((row) => row.table).join(', ')} lead nowhere`);
    return { schema: damaged.schema, tables, standIns };
  });
}

/** Tables to be filled: customers first, by which the others are understood. */
async function tableNames(connection: Connection): Promise<string[]> {
  const rows = await connection.all<{ name: string }>(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name <> 'customers', name",
  );
  return rows.map(({ name }) => name).filter((name) => name !== 'schema_migrations');
}

async function fillTable(connection: Connection, damaged: DamagedDatabase, name: string, request: SalvageRequest): Promise<SalvagedTable> {
  const known = damaged.tables.get(name);
  if (known === undefined) return { table: name, read: 0, written: 0, isKnown: false, gaps: [] };
  if (OWN_TABLES.has(name)) await connection.run(`DELETE FROM ${name}`);
  const reader = damaged.read(name);
  const { read, written } = await writeSalvaged(connection, known, reader.rows(), request.lost, () => request.check(name));
  return { table: name, read, written, isKnown: true, gaps: reader.gaps };
}

/** Ids are never used twice, those of lost rows neither. */
async function keepIds(connection: Connection, { lastIds }: DamagedDatabase): Promise<void> {
  for (const [name, seq] of lastIds)
    await connection.run('UPDATE sqlite_sequence SET seq = ? WHERE name = ? AND seq < ?', [seq, name, seq]);
  const missing = [...lastIds].map(([name, seq]): SqlRow => ({ name, seq }));
  for (const { name, seq } of missing) {
    const sql = `INSERT INTO sqlite_sequence (name, seq) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)
      AND EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?)`;
    await connection.run(sql, [name ?? null, seq ?? null, name ?? null, name ?? null]);
  }
  for (const table of SEQUENCES) {
    const [row] = await connection.all<{ last: number | null }>(`SELECT max(id) AS last FROM ${table}`);
    if (row?.last === null || row === undefined) continue;
    const sql = `INSERT INTO sequences (name, next_id) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET next_id = max(next_id, excluded.next_id)`;
    await connection.run(sql, [table, row.last + 1]);
  }
}
