import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { BackupRepository } from '../../../src/backup/backup-repository.ts';
import { createBackup } from '../../../src/backup/create-backup.ts';
import type { Manifest } from '../../../src/backup/manifest.ts';
import { PackFile } from '../../../src/backup/pack-file.ts';
import { restoreImage, type RestoreImageOptions } from '../../../src/backup/restore-image.ts';
import { connect } from '../../../src/engines/sqlite-connect.ts';
import { openRepository } from '../../../src/repository/repository.ts';
import { tempDir } from '../../support/temp-dir.ts';

const CUSTOMERS = 30;
const NOTES_BYTES = 600_000;
const passphrase = async (): Promise<string> => 'correct horse';

interface Backups {
  readonly folder: string;
  readonly repository: BackupRepository;
  readonly manifests: readonly Manifest[];
  /** The database as it was at each snapshot. */
  readonly images: readonly Buffer[];
}

/** Two snapshots of more blocks than are unpacked without threads; the pages of the second lie here and there. */
async function largeBackups(encrypt: boolean, key: Buffer | null): Promise<Backups> {
  const folder = tempDir();
  const database = join(folder, 'crm.db');
  const options = { database, repository: join(folder, 'backups'), passphrase, encrypt, verify: false, waitMs: 0, key };
  const customers = await openRepository(database, { create: true, ...(key === null ? {} : { key }) });
  for (let turn = 0; turn < CUSTOMERS; turn++) await customers.add({ name: `Person ${turn}` });
  await customers.close();
  const images: Buffer[] = [];
  const snapshots: string[] = [];
  for (const every of [1, 7]) {
    const { db } = connect(database, { key, timeout: 0 });
    db.prepare('UPDATE customers SET notes = hex(randomblob(?)) WHERE id % ? = 0').run(NOTES_BYTES / 2, every);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    images.push(readFileSync(database));
    snapshots.push((await createBackup(options)).result.snapshot);
  }
  const repository = await BackupRepository.open(options.repository, passphrase);
  const manifests = snapshots.map((id) => repository.snapshots.manifest(repository.snapshots.find(id)));
  return { folder, repository, manifests, images };
}

async function restored(backups: Backups, manifest: Manifest, options: RestoreImageOptions = {}): Promise<Buffer> {
  const path = join(tempDir(), 'restored.db');
  await restoreImage(backups.repository, manifest, path, options);
  return readFileSync(path);
}

/** What an open file of this process is; it may be closed by now. */
function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

describe.each([
  ['a database', false, null],
  ['a database in an encrypted repository', true, null],
  ['an encrypted database, whose pages are stored as they are', false, Buffer.from('staple')],
])('an image of many blocks: %s', (_name, encrypt, key) => {
  let backups: Backups;
  beforeAll(async () => {
    backups = await largeBackups(encrypt, key);
  }, 60_000);

  test('comes back bit by bit, from one pack and from several', async () => {
    expect(backups.images[0]?.equals(backups.images[1] as Buffer)).toBe(false);
    expect(backups.manifests[1]?.packs.length).toBeGreaterThan(1);
    for (const [number, manifest] of backups.manifests.entries()) {
      const image = await restored(backups, manifest);
      expect(image.equals(backups.images[number] as Buffer), `snapshot ${number}`).toBe(true);
    }
  });

  test('says when all is written, once and before it was compared', async () => {
    const told: number[] = [];
    const [manifest] = backups.manifests as [Manifest];
    const path = join(tempDir(), 'restored.db');
    const onWritten = (): void => void told.push(statSync(path).size);
    await restoreImage(backups.repository, manifest, path, { onWritten });
    expect(told).toEqual([manifest.totalBytes]);
    const other = { ...manifest, sha256: '0'.repeat(64) };
    await expect(restored(backups, other, { onWritten: () => void told.push(0) })).rejects.toMatchObject({ code: 'INTEGRITY' });
    expect(told).toEqual([manifest.totalBytes, 0]);
  });

  test('is left where somebody stops it in the middle', async () => {
    const [manifest] = backups.manifests as [Manifest];
    const stopping = new AbortController();
    const onProgress = (bytes: number): void => {
      if (bytes > manifest.totalBytes / 2) stopping.abort('SIGINT');
    };
    await expect(restored(backups, manifest, { signal: stopping.signal, onProgress })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  test('is damaged where a bit of any of its blocks is another, and the pack is named', async () => {
    const [manifest] = backups.manifests as [Manifest];
    const [name] = manifest.packs as [string];
    const path = backups.repository.packPath(name);
    const pack = await PackFile.open(path, name, backups.repository.keys);
    const { blockAt } = pack.index;
    await pack.close();
    expect(pack.blockCount).toBeGreaterThan(16);
    const sound = readFileSync(path);
    try {
      for (const block of [0, pack.blockCount >> 1, pack.blockCount - 1]) {
        const bytes = Buffer.from(sound);
        const at = (blockAt[block] as number) + 7;
        bytes[at] = (bytes[at] as number) ^ 1;
        writeFileSync(path, bytes);
        await expect(restored(backups, manifest)).rejects.toMatchObject({
          code: 'INTEGRITY',
          message: expect.stringContaining(`damaged block (${block + 1} of`),
          details: { snapshots: [manifest.id], pack: name },
        });
      }
    } finally {
      writeFileSync(path, sound);
    }
    expect((await restored(backups, manifest)).equals(backups.images[0] as Buffer)).toBe(true);
  });

  test('leaves no file open, neither of the repository nor its own', async () => {
    const open = (): number => readdirSync('/proc/self/fd').filter((fd) => /\.pack|restored\.db/.test(linkOf(fd))).length;
    const [first, second] = backups.manifests as [Manifest, Manifest];
    expect(open()).toBe(0);
    for (let turn = 0; turn < 3; turn++) await restored(backups, second);
    await expect(restored(backups, { ...first, totalBytes: first.totalBytes + 1 })).rejects.toMatchObject({ code: 'INTEGRITY' });
    expect(open()).toBe(0);
  });
});
