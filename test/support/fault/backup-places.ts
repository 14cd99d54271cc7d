import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BackupRepository } from '../../../src/backup/backup-repository.ts';
import { restoreImage } from '../../../src/backup/restore-image.ts';
import { verifyBackups } from '../../../src/backup/verify-backups.ts';
import type { Engine } from '../../../src/engines/connection.ts';
import { inconsistencies } from '../customer-database.ts';
import { canonicalState, type Era, stateHash } from './canonical-state.ts';
import { type FaultPlace, withEngine } from './fault-place.ts';
import { tempDir } from '../temp-dir.ts';

/** The passphrase of repositories that have one. */
export const BACKUP_PASSPHRASE = 'an old sailor sings';
const passphrase = async (): Promise<string> => BACKUP_PASSPHRASE;

/** Where backups of a place go. */
export const repositoryOf = ({ folder }: FaultPlace): string => join(folder, 'crm-backups');

/** Ids of all snapshots, oldest first. */
export async function snapshotIds(place: FaultPlace): Promise<string[]> {
  if (!existsSync(join(repositoryOf(place), 'config.json'))) return [];
  const { snapshots } = (await BackupRepository.open(repositoryOf(place), passphrase)).snapshots.chain();
  return snapshots.map(({ id }) => id);
}

/**
 * What is wrong with a repository: damage of any kind, or a snapshot that is not there any more.
 * @param kept snapshots that must be there, whatever was done
 */
export async function repositoryProblems(place: FaultPlace, kept: readonly string[]): Promise<string[]> {
  try {
    const ids = await snapshotIds(place);
    if (ids.length > 0) await verifyBackups({ repository: repositoryOf(place), snapshots: [], share: 1, passphrase, waitMs: 0 });
    return kept.filter((id) => !ids.includes(id)).map((id) => `snapshot ${id} is gone`);
  } catch (error) {
    return [`the repository: ${(error as Error).message}`];
  }
}

/** What each snapshot restores to, one after the other; the same twice in a row counts once. */
export async function restoredStates(place: FaultPlace, era: Era): Promise<string[]> {
  const states: string[] = [];
  await eachRestored(place, async (engine) => {
    const state = await soundState(engine, era);
    if (state !== states.at(-1)) states.push(state);
  });
  return states;
}

/** Restores each snapshot, oldest first, and looks into it. */
export async function eachRestored(place: FaultPlace, look: (engine: Engine) => Promise<void>): Promise<void> {
  const repository = await BackupRepository.open(repositoryOf(place), passphrase);
  const folder = tempDir();
  for (const id of await snapshotIds(place)) {
    const path = join(folder, `${id}.db`);
    await restoreImage(repository, repository.snapshots.manifest(repository.snapshots.find(id)), path);
    await withEngine(path, look);
  }
  rmSync(folder, { recursive: true });
}

/** What a restored database holds, in short. @throws {Error} when something is wrong in it */
export async function restoredState(path: string, era: Era): Promise<string> {
  return withEngine(path, (engine) => soundState(engine, era));
}

async function soundState(engine: Engine, era: Era): Promise<string> {
  const wrong = await inconsistencies(engine);
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  return stateHash(await canonicalState(engine, era, 'exact'));
}
