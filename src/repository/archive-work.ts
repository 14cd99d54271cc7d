import type { Connection, Engine } from '../engines/connection.ts';
import { CrmError, toCrmError } from '../errors.ts';
import { type ArchivePair, recoverArchive, requirePair } from './archive-pair.ts';
import { requireMatchKeys } from './match-key-rebuild.ts';
import { RunLog, type RunHeader, getRun } from './run-log.ts';

/** Name of the lock that whoever moves customers holds on the archive. */
const LOCK = 'archive';

/** A run that moves customers, some of them in each transaction. */
export interface ArchiveWorkParts extends ArchivePair {
  readonly header: RunHeader;
  readonly clock: () => Date;
  /** What the run counts by now. */
  readonly counts: () => Readonly<Record<string, number>>;
}

/**
 * One run of several transactions. What is broken off stands as far as it came, recorded in the run; the same command again goes on with
 * the rest.
 */
export class ArchiveWork {
  readonly #parts: ArchiveWorkParts;
  /** Where the run stands in the database. */
  #state: { readonly id: number; readonly seq: number } | null = null;

  constructor(parts: ArchiveWorkParts) {
    this.#parts = parts;
  }

  /** The run; null while there is none. */
  get run(): number | null {
    return this.#state?.id ?? null;
  }

  /**
   * Does something while no other process moves customers, after what an earlier one left undone was put right.
   * @throws {CrmError} BUSY, and what `work` throws; the message names the run where something was moved
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const { archive } = this.#parts;
    const release = await archive.tryLock(LOCK);
    if (release === null)
      throw new CrmError('BUSY', `another process is moving customers to or from ${archive.label}`, { hint: 'try again when it is done' });
    const end = await this.#parts.main.expectLargeTransactions();
    try {
      await requirePair(this.#parts, { create: true });
      await requireMatchKeys(this.#parts.main);
      await requireMatchKeys(this.#parts.archive);
      await recoverArchive(this.#parts);
      return await this.#recorded(work);
    } finally {
      // What went wrong before is the error to tell; the lock ends with the process.
      await end().catch(() => {});
      await release().catch(() => {});
    }
  }

  async #recorded<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      await this.#finish('done');
      return result;
    } catch (error) {
      throw await this.#brokenOff(error);
    }
  }

  /** Works in one transaction of the database, which makes the run if need be. */
  inRun<T>(work: (connection: Connection, runId: number) => Promise<T>): Promise<T> {
    const { main, header, clock } = this.#parts;
    const state = this.#state;
    return main
      .transaction(async (connection) => {
        if (state !== null) await requireRunning(connection, state.id);
        const log = state === null ? await RunLog.start(connection, header, clock().toISOString()) : RunLog.resume(connection, state);
        const result = await work(connection, log.id);
        await log.pause(this.#parts.counts());
        return { result, state: { id: log.id, seq: log.seq } };
      })
      .then((done) => {
        this.#state = done.state;
        return done.result;
      });
  }

  async #finish(status: 'done' | 'failed'): Promise<void> {
    const state = this.#state;
    if (state === null) return;
    const { main, counts, clock } = this.#parts;
    await main.transaction((connection) => RunLog.resume(connection, state).finish(counts(), clock().toISOString(), undefined, status));
  }

  /** Puts the copies away that count for nothing, and says what is done already. */
  async #brokenOff(thrown: unknown): Promise<unknown> {
    const state = this.#state;
    if (state === null) return thrown;
    // Where this fails, the next command does it; the run is left as running, and can be undone like that.
    await recoverArchive(this.#parts).catch(() => {});
    await this.#finish('failed').catch(() => {});
    return toldWith(thrown, state.id, this.#parts.counts());
  }
}

/** An error, with what a run did before. */
export function toldWith(thrown: unknown, run: number, counts: Readonly<Record<string, number>>): unknown {
  const words = Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${count} customers were ${name}`] : []));
  if (words.length === 0) return thrown;
  const error = toCrmError(thrown);
  return new CrmError(error.code, `${error.message.replace(/; nothing was \w+$/, '')}; ${words.join(', ')} before, as run ${run}`, {
    hint: `to go on, run the command again; to take it back: crm undo ${run}`,
    cause: error.cause ?? error,
    details: { ...error.details, run, ...counts },
  });
}

/** Whether somebody took the run back while it was at work. @throws {CrmError} BUSY */
async function requireRunning(connection: Connection, id: number): Promise<void> {
  const { status } = await getRun(connection, id);
  if (status !== 'running')
    throw new CrmError('BUSY', `run ${id} was undone while it was at work`, { hint: 'see what is left: crm history' });
}

/** Gives the space of removed customers back to the system, in short steps. */
export async function giveBack(engine: Engine, check: () => Promise<void>): Promise<void> {
  while (await engine.reclaim()) await check();
}
