import type { Connection } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import type { ArchivePair } from './archive-pair.ts';
import { type ArchiveStep, type Moved, journal, moveOut, moveOutBeside } from './archive-move.ts';
import { BatchSize, PageSize } from './archive-pages.ts';
import { ArchiveWork, giveBack, toldWith } from './archive-work.ts';
import { linkedOf, pagesOf } from './archive-choice.ts';
import { openCopier } from './copier-thread.ts';
import type { RunHeader } from './run-log.ts';
import type { Collision } from './whole-collisions.ts';
import type { Copier } from './whole-copier.ts';
import type { Reader } from './whole-customers.ts';

/** Customers that are to be archived. */
export interface ArchiveRequest {
  /** Ids in the order in which they go: whoever belongs to a company before it. */
  readonly persons: Iterable<number>;
  readonly organisations: Iterable<number>;
  readonly policyOf: (id: number) => string | null;
  /** Of some that are about to go those that are not as they were chosen any more. */
  readonly staying: (reader: Reader, ids: readonly number[]) => Promise<ReadonlySet<number>>;
  /** Called between pages with the number of customers that are done; a throw ends the work. */
  readonly check: (done: number) => Promise<void>;
  /** Whether the database is written anew afterwards, without its free space. */
  readonly compact?: boolean;
  /** Done in the run when all are moved. */
  readonly atEnd?: (connection: Connection) => Promise<void>;
  /** Told after each step of each page. */
  readonly onStep?: (step: ArchiveStep) => void | Promise<void>;
}

/** What archiving did. */
export interface ArchiveOutcome {
  /** The run; null where nobody was moved. */
  readonly run: number | null;
  readonly archived: number;
  readonly byPolicy: ReadonlyMap<string, number>;
  /** Customers that were changed after they had been chosen, and stayed. */
  readonly changed: number;
  /** Customers of which the archive has something that is somebody else's there. */
  readonly collisions: readonly Collision[];
  /** Why the database could not be written anew; null where it was, or was not to be. */
  readonly compactFailure: string | null;
  /** Bytes of the database before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** Moves customers into the archive, as one run. */
export class ArchiveRun {
  readonly #pair: ArchivePair;
  readonly #request: ArchiveRequest;
  readonly #work: ArchiveWork;
  readonly #clock: () => Date;
  readonly #size = new PageSize();
  readonly #batch = new BatchSize();
  /** Undefined while it is not known whether there is one. */
  #copier: Copier | null | undefined;
  readonly #byPolicy = new Map<string, number>();
  readonly #collisions: Collision[] = [];
  #archived = 0;
  #changed = 0;

  constructor(pair: ArchivePair, request: ArchiveRequest, header: RunHeader, clock: () => Date) {
    this.#pair = pair;
    this.#request = request;
    this.#clock = clock;
    this.#work = new ArchiveWork({ ...pair, header, clock, counts: () => ({ archived: this.#archived }) });
  }

  /** Does it. @throws {CrmError} BUSY, INTEGRITY, DISK_FULL; what was moved before stays moved */
  async move(): Promise<ArchiveOutcome> {
    const bytesBefore = await this.#pair.main.storageBytes();
    await this.#work.alone(async () => {
      try {
        for (const page of pagesOf(this.#request.persons, () => this.#next)) await this.#moveBatch(page);
        await this.#moveOrganisations([...this.#request.organisations]);
      } finally {
        await this.#copier?.close();
      }
      const { atEnd } = this.#request;
      if (atEnd !== undefined) await this.#work.inRun(atEnd);
    });
    const compactFailure = this.#archived > 0 ? await this.#giveBack() : null;
    return {
      run: this.#work.run,
      archived: this.#archived,
      byPolicy: this.#byPolicy,
      changed: this.#changed,
      collisions: this.#collisions,
      compactFailure,
      bytesBefore,
      bytesAfter: await this.#pair.main.storageBytes(),
    };
  }

  /** Gives free space back. @returns why not all of it, where that was asked for */
  async #giveBack(): Promise<string | null> {
    const { main } = this.#pair;
    try {
      await giveBack(main, () => this.#request.check(this.#archived));
    } catch (error) {
      throw toldWith(error, this.#work.run as number, { archived: this.#archived });
    }
    if (this.#request.compact !== true) return null;
    try {
      await main.compact();
      return null;
    } catch (error) {
      // Everybody is where they belong: this is no failure of the run.
      if (error instanceof CrmError) return error.message;
      throw error;
    }
  }

  /** Customers of the next transaction. */
  get #next(): number {
    return this.#copier === null ? this.#size.batch : this.#batch.next;
  }

  /** Companies may belong to others that go as well: those wait until nobody belongs to them any more. */
  async #moveOrganisations(ids: readonly number[]): Promise<void> {
    for (let left = ids; left.length > 0; ) {
      const waiting: number[] = [];
      for (const page of pagesOf(left, () => this.#next)) {
        const linked = new Set(await linkedOf(this.#pair.main, page));
        waiting.push(...page.filter((id) => linked.has(id)));
        await this.#moveBatch(page.filter((id) => !linked.has(id)));
      }
      if (waiting.length === left.length) {
        this.#changed += waiting.length;
        return;
      }
      left = waiting;
    }
  }

  async #moveBatch(ids: readonly number[]): Promise<void> {
    const { policyOf, staying, check, onStep = () => {} } = this.#request;
    await check(this.#archived);
    if (ids.length === 0) return;
    await this.#work.inRun((connection, runId) => journal(connection, ids, runId));
    await onStep('noted');
    const start = performance.now();
    if (this.#copier === undefined) this.#copier = await openCopier(this.#pair, { isLarge: ids.length >= this.#batch.next });
    const copier = this.#copier;
    const before = { archived: this.#archived, changed: this.#changed };
    try {
      await this.#work.inRun(async (connection, runId) => {
        const stay = await staying(connection, ids);
        const options = { runId, now: this.#clock().toISOString(), policyOf, onStep };
        const moved =
          copier === null
            ? await moveOut(this.#pair, connection, ids, stay, { ...options, size: this.#size })
            : await moveOutBeside({ copier, label: this.#pair.archive.label }, connection, ids, stay, options);
        this.#count(moved, stay.size);
      });
    } catch (error) {
      ({ archived: this.#archived, changed: this.#changed } = before);
      throw error;
    }
    this.#batch.learn({ customers: ids.length, elapsedMs: performance.now() - start });
    await onStep('moved');
  }

  #count({ moved, collisions }: Moved, staying: number): void {
    this.#archived += moved.length;
    this.#changed += staying;
    this.#collisions.push(...collisions);
    for (const id of moved) {
      const policy = this.#request.policyOf(id);
      if (policy !== null) this.#byPolicy.set(policy, (this.#byPolicy.get(policy) ?? 0) + 1);
    }
  }
}
