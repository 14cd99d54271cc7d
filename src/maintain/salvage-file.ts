import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { removeStale } from '../engines/stale-files.ts';
import { statsOf } from '../engines/sqlite-file.ts';
import { CrmError, isDiskFull } from '../errors.ts';
import { pause } from '../interruption.ts';
import { type Salvaged, salvageDatabase } from '../repository/salvage.ts';

/** What was saved, and where it is. */
export interface SalvageReport extends Salvaged {
  /** The new database. */
  readonly out: string;
  /** The file with the rows that could be read and did not fit into it; null where there are none. */
  readonly lostFile: string | null;
  readonly lostRows: number;
  readonly elapsedMs: number;
}

/**
 * Saves what can be read of a damaged SQLite file into a new database beside a file with the rows that found no place in it. The
 * damaged file is only read. Broken off, nothing is left.
 * @throws {CrmError} USAGE when the new file exists; NO_DATABASE, INTEGRITY, DISK_FULL, INTERRUPTED
 */
export async function salvageFile(
  damaged: string,
  out: string,
  options: {
    readonly key?: Uint8Array | null;
    readonly signal?: AbortSignal;
    readonly now?: Date;
    readonly onTable?: (name: string) => void;
  } = {},
): Promise<SalvageReport> {
  const start = performance.now();
  if (/^postgres(ql)?:/i.test(damaged)) {
    throw new CrmError('USAGE', '--salvage reads a damaged SQLite file, not a server', { hint: 'restore a backup: crm restore' });
  }
  for (const path of [out, `${out}-wal`, lostPath(out)]) {
    if (statsOf(path) !== undefined)
      throw new CrmError('USAGE', `${path} exists already; nothing is written over it`, { hint: 'name a new file: --salvage NEW.db' });
  }
  if (!existsSync(dirname(resolve(out))))
    throw new CrmError('ENGINE', `the folder of ${out} does not exist`, { hint: 'make the folder first' });
  // What a process that was killed at this left beside it.
  removeStale(dirname(resolve(out)), /\.(?:part|salvage)-(\d+)(?:-\w+)?$/, basename(out));
  const part = `${out}.part-${process.pid}`;
  const rows = new LostRows(`${part}-lost`);
  try {
    const salvaged = await salvageDatabase({
      damaged,
      target: part,
      workFolder: `${out}.salvage-${process.pid}`,
      key: options.key ?? null,
      now: (options.now ?? new Date()).toISOString(),
      lost: (table, reason, row) => rows.add({ table, reason, row }),
      check: async (table) => {
        options.onTable?.(table);
        await pause(options.signal);
      },
    });
    rows.close();
    if (rows.count > 0) renameSync(rows.path, lostPath(out));
    renameSync(part, out);
    const elapsedMs = Math.round(performance.now() - start);
    return { ...salvaged, out, lostFile: rows.count > 0 ? lostPath(out) : null, lostRows: rows.count, elapsedMs };
  } finally {
    rows.close();
    for (const path of [part, `${part}-wal`, `${part}-shm`, rows.path]) rmSync(path, { force: true });
  }
}

/** Whether anything could not be saved. */
export function hasLosses({ tables, lostRows, standIns }: Salvaged & { readonly lostRows: number }): boolean {
  const isCut = tables.some(({ isKnown, gaps }) => !isKnown || gaps.length > 0);
  return isCut || lostRows > 0 || standIns.customers + standIns.runs + standIns.products > 0;
}

function lostPath(out: string): string {
  return `${out}-lost.ndjson`;
}

/** A file of rows, made with the first of them. */
class LostRows {
  readonly path: string;
  count = 0;
  #file: number | null = null;

  constructor(path: string) {
    this.path = path;
  }

  add(row: unknown): void {
    try {
      this.#file ??= openSync(this.path, 'w', 0o600);
      writeSync(this.#file, `${JSON.stringify(row)}\n`);
    } catch (error) {
      const code = isDiskFull(error) ? 'DISK_FULL' : 'OUTPUT_FAILED';
      throw new CrmError(code, `${this.path} cannot be written`, { cause: error, hint: 'free some space, or name a file elsewhere' });
    }
    this.count++;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}
