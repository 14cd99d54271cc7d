import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrmError } from '../errors.ts';
import { type ProcessLock, takeLock } from '../process-lock.ts';
import { type Chain, type ChainEntry, chainPurpose } from './chain.ts';
import { type Manifest, manifestPurpose } from './manifest.ts';
import { packFileName } from './pack-writer.ts';
import { decodeConfig, encodeConfig, newConfig, type RepositoryConfig } from './repository-config.ts';
import { newKeys, PLAIN_KEYS, type RepositoryKeys, unwrapKeys } from './repository-keys.ts';
import { decodeRecord, encodeRecord, type SignedRecord } from './signed-record.ts';
import { storageError, writeWhole } from './whole-file.ts';

/** Where a passphrase comes from; asked only where one is needed. */
export type Passphrase = () => Promise<string>;

/** How a repository is opened for writing. */
export interface CreateRepositoryOptions {
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
const CHAIN = 'chain';
const FOLDERS = ['packs', 'snapshots'] as const;
const MANIFEST_NAME = /^(\d{8}T\d{6}Z-[0-9a-f]{8})\.snapshot$/;
const PACK_NAME = /^([0-9a-f]{64})\.pack$/;

/** A folder of snapshots. Nothing in it is ever changed in place: files appear whole, and are removed whole. */
export class BackupRepository {
  readonly folder: string;
  readonly config: RepositoryConfig;
  readonly keys: RepositoryKeys;

  private constructor(folder: string, config: RepositoryConfig, keys: RepositoryKeys) {
    this.folder = folder;
    this.config = config;
    this.keys = keys;
  }

  /**
   * Opens a repository that exists.
   * @throws {CrmError} INPUT_MISSING when there is none, INTEGRITY when its config is damaged, PERMISSION for a wrong passphrase
   */
  static async open(folder: string, passphrase: Passphrase): Promise<BackupRepository> {
    const config = readConfig(folder);
    if (config === null) {
      throw new CrmError('INPUT_MISSING', `there is no backup repository at ${folder}`, {
        hint: 'make one with: crm backup create --repo DIR, or name another one with --repo',
      });
    }
    return new BackupRepository(folder, config, await keysFor(config, passphrase));
  }

  /**
   * Opens a repository, or prepares one where the folder is missing or empty.
   * @throws {CrmError} as `open`; USAGE when the folder holds something else, or is not encrypted although it should be
   */
  static async prepare(folder: string, options: CreateRepositoryOptions): Promise<PreparedRepository> {
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
    if (existsSync(folder) && readdirSync(folder).some((name) => !isOurs(name))) {
      throw new CrmError('USAGE', `${folder} is not empty, and no backup repository`, { hint: 'name an empty or new folder with --repo' });
    }
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

  #make(): void {
    try {
      for (const name of FOLDERS) mkdirSync(join(this.folder, name), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw storageError(error, this.folder);
    }
    this.writeChain({ repository: this.config.id, sequence: 0, snapshots: [] });
    // Written last: it is what makes the folder a repository.
    writeWhole(join(this.folder, CONFIG), encodeConfig(this.config));
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

  /** Path of a pack. */
  packPath(name: string): string {
    return join(this.packFolder, packFileName(name));
  }

  /** Where packs are. */
  get packFolder(): string {
    return join(this.folder, 'packs');
  }

  /** Names of all packs, used or not. */
  packNames(): string[] {
    return namesIn(this.packFolder, PACK_NAME);
  }

  /**
   * The snapshots that are there, oldest first.
   * @throws {CrmError} INTEGRITY when the list of them is damaged or missing
   */
  chain(): Chain {
    const files = namesIn(join(this.folder, 'snapshots'), MANIFEST_NAME);
    const bytes = readOrNull(join(this.folder, CHAIN));
    const record = bytes === null ? null : decodeRecord<Chain>(bytes, chainPurpose(this.config.id), this.keys);
    if (record === null) throw damaged(this.folder, 'the list of its snapshots is missing or damaged');
    return this.#withUnlisted(record.value, files);
  }

  /** A manifest, checked against the list. @throws {CrmError} INTEGRITY naming the snapshot */
  manifest(entry: ChainEntry): Manifest {
    const record = this.#record(entry.id);
    if (record?.signature === entry.signature && record.value.sequence === entry.sequence) return record.value;
    throw new CrmError('INTEGRITY', `snapshot ${entry.id} is damaged: its manifest is missing, or not the one that was written`, {
      hint: 'restore another snapshot; which ones are sound says: crm backup verify',
      details: { snapshots: [entry.id] },
    });
  }

  /**
   * The snapshot that a word names: `latest`, an id, or how an id begins.
   * @throws {CrmError} NOT_FOUND, USAGE when several begin so, INTEGRITY
   */
  find(reference: string): ChainEntry {
    const { snapshots } = this.chain();
    const found = reference === 'latest' ? snapshots.slice(-1) : snapshots.filter(({ id }) => id.startsWith(reference));
    if (found.length === 1) return found[0] as ChainEntry;
    if (found.length > 1) {
      throw new CrmError('USAGE', `${found.length} snapshots begin with ${reference}`, {
        hint: 'give more of the id; see: crm backup list',
      });
    }
    const message =
      snapshots.length === 0 ? `there is no snapshot in ${this.folder}` : `there is no snapshot ${reference} in ${this.folder}`;
    throw new CrmError('NOT_FOUND', message, { hint: 'see which there are: crm backup list' });
  }

  /** Adds a snapshot: from now on it exists. @returns its entry */
  addManifest(manifest: Manifest): ChainEntry {
    const chain = this.chain();
    const { bytes, signature } = encodeRecord(manifest, manifestPurpose(this.config.id, manifest.id), this.keys);
    writeWhole(this.manifestPath(manifest.id), bytes);
    const entry = { id: manifest.id, sequence: manifest.sequence, signature };
    this.writeChain({ ...chain, sequence: manifest.sequence, snapshots: [...chain.snapshots, entry] });
    return entry;
  }

  /** Path of a manifest. */
  manifestPath(id: string): string {
    return join(this.folder, 'snapshots', `${id}.snapshot`);
  }

  /** Writes the list of snapshots. */
  writeChain(chain: Chain): void {
    writeWhole(join(this.folder, CHAIN), encodeRecord(chain, chainPurpose(this.config.id), this.keys).bytes);
  }

  /** Takes up a manifest that was written by somebody who was stopped before it came into the list. */
  #withUnlisted(chain: Chain, files: readonly string[]): Chain {
    const listed = new Set(chain.snapshots.map(({ id }) => id));
    for (const id of files.filter((file) => !listed.has(file))) {
      const record = this.#record(id);
      if (record === null || record.value.sequence !== chain.sequence + 1) continue;
      const { sequence } = record.value;
      return { ...chain, sequence, snapshots: [...chain.snapshots, { id, sequence, signature: record.signature }] };
    }
    return chain;
  }

  #record(id: string): SignedRecord<Manifest> | null {
    const bytes = readOrNull(this.manifestPath(id));
    return bytes === null ? null : decodeRecord<Manifest>(bytes, manifestPurpose(this.config.id, id), this.keys);
  }
}

function readConfig(folder: string): RepositoryConfig | null {
  const file = join(folder, CONFIG);
  const bytes = readOrNull(file);
  if (bytes !== null) return decodeConfig(bytes, file);
  if (namesIn(join(folder, 'packs'), PACK_NAME).length === 0) return null;
  throw damaged(folder, `${CONFIG} is missing`);
}

async function keysFor({ encryption }: RepositoryConfig, passphrase: Passphrase): Promise<RepositoryKeys> {
  return encryption === null ? PLAIN_KEYS : unwrapKeys(encryption, await passphrase());
}

/** What an interrupted start may have left in a new folder. */
function isOurs(name: string): boolean {
  return [CHAIN, ...FOLDERS].includes(name) || /^(config\.json|chain)\.part-/.test(name);
}

function damaged(folder: string, what: string): CrmError {
  return new CrmError('INTEGRITY', `the backup repository ${folder} is damaged: ${what}`, {
    hint: 'bring the file back from a copy of the repository, or begin a new one with --repo',
  });
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new CrmError('PERMISSION', `${path} cannot be read (${code})`, { cause: error, hint: 'check its permissions' });
  }
}

/** What the names in a folder that match have in brackets, sorted; nothing where there is no such folder. */
function namesIn(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .sort();
}
