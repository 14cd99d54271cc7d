import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { type Chain, type ChainEntry, chainPurpose } from './chain.ts';
import { type Manifest, manifestPurpose } from './manifest.ts';
import type { RepositoryKeys } from './repository-keys.ts';
import { namesIn, readOrNull } from './repository-files.ts';
import { decodeRecord, encodeRecord, type SignedRecord } from './signed-record.ts';
import { writeWhole } from './whole-file.ts';

const CHAIN = 'chain';
/** The folder of manifests in a repository. */
export const SNAPSHOT_FOLDER = 'snapshots';
/** Id and how the signature begins: a manifest that is written anew does not touch the one before. */
export const MANIFEST_FILE = /^((\d{8}T\d{6}Z-[0-9a-f]{8})\.[0-9a-f]{16}\.snapshot)$/;

/** The snapshots of a repository: one manifest each, and the signed list of them. */
export class SnapshotList {
  readonly #folder: string;
  readonly #repository: string;
  readonly #keys: RepositoryKeys;

  /** @param repository its id, for which everything is signed */
  constructor(folder: string, repository: string, keys: RepositoryKeys) {
    this.#folder = folder;
    this.#repository = repository;
    this.#keys = keys;
  }

  /**
   * The snapshots that are there, oldest first.
   * @throws {CrmError} INTEGRITY when the list of them is damaged or missing
   */
  chain(): Chain {
    const bytes = readOrNull(join(this.#folder, CHAIN));
    const record = bytes === null ? null : decodeRecord<Chain>(bytes, chainPurpose(this.#repository), this.#keys);
    if (record === null) throw damagedRepository(this.#folder, 'the list of its snapshots is missing or damaged');
    return this.#withUnlisted(record.value);
  }

  /** A manifest, checked against the list. @throws {CrmError} INTEGRITY naming the snapshot */
  manifest({ id, sequence, signature }: ChainEntry): Manifest {
    const record = this.#record(id, manifestFile(id, signature));
    if (record?.signature === signature && record.value.sequence === sequence) return record.value;
    throw new CrmError('INTEGRITY', `snapshot ${id} is damaged: its manifest is missing, or not the one that was written`, {
      hint: 'restore another snapshot; which ones are sound says: crm backup verify',
      details: { snapshots: [id] },
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
    const which = snapshots.length === 0 ? 'no snapshot' : `no snapshot ${reference}`;
    const newest = snapshots.at(-1);
    throw new CrmError('NOT_FOUND', `there is ${which} in ${this.#folder}`, {
      hint:
        newest === undefined
          ? 'make one with: crm backup create'
          : `did you mean ${nearest(reference, ['latest', ...snapshots.map(({ id }) => id)]) ?? newest.id}? See which there are: crm backup list`,
    });
  }

  /** Adds a snapshot: from now on it exists. */
  add(manifest: Manifest): void {
    const chain = this.chain();
    const signature = this.#write(manifest);
    const entry = { id: manifest.id, sequence: manifest.sequence, signature, madeAs: signature };
    this.writeChain({ ...chain, sequence: manifest.sequence, snapshots: [...chain.snapshots, entry] });
  }

  /** Writes manifests anew, all of them or none; those they replace are left for `removeUnlisted`. */
  replace(manifests: readonly Manifest[]): void {
    const chain = this.chain();
    const signatures = new Map(manifests.map((manifest) => [manifest.id, this.#write(manifest)]));
    const snapshots = chain.snapshots.map((entry) => ({ ...entry, signature: signatures.get(entry.id) ?? entry.signature }));
    this.writeChain({ ...chain, snapshots });
  }

  /** Writes the list of snapshots. */
  writeChain(chain: Chain): void {
    writeWhole(join(this.#folder, CHAIN), encodeRecord(chain, chainPurpose(this.#repository), this.#keys).bytes);
  }

  /** Removes manifests that are not in the list: those that were taken out of it, and those that were replaced. */
  removeUnlisted(): void {
    const listed = new Set(this.chain().snapshots.map(({ id, signature }) => manifestFile(id, signature)));
    for (const file of namesIn(join(this.#folder, SNAPSHOT_FOLDER), MANIFEST_FILE).filter((name) => !listed.has(name))) {
      rmSync(join(this.#folder, SNAPSHOT_FOLDER, file), { force: true });
    }
  }

  /** Takes up a manifest that was written by somebody who was stopped before it came into the list. */
  #withUnlisted(chain: Chain): Chain {
    const listed = new Set(chain.snapshots.map(({ id }) => id));
    for (const file of namesIn(join(this.#folder, SNAPSHOT_FOLDER), MANIFEST_FILE)) {
      const [id = ''] = file.split('.');
      const record = listed.has(id) ? null : this.#record(id, file);
      if (record === null || record.value.sequence !== chain.sequence + 1) continue;
      const { sequence } = record.value;
      const entry = { id, sequence, signature: record.signature, madeAs: record.signature };
      return { ...chain, sequence, snapshots: [...chain.snapshots, entry] };
    }
    return chain;
  }

  #write(manifest: Manifest): string {
    const { bytes, signature } = encodeRecord(manifest, manifestPurpose(this.#repository, manifest.id), this.#keys);
    writeWhole(join(this.#folder, SNAPSHOT_FOLDER, manifestFile(manifest.id, signature)), bytes);
    return signature;
  }

  #record(id: string, file: string): SignedRecord<Manifest> | null {
    const bytes = readOrNull(join(this.#folder, SNAPSHOT_FOLDER, file));
    return bytes === null ? null : decodeRecord<Manifest>(bytes, manifestPurpose(this.#repository, id), this.#keys);
  }
}

/** The error for what no single snapshot is to blame for: it names all of them. */
export function damagedRepository(folder: string, what: string): CrmError {
  const snapshots = [...new Set(namesIn(join(folder, SNAPSHOT_FOLDER), MANIFEST_FILE).map((file) => file.split('.', 1)[0] as string))];
  const which = snapshots.length === 0 ? '' : `; it holds ${snapshots.slice(0, 3).join(', ')}${snapshots.length > 3 ? ' and more' : ''}`;
  return new CrmError('INTEGRITY', `the backup repository ${folder} is damaged: ${what}${which}`, {
    hint: 'bring the file back from a copy of the repository, or begin a new one with --repo',
    details: { snapshots },
  });
}

function manifestFile(id: string, signature: string): string {
  return `${id}.${signature.slice(0, 16)}.snapshot`;
}
