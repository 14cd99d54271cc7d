import type { Connection, Engine } from '../engines/connection.ts';
import type { WordsEntry } from '../engines/engine.ts';
import type { BrokenReferences, Complaint, Maintenance, ObjectSize, Rebuild, UpkeepStep } from '../engines/maintenance.ts';
import { putAllWords } from './all-words.ts';
import { type ArchiveCheck, checkArchive } from './archive-check.ts';
import { archiveState, recoverArchive } from './archive-pair.ts';
import { CUSTOMER_COLUMNS, customerOf, wordsOf } from './customer-rows.ts';
import { countStaleKeys, hasOldKeys, rebuildMatchKeys } from './match-key-rebuild.ts';
import { type Orphans, countOrphans, removeOrphans } from './orphans.ts';
import { type RunHeader, RunLog } from './run-log.ts';

const PAGE = 1000;
/** A sample is so many stretches of so many customers, spread over all ids. */
const STRETCHES = 20;
const STRETCH = 50;

/** What the upkeep of a customer database works with. */
export interface MaintenanceParts {
  readonly main: Engine;
  readonly openArchive: () => Promise<Engine>;
  readonly maintenance: Maintenance;
  readonly header: RunHeader;
  readonly clock: () => Date;
}

/** Lets others have their turn; a throw stops. */
export type Check = () => Promise<void>;

/** How the full-text index and the customers fit together. */
export interface WordsCheck {
  readonly examined: number;
  /** Customers that are found by other words than theirs, or not at all. */
  readonly differing: readonly number[];
  /** Ids in the index that are no customers'. */
  readonly surplus: readonly number[];
}

/** A run that says that it is at work. */
export interface RunningRun {
  readonly id: number;
  readonly command: string;
  /** ISO-8601 UTC. */
  readonly startedAt: string;
}

/** What is to be made again, or removed, in one transaction. */
export interface RepairRequest extends Rebuild {
  /** Customers whose words are put into the index again. */
  readonly words: readonly number[];
  readonly keys: boolean;
  readonly orphans: boolean;
  /** Runs of dead processes, which are marked as failed. */
  readonly runs: readonly number[];
}

/** What a repair did. */
export interface RepairOutcome {
  /** The run that removed orphans; null where there were none. */
  readonly run: number | null;
  readonly indexes: number;
  readonly words: number;
  readonly keys: number;
  readonly orphans: number;
  readonly runs: number;
}

/** What keeps a customer database in order: looks, upkeep and repairs. */
export class MaintenanceStore {
  readonly #parts: MaintenanceParts;
  readonly #main: Engine;
  readonly #maintenance: Maintenance;

  /** Use `Repository.maintenance`. */
  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
    this.#main = parts.main;
    this.#maintenance = parts.maintenance;
  }

  /** When it is looked at. */
  now(): Date {
    return this.#parts.clock();
  }

  structure(options: { readonly quick: boolean }): Promise<readonly Complaint[]> {
    return this.#maintenance.structure(options);
  }

  brokenReferences(): Promise<readonly BrokenReferences[]> {
    return this.#maintenance.brokenReferences();
  }

  missingIndexes(): Promise<readonly string[]> {
    return this.#maintenance.missingIndexes();
  }

  orphans(): Promise<Orphans[]> {
    return countOrphans(this.#main);
  }

  /** Match keys that are not what the rules of this program make; only their version with `quick`. */
  async staleKeys(quick: boolean, check: Check): Promise<{ readonly stale: number; readonly isOldVersion: boolean }> {
    return quick ? { stale: 0, isOldVersion: await hasOldKeys(this.#main) } : countStaleKeys(this.#main, check);
  }

  /** Runs that say that they are at work, the oldest first. */
  async running(): Promise<RunningRun[]> {
    const rows = await this.#main.all<{ id: number; command: string; started_at: string }>(
      "SELECT id, command, started_at FROM runs WHERE status = 'running' ORDER BY id",
    );
    return rows.map(({ id, command, started_at }) => ({ id, command, startedAt: started_at }));
  }

  /** See `checkArchive`. */
  archive(check: Check): Promise<ArchiveCheck | null> {
    return checkArchive(this.#main, this.#parts.openArchive, check);
  }

  /** Compares the full-text index with the customers, both of one snapshot. @param isSample looks at some of them only */
  async words(isSample: boolean, check: Check): Promise<WordsCheck> {
    const search = await this.#maintenance.searchCheck({ isSample, check });
    let examined = 0;
    const differing: number[] = [];
    const sql = `SELECT ${CUSTOMER_COLUMNS.join(', ')} FROM customers WHERE id > ? ORDER BY id LIMIT ${isSample ? STRETCH : PAGE}`;
    const examine = async (after: number): Promise<number | null> => {
      const rows = await search.all(sql, [after]);
      examined += rows.length;
      differing.push(...(await search.differing(rows.map((row) => wordsEntry(customerOf(row))))));
      await check();
      return (rows.at(-1)?.id as number | undefined) ?? null;
    };
    try {
      if (isSample) {
        const last = Number((await search.all<{ id: number }>('SELECT max(id) AS id FROM customers'))[0]?.id ?? 0);
        const step = Math.max(Math.floor(last / STRETCHES), STRETCH);
        for (let after = 0; after < last; after += step) await examine(after);
      } else {
        for (let after: number | null = 0; after !== null; ) after = await examine(after);
      }
      return { examined, differing, surplus: search.surplus() };
    } finally {
      await search.close();
    }
  }

  /** Makes again what can be made again, in one transaction; orphans are removed as a run. @throws {CrmError} BUSY, INTEGRITY */
  repair(request: RepairRequest, check: Check): Promise<RepairOutcome> {
    const { clock, header } = this.#parts;
    return this.#main.transaction(async (connection) => {
      const now = clock().toISOString();
      let log: RunLog | null = null;
      const start = async (): Promise<RunLog> => {
        log ??= await RunLog.start(connection, { ...header, arguments: { repair: true } }, now);
        return log;
      };
      await this.#maintenance.rebuild(request);
      await check();
      const orphans = request.orphans ? await removeOrphans(connection, start, now) : 0;
      const words = request.search ? await putAllWords(connection, check) : await putWords(connection, request.words, check);
      const keys = request.keys ? (await rebuildMatchKeys(connection, check)).rebuilt : 0;
      for (const id of request.runs)
        await connection.run("UPDATE runs SET status = 'failed', finished_at = ? WHERE id = ? AND status = 'running'", [now, id]);
      await (log as RunLog | null)?.finish({ deleted: orphans }, clock().toISOString());
      const indexes = request.indexes.length + request.entries.length + request.constraints.length;
      return { run: (log as RunLog | null)?.id ?? null, indexes, words, keys, orphans, runs: request.runs.length };
    });
  }

  /** Puts away what was broken off between the database and its archive. @returns how many customers */
  async recoverArchive(): Promise<number> {
    if (!(await archiveState(this.#main)).isPending) return 0;
    return recoverArchive({ main: this.#main, archive: await this.#parts.openArchive() });
  }

  sizes(): Promise<readonly ObjectSize[]> {
    return this.#maintenance.sizes();
  }

  indexedColumns(table: string): Promise<readonly (readonly string[])[]> {
    return this.#maintenance.indexedColumns(table);
  }

  tidy(check: Check): Promise<readonly UpkeepStep[]> {
    return this.#maintenance.tidy(check);
  }

  vacuum(): Promise<void> {
    return this.#maintenance.vacuum();
  }

  reindex(): Promise<void> {
    return this.#maintenance.reindex();
  }

  /** Bytes that the database takes. */
  storageBytes(): Promise<number> {
    return this.#main.storageBytes();
  }

  leftovers(): readonly string[] {
    return this.#maintenance.leftovers();
  }

  removeLeftovers(): void {
    this.#maintenance.removeLeftovers();
  }
}

function wordsEntry(customer: ReturnType<typeof customerOf>): WordsEntry {
  return { id: customer.id, words: wordsOf(customer) };
}

/** Brings the words of these ids up to date; those that are no customers' go. */
async function putWords(connection: Connection, ids: readonly number[], check: Check): Promise<number> {
  for (let at = 0; at < ids.length; at += PAGE) {
    const page = ids.slice(at, at + PAGE);
    const rows = await connection.all(
      `SELECT ${CUSTOMER_COLUMNS.join(', ')} FROM customers WHERE ${connection.facts.inJsonArray('id', 'integer')}`,
      [JSON.stringify(page)],
    );
    const found = new Map(rows.map((row) => [row.id as number, wordsOf(customerOf(row))]));
    await connection.putWords(page.map((id) => ({ id, words: found.get(id) ?? null })));
    await check();
  }
  return ids.length;
}
