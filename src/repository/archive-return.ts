import type { Connection } from '../engines/connection.ts';
import { requireSame } from './archive-move.ts';
import { type ArchivePair, pendingIds } from './archive-pair.ts';
import { archivedOf, noteReturned } from './archived-customers.ts';
import { redirectsOf } from './undo-merged.ts';
import { type Collision, collisionsIn } from './whole-collisions.ts';
import { type WholeCustomers, companiesOf, idsOf, partOf, readWhole, rowCount, withCompanies, writeWhole } from './whole-customers.ts';
import { differing, fingerprintsOf } from './whole-fingerprint.ts';
import { copyShared, sharingOf } from './whole-shared.ts';

/** What became of archived customers that were to come back. */
export interface Returned {
  readonly restored: readonly number[];
  readonly collisions: readonly Collision[];
  /** Ids that are not archived, or of which the archive has nothing. */
  readonly missing: readonly number[];
  readonly rows: number;
  readonly characters: number;
}

/**
 * Brings customers back from the archive, inside a transaction of the database whose commit decides where they are; it also writes into the
 * journal that their copies do not count any more (`recoverArchive` removes them). What would overwrite something stays where it is.
 * @throws {CrmError} INTEGRITY when what was written is not what the archive has
 */
export async function moveIn(
  { archive }: Pick<ArchivePair, 'archive'>,
  connection: Connection,
  ids: readonly number[],
  runId: number,
): Promise<Returned> {
  const archived = await archivedOf(connection, ids);
  const pending = new Set(await pendingIds(connection));
  const wanted = [...archived.keys()].filter((id) => !pending.has(id));
  const found = wanted.length === 0 ? new Map() : await readWhole(archive, wanted);
  const all = await withMergedCompanies(connection, found);
  const collisions = all.size === 0 ? [] : await collisionsIn(connection, all);
  const colliding = new Set(collisions.map(({ id }) => id));
  const whole = colliding.size === 0 ? all : partOf(all, (id) => !colliding.has(id));
  const restored = idsOf(whole);
  let characters = 0;
  if (restored.length > 0) {
    await copyShared(archive, connection, sharingOf(whole), { refresh: false });
    await writeWhole(connection, whole);
    const wrote = fingerprintsOf(whole);
    requireSame(differing(wrote, fingerprintsOf(await readWhole(connection, restored))), 'the database');
    characters = wrote.characters;
    await noteReturned(
      connection,
      restored.flatMap((id) => archived.get(id) ?? []),
      runId,
    );
  }
  const known = new Set([...restored, ...colliding]);
  return { restored, collisions, missing: ids.filter((id) => !known.has(id)), rows: rowCount(all), characters };
}

/** A company that was merged meanwhile is the one that it was merged into. */
async function withMergedCompanies(connection: Connection, whole: WholeCustomers): Promise<WholeCustomers> {
  const companies = companiesOf(whole);
  const mergedInto = companies.length === 0 ? new Map<number, number>() : await redirectsOf(connection, companies);
  if (mergedInto.size === 0) return whole;
  return withCompanies(whole, (_, company) => (company === null ? null : (mergedInto.get(company) ?? company)));
}
