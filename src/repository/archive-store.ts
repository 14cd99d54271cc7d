import type { Engine } from '../engines/connection.ts';
import type { PlanBaseline } from '../model/plan.ts';
import { type ArchiveChoice, type ArchivePolicy, IS_HELD, chooseCustomers, linkedOf } from './archive-choice.ts';
import { type ArchivePair, archiveState, pendingIds, recoverArchive, requirePair } from './archive-pair.ts';
import { type RestoreOutcome, type RestoreRequest, restoreCustomers } from './archive-restore.ts';
import { type ArchiveOutcome, type ArchiveRequest, ArchiveRun } from './archive-run.ts';
import { type Archived, archivedByRun, archivedOf } from './archived-customers.ts';
import { baselineOf } from './plan-baseline.ts';
import { type RunHeader, getRun } from './run-log.ts';
import type { Reader } from './whole-customers.ts';

/** A database together with its archive: moves customers between the two, and says who is where. */
export class ArchiveStore {
  readonly #main: Engine;
  readonly #openArchive: () => Promise<Engine>;
  readonly #header: (command: string, args: RunHeader['arguments']) => RunHeader;
  readonly #clock: () => Date;

  /** Use `Repository.archive`. */
  constructor(
    { main, openArchive }: { readonly main: Engine; readonly openArchive: () => Promise<Engine> },
    header: (command: string, args: RunHeader['arguments']) => RunHeader,
    clock: () => Date,
  ) {
    this.#main = main;
    this.#openArchive = openArchive;
    this.#header = header;
    this.#clock = clock;
  }

  async #pair(): Promise<ArchivePair> {
    return { main: this.#main, archive: await this.#openArchive() };
  }

  /** @throws {CrmError} USAGE when the archive is another database's */
  async check(): Promise<void> {
    await requirePair(await this.#pair(), { create: false });
  }

  /** Whom the policies mean; see `chooseCustomers`. */
  choose(policies: readonly ArchivePolicy[]): Promise<ArchiveChoice> {
    return chooseCustomers(this.#main, policies, this.#clock());
  }

  /** Moves customers into the archive, as one run. @throws {CrmError} BUSY, INTEGRITY, DISK_FULL */
  async move(
    request: ArchiveRequest,
    args: RunHeader['arguments'],
    command: 'archive run' | 'apply' = 'archive run',
  ): Promise<ArchiveOutcome> {
    return new ArchiveRun(await this.#pair(), request, this.#header(command, args), this.#clock).move();
  }

  /** Brings customers back, as one run. @throws {CrmError} BUSY, INTEGRITY */
  async restore(request: RestoreRequest, args: RunHeader['arguments']): Promise<RestoreOutcome> {
    return restoreCustomers(await this.#pair(), request, this.#header('archive restore', args), this.#clock);
  }

  /** Some of the customers that a run archived, with ids above `after`. @throws {CrmError} NOT_FOUND when there is no such run */
  async archivedBy(run: number, after: number, limit: number): Promise<number[]> {
    await getRun(this.#main, run);
    return archivedByRun(this.#main, run, after, limit);
  }

  /** What is known of these customers, of those that are archived. */
  archivedOf(ids: readonly number[]): Promise<Map<number, Archived>> {
    return archivedOf(this.#main, ids);
  }

  /** Customers of which the archive has a copy that does not count. */
  pending(): Promise<number[]> {
    return pendingIds(this.#main);
  }

  /** Puts right what was broken off; see `recoverArchive`. @throws {CrmError} BUSY */
  async recover(): Promise<number> {
    return recoverArchive(await this.#pair());
  }

  /** Whether anything is archived, and whether something was broken off. */
  state(): ReturnType<typeof archiveState> {
    return archiveState(this.#main);
  }

  /** What the database is now, for a plan. */
  baseline(): Promise<PlanBaseline> {
    return baselineOf(this.#main, Number.MAX_SAFE_INTEGER);
  }

  /** Versions of these customers, of those that exist. */
  async versions(ids: readonly number[]): Promise<Map<number, number>> {
    const main = this.#main;
    const rows = await main.all<{ id: number; version: number }>(
      `SELECT id, version FROM customers WHERE ${main.facts.inJsonArray('id', 'integer')}`,
      [JSON.stringify(ids)],
    );
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  /** Of these customers those that runs after `run` changed, that are held, or that others belong to. */
  async changedSince(reader: Reader, run: number, ids: readonly number[]): Promise<ReadonlySet<number>> {
    const list = JSON.stringify(ids);
    const rows = await reader.all<{ id: number }>(
      `SELECT entity_id AS id FROM changes WHERE ${reader.facts.inJsonArray('entity_id', 'integer')} AND run_id > ?
       UNION SELECT customers.id FROM customers WHERE ${reader.facts.inJsonArray('customers.id', 'integer')} AND ${IS_HELD}`,
      [list, run, list],
    );
    return new Set([...rows.map(({ id }) => id), ...(await linkedOf(reader, ids))]);
  }
}
