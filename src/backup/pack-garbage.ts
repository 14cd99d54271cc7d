import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkInterruption } from '../interruption.ts';
import type { BackupRepository } from './backup-repository.ts';
import type { ChunkPlace } from './chunk-index.ts';
import { ChunkStore } from './chunk-store.ts';
import { decodeExtents, ExtentList, namedExtents } from './extents.ts';
import type { Manifest } from './manifest.ts';
import { PackFile } from './pack-file.ts';

/** What was removed of packs, or would be. */
export interface Garbage {
  readonly removedPacks: number;
  /** Packs of which less than half was needed: what was, went into new ones. */
  readonly repackedPacks: number;
  readonly freedBytes: number;
}

/** What was written anew. */
interface Repacked {
  /** Bytes of the new packs. */
  readonly addedBytes: number;
  /** Packs that snapshots name since then. */
  readonly named: ReadonlySet<string>;
}

const NOTHING_MOVED: Repacked = { addedBytes: 0, named: new Set() };

/** How garbage is collected. */
export interface CollectOptions {
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A pack of which less than this is needed is written anew. */
const MIN_LIVE_SHARE = 0.5;

interface PackState {
  readonly name: string;
  readonly storedBytes: number;
  /** One byte a chunk: whether a snapshot needs it. */
  readonly live: Uint8Array;
  readonly liveShare: number;
}

/**
 * Removes what no snapshot needs: manifests that are not listed, packs without a chunk that is needed, files that somebody
 * began and left. Packs that are mostly not needed, or damaged where they are not, are written anew before they go.
 * @param manifests of all snapshots that are listed
 * @param damaged packs that are damaged in some place that none of these needs
 */
export async function collectGarbage(
  repository: BackupRepository,
  manifests: readonly Manifest[],
  damaged: ReadonlySet<string>,
  options: CollectOptions,
): Promise<Garbage> {
  const states = await packStates(repository, manifests);
  const dead = states.filter((state) => state.liveShare === 0);
  const sparse = states.filter((state) => state.liveShare > 0 && (state.liveShare < MIN_LIVE_SHARE || damaged.has(state.name)));
  const sumOf = (list: readonly PackState[]): number => list.reduce((sum, state) => sum + state.storedBytes, 0);
  const counts = { removedPacks: dead.length, repackedPacks: sparse.length };
  if (options.dryRun) {
    const freed = sumOf(dead) + sparse.reduce((sum, state) => sum + Math.round(state.storedBytes * (1 - state.liveShare)), 0);
    return { ...counts, freedBytes: freed };
  }
  const { addedBytes, named } = sparse.length === 0 ? NOTHING_MOVED : await repack(repository, manifests, sparse, options.signal);
  repository.snapshots.removeUnlisted();
  // A pack that an earlier prune wrote before it was stopped was dead, until this one came to the same pack again.
  const gone = [...dead, ...sparse].filter(({ name }) => !named.has(name));
  for (const { name } of gone) rmSync(repository.packPath(name), { force: true });
  removeParts(repository);
  return { ...counts, removedPacks: gone.length - sparse.length, freedBytes: sumOf(gone) - addedBytes };
}

async function packStates(repository: BackupRepository, manifests: readonly Manifest[]): Promise<PackState[]> {
  const live = new Map<string, { first: number; count: number }[]>();
  for (const { packs, extents } of manifests) {
    for (const name of packs) if (!live.has(name)) live.set(name, []);
    for (const { pack, first, count } of decodeExtents(extents)) live.get(packs[pack] as string)?.push({ first, count });
  }
  const states: PackState[] = [];
  for (const name of repository.packNames()) states.push(await packState(repository, name, live.get(name) ?? []));
  return states;
}

async function packState(
  repository: BackupRepository,
  name: string,
  uses: readonly { readonly first: number; readonly count: number }[],
): Promise<PackState> {
  const storedBytes = statSync(repository.packPath(name)).size;
  if (uses.length === 0) return { name, storedBytes, live: new Uint8Array(0), liveShare: 0 };
  const { chunkBytes } = await indexOf(repository, name);
  const live = new Uint8Array(chunkBytes.length);
  for (const { first, count } of uses) live.fill(1, first, first + count);
  const total = chunkBytes.reduce((sum, sizeBytes) => sum + sizeBytes, 0);
  const liveBytes = chunkBytes.reduce((sum, sizeBytes, chunk) => sum + (live[chunk] === 1 ? sizeBytes : 0), 0);
  return { name, storedBytes, live, liveShare: liveBytes / total };
}

async function indexOf(repository: BackupRepository, name: string): Promise<PackFile['index']> {
  const pack = await PackFile.open(repository.packPath(name), name, repository.keys);
  await pack.close();
  return pack.index;
}

/** Stores the chunks that are needed of some packs again, and writes the manifests that name them anew. */
async function repack(
  repository: BackupRepository,
  manifests: readonly Manifest[],
  states: readonly PackState[],
  signal: AbortSignal | undefined,
): Promise<Repacked> {
  const moved = new Map<string, (ChunkPlace | undefined)[]>();
  const store = await ChunkStore.open(repository, new Set(states.map(({ name }) => name)));
  try {
    for (const state of states) moved.set(state.name, await moveChunks(repository, state, store, signal));
    const { addedBytes } = await store.finish();
    const touched = manifests.filter(({ packs }) => packs.some((name) => moved.has(name)));
    const changed = touched.map((manifest) => ({ ...manifest, ...movedExtents(manifest, moved, store) }));
    repository.snapshots.replace(changed);
    return { addedBytes, named: new Set(changed.flatMap(({ packs }) => packs)) };
  } finally {
    await store.discard();
  }
}

/** @returns the new place of each chunk that is needed */
async function moveChunks(
  repository: BackupRepository,
  { name, live }: PackState,
  store: ChunkStore,
  signal: AbortSignal | undefined,
): Promise<(ChunkPlace | undefined)[]> {
  const places: (ChunkPlace | undefined)[] = [];
  const pack = await PackFile.open(repository.packPath(name), name, repository.keys);
  try {
    const { firstChunk, chunkBytes } = pack.index;
    for (let block = 0; block < pack.blockCount; block++) {
      checkInterruption(signal);
      const [from, to] = [firstChunk[block] as number, firstChunk[block + 1] as number];
      if (live.indexOf(1, from) >= to || live.indexOf(1, from) < 0) continue;
      const bytes = await pack.block(block);
      for (let chunk = from, at = 0; chunk < to; at += chunkBytes[chunk++] as number) {
        if (live[chunk] === 1) places[chunk] = await store.put(bytes.subarray(at, at + (chunkBytes[chunk] as number)));
      }
    }
    return places;
  } finally {
    await pack.close();
  }
}

/** Where the chunks of a manifest are now. */
function movedExtents(
  manifest: Manifest,
  moved: ReadonlyMap<string, readonly (ChunkPlace | undefined)[]>,
  store: ChunkStore,
): Pick<Manifest, 'packs' | 'extents'> {
  const list = new ExtentList<string>();
  for (const { pack, first, count } of decodeExtents(manifest.extents)) {
    const name = manifest.packs[pack] as string;
    const places = moved.get(name);
    for (let chunk = first; chunk < first + count; chunk++) {
      const place = places?.[chunk];
      list.add(place === undefined ? name : store.packName(place.pack), place?.ordinal ?? chunk);
    }
  }
  return namedExtents(list);
}

/** Files that were begun and left: nobody else is writing here now. */
function removeParts({ folder }: BackupRepository): void {
  for (const part of [folder, join(folder, 'packs'), join(folder, 'snapshots')]) {
    const names = readdirSync(part).filter((name) => /\.part-\d+$/.test(name) && !name.startsWith('lock'));
    for (const name of names) rmSync(join(part, name), { force: true });
  }
}
