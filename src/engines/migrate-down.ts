import { CrmError } from '../errors.ts';
import type { Engine } from './connection.ts';
import { type DownScript, type LostRows, lostRows } from './down-scripts.ts';
import { appliedMigrations, type Migration } from './migrator.ts';

/** What goes with going down. */
export interface DowngradeSteps {
  /** Whether rows may go that a lower version cannot hold. */
  readonly mayLose: boolean;
  /** Called once, in the transaction of the first script and before it: nobody else can write from then on. A throw changes nothing. */
  readonly before?: () => Promise<void>;
  /** Called after each script, in its transaction: a throw leaves the schema at the version before. */
  readonly check?: () => Promise<void>;
}

/** What going down did. */
export interface Downgraded {
  /** The versions taken back, the last first. */
  readonly versions: readonly number[];
  readonly lost: readonly LostRows[];
}

/**
 * Takes schema versions back: under the writer lock, each script with the removal of its record in a transaction of its own, so that
 * what is broken off leaves a valid version. Idempotent.
 * @throws {CrmError} GUARD_RAIL when a script would lose rows and `mayLose` is false; SCHEMA_NEWER, SCHEMA_EDITED, BUSY
 */
export async function migrateDown(
  engine: Engine,
  migrations: readonly Migration[],
  scripts: readonly DownScript[],
  steps: DowngradeSteps,
): Promise<Downgraded> {
  const versions: number[] = [];
  const lost: LostRows[] = [];
  for (const script of scripts) {
    if ((await appliedMigrations(engine, migrations)).length < script.version) continue; // somebody else was faster
    await engine.transaction(async (connection) => {
      const losing = await lostRows(connection, script);
      if (losing.length > 0 && !steps.mayLose) throw lossy(engine, losing);
      if (versions.length === 0) await steps.before?.();
      await connection.script(script.sql);
      const removed = await connection.run(
        'DELETE FROM schema_migrations WHERE version = ? AND version = (SELECT max(version) FROM schema_migrations)',
        [script.version],
      );
      if (removed !== 1) throw new CrmError('BUSY', `another run is changing the schema of ${engine.label}`, { hint: 'try again' });
      await steps.check?.();
      lost.push(...losing);
    });
    versions.push(script.version);
  }
  return { versions, lost };
}

function lossy({ label }: Engine, lost: readonly LostRows[]): CrmError {
  const words = lost.map(({ what, count }) => `${count} ${what}`).join('; ');
  return new CrmError('GUARD_RAIL', `${label} holds what the lower version cannot: ${words}`, {
    hint: 'lose that on purpose with: crm migrate down --yes',
    details: { lost },
  });
}
