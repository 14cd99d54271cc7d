import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CrmError } from '../errors.ts';
import { type ProcessLock, takeLock } from '../process-lock.ts';
import { packFileName } from './pack-writer.ts';
import { decodeConfig, encodeConfig, newConfig, type RepositoryConfig } from './repository-config.ts';
import { namesIn, readOrNull } from './repository-files.ts';
import { newKeys, PLAIN_KEYS, type RepositoryKeys, unwrapKeys } from './repository-keys.ts';
import { damagedRepository, SnapshotList } from './snapshot-list.ts';
import { storageError, writeWhole } from './whole-file.ts';

/** Where a passphrase comes from; asked only where one is needed. */
export type Passphrase = () => Promise<string>;

/** How a repository is opened for writing. */
export interface PrepareRepositoryOptions {
  readonly passphrase: Passphrase;
  /** Encrypt a new one. */
  readonly encrypt: boolean;
  readonly now: Date;
}

/** A repository that is there, or of which nothing is there yet. */
export interface PreparedRepository {
  readonly isNew: boolean;
  /** Makes it, where it is new. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
  make(): BackupRepository;
}

const CONFIG = 'config.json';
const FOLDERS = ['packs', 'snapshots'] as const;
const PACK_FILE = /^([0-9a-f]{64})\.pack$/;
/** What an interrupted start may have left in a new folder. */
const LEFT_BY_START = /^(packs|snapshots|chain|(chain|config\.json)\.part-\d+)$/;

/** A folder of snapshots. Nothing in it is ever changed in place: files appear whole, and are removed whole. */
export class BackupRepository {
  readonly folder: string;
  readonly config: RepositoryConfig;
  readonly keys: RepositoryKeys;
  readonly snapshots: SnapshotList;

  private constructor(folder: string, config: RepositoryConfig, keys: RepositoryKeys) {
    this.folder = folder;
    this.config = config;
    this.keys = keys;
    this.snapshots = new SnapshotList(folder, config.id, keys);
  }

  /**
   * Opens a repository that exists.
   * @throws {CrmError} INPUT_MISSING when there is none, INTEGRITY when its config is damaged, PERMISSION for a wrong passphrase
   */
  static async open(folder: string, passphrase: Passphrase): Promise<BackupRepository> {
    const config = readConfig(folder);
    if (config !== null) return new BackupRepository(folder, config, await keysFor(config, passphrase));
    throw new CrmError('INPUT_MISSING', `there is no backup repository at ${folder}`, {
      hint: 'make one with: crm backup create --repo DIR, or name another one with --repo',
    });
  }

  /**
   * Opens a repository, or prepares one where the folder is missing or empty.
   * @throws {CrmError} as `open`; USAGE when the folder holds something else, or is not encrypted although it should be
   */
  static async prepare(folder: string, options: PrepareRepositoryOptions): Promise<PreparedRepository> {
    const existing = readConfig(folder);
    if (existing !== null) {
      if (options.encrypt && existing.encryption === null) {
        throw new CrmError('USAGE', `the backup repository ${folder} is not encrypted, and cannot become so`, {
          hint: 'name a new folder: crm backup create --encrypt --repo DIR',
        });
      }
      const opened = new BackupRepository(folder, existing, await keysFor(existing, options.passphrase));
      return { isNew: false, make: () => opened };
    }
    requireEmpty(folder);
    const fresh = options.encrypt ? await newKeys(await options.passphrase()) : { keys: PLAIN_KEYS, wrapping: null };
    const made = new BackupRepository(folder, newConfig(options.now, fresh.wrapping), fresh.keys);
    return {
      isNew: true,
      make: () => {
        made.#make();
        return made;
      },
    };
  }

  /** Keeps other writers out. @throws {CrmError} BUSY when another process holds it for longer than `waitMs` */
  async lock(waitMs: number, signal?: AbortSignal): Promise<ProcessLock> {
    const path = join(this.folder, 'lock');
    let taken: Awaited<ReturnType<typeof takeLock>>;
    try {
      taken = await takeLock(path, { waitMs, signal });
    } catch (error) {
      throw storageError(error, path);
    }
    if ('release' in taken) return taken;
    throw new CrmError('BUSY', `process ${taken.pid} on ${taken.host} is writing to the backup repository ${this.folder}`, {
      hint: 'try again when it has ended, or wait for it with --wait 10m',
    });
  }

  /** The same for who only reads; null where nothing can be written: then nobody prunes there either. @throws {CrmError} BUSY */
  async lockIfWritable(waitMs: number, signal?: AbortSignal): Promise<ProcessLock | null> {
    try {
      return await this.lock(waitMs, signal);
    } catch (error) {
      if (error instanceof CrmError && error.code === 'OUTPUT_FAILED') return null;
      throw error;
    }
  }

  /** Where packs are. */
  get packFolder(): string {
    return join(this.folder, 'packs');
  }

  /** Path of a pack. */
  packPath(name: string): string {
    return join(this.packFolder, packFileName(name));
  }

  /** Names of all packs, used or not. */
  packNames(): string[] {
    return namesIn(this.packFolder, PACK_FILE);
  }

  #make(): void {
    try {
      for (const name of FOLDERS) mkdirSync(join(this.folder, name), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw storageError(error, this.folder);
    }
    this.snapshots.writeChain({ repository: this.config.id, sequence: 0, snapshots: [] });
    // Written last: it is what makes the folder a repository.
    writeWhole(join(this.folder, CONFIG), encodeConfig(this.config));
  }
}

function readConfig(folder: string): RepositoryConfig | null {
  const bytes = readOrNull(join(folder, CONFIG));
  if (bytes === null) {
    if (namesIn(join(folder, 'packs'), PACK_FILE).length === 0) return null;
    throw damagedRepository(folder, `${CONFIG} is missing`);
  }
  const config = decodeConfig(bytes);
  if (config === null) throw damagedRepository(folder, `${CONFIG} is not as it was written`);
  return config;
}

async function keysFor({ encryption }: RepositoryConfig, passphrase: Passphrase): Promise<RepositoryKeys> {
  return encryption === null ? PLAIN_KEYS : unwrapKeys(encryption, await passphrase());
}

function requireEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  const isOurs = (name: string): boolean => LEFT_BY_START.test(name);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw storageError(error, folder);
  }
  if (names.every(isOurs)) return;
  throw new CrmError('USAGE', `${folder} is not empty, and no backup repository`, { hint: 'name an empty or new folder with --repo' });
}
