import type { Engine } from '../engines/connection.ts';
import type { StateDifference } from './compare-states.ts';
import { type ArchivedMatch, findArchived } from './archived-match.ts';
import type { JobStore } from './job-store.ts';
import { type RecordedChange, type RecordedInserts, type Run, getRun, lastDoneRun, listChanges, listInserts, listRuns } from './run-log.ts';
import { type Segment, getSegment, listSegments, saveSegment } from './segments.ts';

/** What a customer database records beside customers: runs and their changes, saved filters, and who was archived. */
export class RepositoryRecords {
  readonly #engine: Engine;
  readonly #actor: string;
  readonly #now: () => Date;

  constructor(engine: Engine, actor: string, now: () => Date) {
    this.#engine = engine;
    this.#actor = actor;
    this.#now = now;
  }

  /** The record of jobs, and their lock. */
  async jobs(): Promise<JobStore> {
    return new (await import('./job-store.ts')).JobStore(this.#engine, this.#actor, this.#now);
  }

  /** The customers that are not the same in another customer database, in the order of their ids; see `compareStates`. */
  async *differencesFrom(other: RepositoryRecords): AsyncGenerator<StateDifference> {
    const { compareStates } = await import('./compare-states.ts');
    yield* compareStates(this.#engine, other.#engine);
  }

  /** The newest runs first. */
  runs(options: { readonly limit: number; readonly customer?: number }): Promise<Run[]> {
    return listRuns(this.#engine, options);
  }

  /** One run. @throws {CrmError} NOT_FOUND */
  run(id: number): Promise<Run> {
    return getRun(this.#engine, id);
  }

  /** Changes of a run or of a customer, in the order they were made. */
  changes(which: { readonly run?: number; readonly customer?: number; readonly limit: number }): Promise<RecordedChange[]> {
    return listChanges(this.#engine, which);
  }

  /** The customers that a run made, as ranges of ids. */
  inserts(run: number): Promise<RecordedInserts[]> {
    return listInserts(this.#engine, run);
  }

  /** The newest run that stands and is no undo; null when there is none. */
  lastDoneRun(): Promise<Run | null> {
    return lastDoneRun(this.#engine);
  }

  /** Keeps a filter under a name, replacing an older one of that name. */
  saveSegment(name: string, filter: string): Promise<void> {
    return saveSegment(this.#engine, name, filter, this.#now().toISOString());
  }

  /** The filter of a segment. @throws {CrmError} NOT_FOUND */
  segment(name: string): Promise<string> {
    return getSegment(this.#engine, name);
  }

  /** All segments by name. */
  segments(): Promise<Segment[]> {
    return listSegments(this.#engine);
  }

  /** The archived customers that a reference names, as `find` finds those that are here. */
  findArchived(reference: string): Promise<ArchivedMatch[]> {
    return findArchived(this.#engine, reference);
  }
}
