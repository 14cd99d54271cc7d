import { checkInterruption } from '../interruption.ts';
import { CrmError } from '../errors.ts';
import type { BackupRepository } from './backup-repository.ts';
import type { ChainEntry } from './chain.ts';
import { decodeExtents } from './extents.ts';
import type { Manifest } from './manifest.ts';
import { PackDamage, PackFile } from './pack-file.ts';
import { HASH_BYTES } from './pack-format.ts';

/** What is looked at. */
export interface FindDamageOptions {
  /** Share of the blocks that are read, in (0, 1]; manifests and the indexes of packs are always looked at. */
  readonly share: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** What is not as it was written. */
export interface Damage {
  /** What is wrong with each damaged snapshot. */
  readonly snapshots: ReadonlyMap<string, readonly string[]>;
  /** Packs of which a part is damaged, or that are missing. */
  readonly packs: ReadonlySet<string>;
  /** Packs that were looked at, and how many bytes of them were read. */
  readonly packCount: number;
  readonly readBytes: number;
}

/** Chunks of a pack that a snapshot needs. */
interface Use {
  readonly snapshot: string;
  readonly first: number;
  readonly count: number;
}

/**
 * Compares a repository with its own hashes and signatures: the chain of the snapshots, their manifests, and the packs
 * they lie in. Of a damaged block it finds out whose it is.
 */
export async function findDamage(
  repository: BackupRepository,
  entries: readonly ChainEntry[],
  options: FindDamageOptions,
): Promise<Damage> {
  const damage = new Map<string, string[]>();
  const blame = (snapshot: string, what: string): void => {
    const list = damage.get(snapshot) ?? [];
    if (!list.includes(what)) damage.set(snapshot, [...list, what]);
  };
  const manifests = soundManifests(repository, entries, blame);
  const uses = usesOf(manifests);
  const damagedPacks = new Set<string>();
  const totalBytes = await totalSize(repository, [...uses.keys()]);
  let readBytes = 0;
  for (const [name, users] of uses) {
    const found = await damageOfPack(repository, name, options, (bytes) => {
      readBytes += bytes;
      options.onProgress?.(readBytes, totalBytes);
      checkInterruption(options.signal);
    });
    for (const { what, from, to } of found) {
      damagedPacks.add(name);
      const hit = users.filter((use) => use.first < to && use.first + use.count > from);
      // Damage where no snapshot has anything: it is told of all that are in the pack.
      for (const { snapshot } of hit.length === 0 ? users : hit) blame(snapshot, what);
    }
  }
  return { snapshots: damage, packs: damagedPacks, packCount: uses.size, readBytes };
}

/** Manifests that are as they were written and follow one another as they should. */
function soundManifests(
  repository: BackupRepository,
  entries: readonly ChainEntry[],
  blame: (snapshot: string, what: string) => void,
): Manifest[] {
  const madeAs = new Map(repository.snapshots.chain().snapshots.map((entry) => [entry.id, entry.madeAs]));
  return entries.flatMap((entry) => {
    try {
      const manifest = repository.snapshots.manifest(entry);
      const before = manifest.previous === null ? undefined : madeAs.get(manifest.previous.id);
      if (before !== undefined && before !== manifest.previous?.signature) blame(entry.id, 'it does not follow the snapshot before it');
      return [manifest];
    } catch (error) {
      if (!(error instanceof CrmError) || error.code !== 'INTEGRITY') throw error;
      blame(entry.id, 'its manifest is missing, or not the one that was written');
      return [];
    }
  });
}

function usesOf(manifests: readonly Manifest[]): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  for (const { id, packs, extents } of manifests) {
    for (const { pack, first, count } of decodeExtents(extents)) {
      const name = packs[pack] as string;
      const list = uses.get(name) ?? [];
      if (list.length === 0) uses.set(name, list);
      list.push({ snapshot: id, first, count });
    }
  }
  return uses;
}

async function totalSize(repository: BackupRepository, names: readonly string[]): Promise<number> {
  const { stat } = await import('node:fs/promises');
  const sizes = await Promise.all(
    names.map((name) =>
      stat(repository.packPath(name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface DamagedPart {
  readonly what: string;
  /** Chunks that it concerns. */
  readonly from: number;
  readonly to: number;
}

async function damageOfPack(
  repository: BackupRepository,
  name: string,
  { share }: FindDamageOptions,
  onRead: (bytes: number) => void,
): Promise<DamagedPart[]> {
  const all = { from: 0, to: Number.POSITIVE_INFINITY };
  let pack: PackFile;
  try {
    pack = await PackFile.open(repository.packPath(name), name, repository.keys);
  } catch (error) {
    if (error instanceof PackDamage) return [{ what: error.message, ...all }];
    throw error;
  }
  try {
    const found: DamagedPart[] = [];
    const { firstChunk, blockAt } = pack.index;
    for (let block = 0; block < pack.blockCount; block++) {
      if (share < 1 && Math.random() >= share) continue;
      const what = await damageOfBlock(pack, block, repository);
      if (what !== null) found.push({ what, from: firstChunk[block] as number, to: firstChunk[block + 1] as number });
      onRead((blockAt[block + 1] as number) - (blockAt[block] as number));
    }
    return found;
  } finally {
    await pack.close();
  }
}

/** Whether a block unpacks to the chunks that its index names; null when all is well. */
async function damageOfBlock(pack: PackFile, block: number, { keys }: BackupRepository): Promise<string | null> {
  try {
    const bytes = await pack.block(block);
    const { firstChunk, chunkBytes, chunkIds } = pack.index;
    let at = 0;
    for (let chunk = firstChunk[block] as number; chunk < (firstChunk[block + 1] as number); chunk++) {
      const end = at + (chunkBytes[chunk] as number);
      const id = chunkIds.subarray(chunk * HASH_BYTES, (chunk + 1) * HASH_BYTES);
      if (!keys.chunkId(bytes.subarray(at, end)).equals(id))
        return new PackDamage(pack.name, `has chunks with other hashes (block ${block + 1})`).message;
      at = end;
    }
    return null;
  } catch (error) {
    if (error instanceof PackDamage) return error.message;
    throw error;
  }
}
