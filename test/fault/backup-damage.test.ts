import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { BackupRepository } from '../../src/backup/backup-repository.ts';
import { createBackup } from '../../src/backup/create-backup.ts';
import { pruneBackups } from '../../src/backup/prune-backups.ts';
import { restoreImage } from '../../src/backup/restore-image.ts';
import { verifyBackups } from '../../src/backup/verify-backups.ts';
import { CrmError } from '../../src/errors.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { reportFaults } from '../support/fault/fault-report.ts';
import { fewerRounds, randomOf, reproduction, roundsOf } from '../support/fault/fault-settings.ts';
import { tempDir } from '../support/temp-dir.ts';

/** 200 faults in a plain repository unless somebody asks for more, a twentieth of them in an encrypted one, which takes long to open. */
const ROUNDS = roundsOf(20);
const passphrase = async (): Promise<string> => 'correct horse';

interface Sound {
  readonly folder: string;
  /** SHA-256 of the image of each snapshot. */
  readonly snapshots: readonly string[];
}

/** Three snapshots that share chunks, in packs of their own, after a prune that wrote one pack anew. */
async function soundRepository(encrypt: boolean): Promise<Sound> {
  const folder = tempDir();
  const database = join(folder, 'crm.db');
  const repository = join(folder, 'backups');
  const options = { database, repository, passphrase, encrypt, verify: false, waitMs: 0 };
  const snapshots: string[] = [];
  for (let round = 0; round < 5; round++) {
    const customers = await openRepository(database, { create: true });
    for (let turn = 0; turn < 25; turn++) await customers.add({ name: `Person ${round} ${turn}`, notes: 'n'.repeat(turn * 40) });
    await customers.close();
    snapshots.push((await createBackup(options)).result.snapshot);
  }
  const policy = { last: 3, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
  await pruneBackups({ repository, policy, dropDamaged: false, dryRun: false, passphrase, waitMs: 0 });
  return { folder: repository, snapshots: snapshots.slice(2) };
}

/** What may happen to a file. @returns what was done, for the message */
type Fault = (file: string, other: string | undefined, random: (below: number) => number) => string;
const FAULTS: Readonly<Record<string, Fault>> = {
  flip: (file, _other, random) => {
    const bytes = readFileSync(file);
    const at = random(bytes.length);
    const bit = random(8);
    bytes[at] = (bytes[at] as number) ^ (1 << bit);
    writeFileSync(file, bytes);
    return `bit ${bit} of byte ${at}`;
  },
  truncate: (file, _other, random) => {
    const length = random(readFileSync(file).length);
    truncateSync(file, length);
    return `cut to ${length}`;
  },
  append: (file) => {
    writeFileSync(file, '\n', { flag: 'a' });
    return 'one byte more';
  },
  remove: (file) => {
    rmSync(file);
    return 'removed';
  },
  swap: (file, other) => {
    if (other === undefined) return FAULTS.remove?.(file, other, () => 0) ?? '';
    renameSync(file, `${file}.x`);
    renameSync(other, file);
    renameSync(`${file}.x`, other);
    return `swapped with ${other}`;
  },
  replace: (file, other) => {
    if (other === undefined) return FAULTS.append?.(file, other, () => 0) ?? '';
    cpSync(other, file);
    return `replaced by ${other}`;
  },
};

/** Flips are as many as all the others together. */
const CHOICE = ['flip', 'flip', 'flip', 'flip', 'flip', ...Object.keys(FAULTS).slice(1)];

function damage(folder: string, random: (below: number) => number): string {
  const kinds = ['', 'packs', 'snapshots'].map((name) => filesIn(join(folder, name)));
  const files = kinds[random(kinds.length)] as string[];
  const file = files[random(files.length)] as string;
  const others = files.filter((name) => name !== file);
  const name = CHOICE[random(CHOICE.length)] as string;
  return `${name} ${file}: ${FAULTS[name]?.(file, others[random(others.length)], random)}`;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name))
    .sort();
}

/** The snapshots that a verification calls damaged; all is well when there are none. */
async function blamed(folder: string): Promise<readonly string[]> {
  try {
    await verifyBackups({ repository: folder, snapshots: [], share: 1, passphrase, waitMs: 0 });
    return [];
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'INTEGRITY') throw error;
    return error.details?.snapshots as string[];
  }
}

/** Whether a snapshot comes back; a file that is not what was backed up is never the answer. */
async function comesBack(folder: string, id: string): Promise<boolean> {
  const path = join(folder, '..', 'restored.db');
  rmSync(path, { force: true });
  try {
    const repository = await BackupRepository.open(folder, passphrase);
    const entry = repository.snapshots.find(id);
    await restoreImage(repository, repository.snapshots.manifest(entry), path);
  } catch (error) {
    if (error instanceof CrmError && error.code === 'INTEGRITY') return false;
    // Without its config a folder with no pack in it is none.
    throw error;
  }
  return true;
}

describe.each([
  ['plain', false, ROUNDS],
  ['encrypted', true, fewerRounds(ROUNDS, 1 / 20)],
])('a %s repository', (kind, encrypt, rounds) => {
  let sound: Sound;
  const images = new Map<string, Buffer>();

  beforeAll(async () => {
    sound = await soundRepository(encrypt);
    expect(await blamed(sound.folder)).toEqual([]);
    for (const id of sound.snapshots) {
      expect(await comesBack(sound.folder, id)).toBe(true);
      images.set(id, readFileSync(join(sound.folder, '..', 'restored.db')));
    }
    expect(filesIn(join(sound.folder, 'packs')).length).toBeGreaterThan(2);
  }, 60_000);

  const name = `damage [${kind}]`;
  test(`${name}: ${rounds.length} faults are all found, and laid to the snapshots that do not come back`, {
    timeout: 600_000 + rounds.length * 2000,
  }, async () => {
    const folder = join(tempDir(), 'backups');
    let found = 0;
    try {
      for (const round of rounds) {
        await findsDamage(folder, name, round);
        found++;
      }
    } finally {
      reportFaults({ scenario: name, rounds: rounds.length, faults: found, losses: found === rounds.length ? 0 : 1 });
    }
  });

  async function findsDamage(folder: string, scenario: string, round: number): Promise<void> {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    cpSync(sound.folder, folder, { recursive: true });
    const what = `${damage(folder, randomOf(scenario, round))}; again: ${reproduction(scenario, round)}`;
    const named = await blamed(folder);
    expect(named, what).not.toEqual([]);
    for (const id of sound.snapshots) {
      const back = await comesBack(folder, id);
      expect({ what, id, back }).toEqual({ what, id, back: !named.includes(id) });
      if (back) expect(readFileSync(join(folder, '..', 'restored.db')).equals(images.get(id) as Buffer), what).toBe(true);
    }
  }
});
