import type { Connection } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import { IS_HELD, linkedOf } from './archive-choice.ts';
import type { ArchivePair } from './archive-pair.ts';
import { restoreCustomers } from './archive-restore.ts';
import { ArchiveRun } from './archive-run.ts';
import { archivedByRun, returnedByRun } from './archived-customers.ts';
import { type Run, type RunHeader, getRun } from './run-log.ts';
import type { Kept, UndoOutcome } from './undo.ts';
import type { Reader } from './whole-customers.ts';

/** Which way a run moves customers. */
export type ArchiveDirection = 'out' | 'in';

const DIRECTIONS: Readonly<Record<string, ArchiveDirection>> = { 'archive run': 'out', 'archive restore': 'in' };
const PAGE = 5000;

/** Which way a run moved customers, itself or by undoing such a run; null where it did something else. */
export async function archiveDirection(reader: Pick<Connection, 'all'>, run: Run): Promise<ArchiveDirection | null> {
  let [root, isOpposite] = [run, false];
  while (root.undoes_run !== null) {
    root = await getRun(reader, root.undoes_run);
    isOpposite = !isOpposite;
  }
  const direction = DIRECTIONS[root.command] ?? DIRECTIONS[String(root.arguments.planned)];
  if (direction === undefined) return null;
  return isOpposite === (direction === 'in') ? 'out' : 'in';
}

/** How an undo of such a run is done. */
export interface ArchiveUndo {
  readonly commit: boolean;
  readonly check: (done: number) => Promise<void>;
}

/** Moves the customers of a run the other way again, as far as they are where it left them. */
export async function undoArchive(
  pair: ArchivePair,
  { run, direction }: { readonly run: Run; readonly direction: ArchiveDirection },
  header: RunHeader,
  clock: () => Date,
  options: ArchiveUndo,
): Promise<{ readonly run: number | null; readonly value: UndoOutcome }> {
  const atEnd = async (connection: Connection): Promise<void> => {
    await connection.run('UPDATE runs SET status = ? WHERE id = ?', ['undone', run.id]);
    if (run.undoes_run !== null) await connection.run('UPDATE runs SET status = ? WHERE id = ?', ['done', run.undoes_run]);
  };
  return direction === 'out'
    ? bringBack(pair, run, { ...options, atEnd }, header, clock)
    : archiveAgain(pair, run, { ...options, atEnd }, header, clock);
}

type UndoParts = ArchiveUndo & { readonly atEnd: (connection: Connection) => Promise<void> };

async function bringBack(
  pair: ArchivePair,
  run: Run,
  parts: UndoParts,
  header: RunHeader,
  clock: () => Date,
): ReturnType<typeof undoArchive> {
  let after = 0;
  const next = async (limit: number): Promise<number[]> => {
    const ids = await archivedByRun(pair.main, run.id, after, limit);
    after = ids.at(-1) ?? after;
    return ids;
  };
  const outcome = await restoreCustomers(pair, { next, ...parts }, header, clock);
  const kept = [
    ...outcome.collisions.map(({ id, reason, other }) => keptOf(id, other === id ? reason : `${reason} (#${other})`)),
    ...outcome.missing.map((id) => keptOf(id, 'the archive has nothing of it')),
  ];
  return { run: outcome.run, value: { reverted: outcome.restored, kept } };
}

async function archiveAgain(
  pair: ArchivePair,
  run: Run,
  parts: UndoParts,
  header: RunHeader,
  clock: () => Date,
): ReturnType<typeof undoArchive> {
  const { persons, organisations, held } = await byKind(pair.main, run.id);
  const kept = held.map((id) => keptOf(id, 'it is on hold'));
  if (!parts.commit) return { run: null, value: { reverted: persons.length + organisations.length, kept } };
  const stays: number[] = [];
  const staying = async (reader: Reader, ids: readonly number[]): Promise<ReadonlySet<number>> => {
    const linked = await linkedOf(reader, ids);
    stays.push(...linked);
    return new Set([...linked, ...(await heldOf(reader, ids))]);
  };
  const work = new ArchiveRun(
    pair,
    { persons, organisations, staying, policyOf: () => null, check: parts.check, atEnd: parts.atEnd },
    header,
    clock,
  );
  const outcome = await work.move();
  kept.push(
    ...outcome.collisions.map(({ id, reason }) => keptOf(id, reason)),
    ...stays.map((id) => keptOf(id, 'customers who stay belong to it')),
  );
  return { run: outcome.run, value: { reverted: outcome.archived, kept } };
}

async function byKind(
  main: Reader,
  run: number,
): Promise<{ readonly persons: number[]; readonly organisations: number[]; readonly held: number[] }> {
  const [persons, organisations, held]: [number[], number[], number[]] = [[], [], []];
  for (
    let ids = await returnedByRun(main, run, 0, PAGE);
    ids.length > 0;
    ids = await returnedByRun(main, run, ids.at(-1) as number, PAGE)
  ) {
    const stays = new Set(await heldOf(main, ids));
    held.push(...stays);
    const rows = await main.all<{ id: number; kind: string }>(
      `SELECT id, kind FROM customers WHERE ${main.facts.inJsonArray('id', 'integer')} ORDER BY id`,
      [JSON.stringify(ids)],
    );
    for (const { id, kind } of rows) if (!stays.has(id)) (kind === 'person' ? persons : organisations).push(id);
  }
  return { persons, organisations, held };
}

async function heldOf(reader: Reader, ids: readonly number[]): Promise<number[]> {
  const rows = await reader.all<{ id: number }>(
    `SELECT customers.id FROM customers WHERE ${reader.facts.inJsonArray('customers.id', 'integer')} AND ${IS_HELD}`,
    [JSON.stringify(ids)],
  );
  return rows.map(({ id }) => id);
}

function keptOf(id: number, reason: string): Kept {
  return { entity: 'customers', id, field: '*', reason };
}

/**
 * A run of which customers were archived since cannot be undone: what it did to them is in the archive.
 * @throws {CrmError} USAGE naming the runs that archived them
 */
export async function requireNoneArchived(reader: Pick<Connection, 'all'>, run: number): Promise<void> {
  const rows = await reader.all<{ run_id: number; n: number }>(
    `SELECT a.run_id, count(DISTINCT a.id) AS n FROM archived_customers a WHERE a.id IN (
       SELECT customer_id FROM archived_changes WHERE run_id = ?
       UNION SELECT c.id FROM run_inserts r JOIN archived_customers c ON c.id BETWEEN r.first_id AND r.last_id
             WHERE r.run_id = ? AND r.entity = 'customers') GROUP BY a.run_id ORDER BY a.run_id`,
    [run, run],
  );
  if (rows.length === 0) return;
  const count = rows.reduce((sum, { n }) => sum + n, 0);
  const runs = rows.map(({ run_id }) => run_id);
  throw new CrmError('USAGE', `${count === 1 ? 'a customer' : `${count} customers`} of run ${run} ${count === 1 ? 'is' : 'are'} archived`, {
    hint: `bring ${count === 1 ? 'it' : 'them'} back first: crm archive restore --run ${runs[0]}${runs.length > 1 ? `, and those of ${runs.slice(1, 6).join(', ')}` : ''}`,
    details: { runs },
  });
}
