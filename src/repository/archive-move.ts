import type { Connection } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import type { Copied, Copier } from './whole-copier.ts';
import { type ArchivePair, forget } from './archive-pair.ts';
import { pagesOf } from './archive-choice.ts';
import type { PageSize } from './archive-pages.ts';
import { noteArchived } from './archived-customers.ts';
import { type Collision, collisionsIn } from './whole-collisions.ts';
import { type WholeCustomers, idsOf, partOf, readWhole, removeWhole, rowCount, writeWhole } from './whole-customers.ts';
import { differing, fingerprintsOf } from './whole-fingerprint.ts';
import { copyShared, sharingOf } from './whole-shared.ts';

/** The steps of moving customers, in their order: what is done when a step is told. */
export const ARCHIVE_STEPS = ['noted', 'copied', 'verified', 'removed', 'moved'] as const;

/** One of `ARCHIVE_STEPS`. */
export type ArchiveStep = (typeof ARCHIVE_STEPS)[number];

/** How some customers are moved. */
export interface MoveOptions {
  readonly runId: number;
  /** ISO-8601 UTC. */
  readonly now: string;
  readonly policyOf: (id: number) => string | null;
  /** How many are held in memory together. */
  readonly size: PageSize;
  /** Told after each step; a throw breaks off. */
  readonly onStep: (step: ArchiveStep) => void | Promise<void>;
}

/** What became of customers that were to be moved. */
export interface Moved {
  readonly moved: readonly number[];
  readonly collisions: readonly Collision[];
}

/** Writes customers into the journal: from now on, what the archive holds of them does not count. */
export async function journal(connection: Connection, ids: readonly number[], runId: number): Promise<void> {
  await connection.upsert(
    'archive_journal',
    ['customer_id'],
    ids.map((customer_id) => ({ customer_id, run_id: runId })),
  );
}

/**
 * Moves customers into the archive, inside a transaction of the database whose commit decides where they are; the journal has named them
 * in an earlier one. The copy is committed in the archive, read back and compared before anything is removed.
 * @param staying those of them that are to stay after all
 * @throws {CrmError} BUSY when another process took the journal's entries for remains; INTEGRITY when the copy is not the same
 */
export async function moveOut(
  { archive }: Pick<ArchivePair, 'archive'>,
  connection: Connection,
  ids: readonly number[],
  staying: ReadonlySet<number>,
  options: MoveOptions,
): Promise<Moved> {
  await requireNoted(connection, ids);
  const moved: number[] = [];
  const collisions: Collision[] = [];
  for (const page of pagesOf(
    ids.filter((id) => !staying.has(id)),
    () => options.size.next,
  )) {
    const all = await readWhole(connection, page);
    const copied = await copyOut(archive, connection, all);
    await options.onStep('copied');
    const copies = idsOf(copied.whole);
    const [here, there] = [fingerprintsOf(copied.whole), fingerprintsOf(await readWhole(archive, copies))];
    requireSame(differing(here, there), archive.label);
    await options.onStep('verified');
    for (const id of copies) moved.push(id);
    collisions.push(...copied.collisions);
    options.size.learn({ customers: copies.length, rows: rowCount(all), characters: here.characters });
  }
  await noteArchived(connection, moved, options);
  await removeWhole(connection, moved);
  await forget(connection, ids);
  await options.onStep('removed');
  return { moved, collisions };
}

/**
 * The same where a copier does the copying: customers are removed here while it copies and reads back what is committed of them, and the
 * transaction must not be committed before that is done.
 * @throws {CrmError} BUSY, INTEGRITY; whatever it is, nobody is copying any more
 */
export async function moveOutBeside(
  { copier, label }: { readonly copier: Copier; readonly label: string },
  connection: Connection,
  ids: readonly number[],
  staying: ReadonlySet<number>,
  options: Omit<MoveOptions, 'size'>,
): Promise<Moved> {
  await requireNoted(connection, ids);
  const going = ids.filter((id) => !staying.has(id));
  const { chosen, copied } = begin(copier, going);
  try {
    const collisions = await chosen;
    const colliding = new Set(collisions.map(({ id }) => id));
    const moved = going.filter((id) => !colliding.has(id));
    await noteArchived(connection, moved, options);
    await removeWhole(connection, moved);
    await forget(connection, ids);
    const { differing: different } = await copied;
    await options.onStep('copied');
    requireSame(different, label);
    await options.onStep('verified');
    await options.onStep('removed');
    return { moved, collisions };
  } catch (error) {
    // Copies that do not count can be taken away only when no more of them come.
    await copied.catch(() => {});
    throw error;
  }
}

function begin(
  copier: Copier,
  ids: readonly number[],
): { readonly chosen: Promise<readonly Collision[]>; readonly copied: Promise<Copied> } {
  let copied: Promise<Copied> | undefined;
  const chosen = new Promise<readonly Collision[]>((resolve, reject) => {
    copied = copier.copy(ids, resolve);
    copied.catch(reject);
  });
  return { chosen, copied: copied as unknown as Promise<Copied> };
}

/** Copies what collides with nothing that the archive has. */
async function copyOut(
  archive: ArchivePair['archive'],
  connection: Connection,
  all: WholeCustomers,
): Promise<{ readonly collisions: readonly Collision[]; readonly whole: WholeCustomers }> {
  return archive.transaction(async (other) => {
    const collisions = await collisionsIn(other, all);
    const colliding = new Set(collisions.map(({ id }) => id));
    const whole = colliding.size === 0 ? all : partOf(all, (id) => !colliding.has(id));
    await copyShared(connection, other, sharingOf(whole), { refresh: true });
    await writeWhole(other, whole);
    return { collisions, whole };
  });
}

/** As long as the journal names them, nobody has taken the copies away. */
async function requireNoted(connection: Connection, ids: readonly number[]): Promise<void> {
  const { inJsonArray } = connection.facts;
  const [row] = await connection.all<{ n: number }>(
    `SELECT count(*) AS n FROM archive_journal WHERE ${inJsonArray('customer_id', 'integer')}`,
    [JSON.stringify(ids)],
  );
  if (row?.n === ids.length) return;
  throw new CrmError('BUSY', 'another process is at work on the archive', { hint: 'try again when it is done' });
}

/** @throws {CrmError} INTEGRITY */
export function requireSame(ids: readonly number[], label: string): void {
  if (ids.length === 0) return;
  throw new CrmError(
    'INTEGRITY',
    `${ids.length} customers are not the same when they are read back from ${label}, the first is #${ids[0]}`,
    {
      hint: 'nothing of them was removed; check that database before you try again',
      details: { ids: ids.slice(0, 20) },
    },
  );
}
