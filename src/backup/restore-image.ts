import { type FileHandle, open } from 'node:fs/promises';
import { CrmError } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import type { BackupRepository } from './backup-repository.ts';
import { decodeExtents, type Extent } from './extents.ts';
import type { Manifest } from './manifest.ts';
import { PackDamage, PackFile } from './pack-file.ts';
import { storageError } from './whole-file.ts';
import { WrittenImage } from './written-image.ts';

/** How an image is written. */
export interface RestoreImageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number) => void;
}

/** Part of a pack that belongs somewhere in the image. */
interface Part {
  readonly first: number;
  readonly count: number;
  /** Where it begins in the image, in bytes. */
  readonly at: number;
}

/** A pack, and where each of its chunks begins when all are laid one after the other. */
interface Source {
  readonly pack: PackFile;
  readonly startOf: Float64Array;
}

/** The thread pool has four threads; more blocks than that keep them busy while the main thread hashes. */
const SIDE_BY_SIDE = 6;

/**
 * Writes the image of a snapshot into a new file, pack by pack, so that each block is read and unpacked once however
 * scattered the image is. Afterwards the file is on disk, and was read back: its hash is that of the manifest.
 * @throws {CrmError} INTEGRITY naming the snapshot, DISK_FULL, OUTPUT_FAILED
 */
export async function restoreImage(
  repository: BackupRepository,
  manifest: Manifest,
  path: string,
  options: RestoreImageOptions = {},
): Promise<void> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'wx+', 0o600);
    const written = new WrittenImage(file);
    await writeImage(repository, manifest, written, options);
    if ((await written.finish()) !== manifest.sha256) throw damagedSnapshot(manifest.id, 'the restored file has another hash');
  } catch (error) {
    if (error instanceof PackDamage) throw damagedSnapshot(manifest.id, error.message, { pack: error.pack, what: error.message });
    throw storageError(error, path);
  } finally {
    await file?.close();
  }
}

/** The error that names a snapshot whose content is not as it was written. */
export function damagedSnapshot(id: string, what: string, details: Readonly<Record<string, string>> = {}): CrmError {
  return new CrmError('INTEGRITY', `snapshot ${id} is damaged: ${what}`, {
    hint: 'restore another snapshot; which ones are sound says: crm backup verify',
    details: { snapshots: [id], ...details },
  });
}

async function writeImage(
  repository: BackupRepository,
  manifest: Manifest,
  image: WrittenImage,
  options: RestoreImageOptions,
): Promise<void> {
  const sources: Source[] = [];
  try {
    for (const name of manifest.packs) sources.push(sourceOf(await PackFile.open(repository.packPath(name), name, repository.keys)));
    const { parts, totalBytes } = placed(decodeExtents(manifest.extents), sources);
    if (totalBytes !== manifest.totalBytes) throw damagedSnapshot(manifest.id, 'its parts do not make up its size');
    for (const [number, source] of sources.entries()) {
      await writePack(source, parts[number] ?? [], image, () => {
        options.onProgress?.(image.writtenBytes);
        checkInterruption(options.signal);
      });
    }
  } finally {
    for (const { pack } of sources) await pack.close();
  }
}

function sourceOf(pack: PackFile): Source {
  const { chunkBytes } = pack.index;
  const startOf = new Float64Array(chunkBytes.length + 1);
  for (const [chunk, sizeBytes] of chunkBytes.entries()) startOf[chunk + 1] = (startOf[chunk] as number) + sizeBytes;
  return { pack, startOf };
}

/** Which parts of each pack belong where, in the order in which they lie in the pack. */
function placed(
  extents: readonly Extent[],
  sources: readonly Source[],
): { readonly parts: readonly Part[][]; readonly totalBytes: number } {
  const parts: Part[][] = sources.map(() => []);
  let at = 0;
  for (const { pack, first, count } of extents) {
    parts[pack]?.push({ first, count, at });
    const startOf = sources[pack]?.startOf;
    at += (startOf?.[first + count] ?? Number.NaN) - (startOf?.[first] ?? Number.NaN);
  }
  for (const list of parts) list.sort((a, b) => a.first - b.first);
  return { parts, totalBytes: at };
}

/** Unpacks the blocks of a pack that are needed, several side by side, and writes what belongs into the image. */
async function writePack(source: Source, parts: readonly Part[], image: WrittenImage, wrote: () => void): Promise<void> {
  const wanted = blocksOf(source.pack, parts);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let turn = next++; turn < wanted.length; turn = next++) {
      const { block, parts: own } = wanted[turn] as Wanted;
      const bytes = await source.pack.block(block);
      for (const part of own) await writePart(source, block, bytes, part, image);
      wrote();
    }
  };
  const workers = Array.from({ length: SIDE_BY_SIDE }, work);
  try {
    await Promise.all(workers);
  } finally {
    next = wanted.length;
    await Promise.allSettled(workers);
  }
}

interface Wanted {
  readonly block: number;
  readonly parts: Part[];
}

/** The blocks that hold something of these parts. A part may go over several, and the same chunks may be in several parts. */
function blocksOf(pack: PackFile, parts: readonly Part[]): Wanted[] {
  const { firstChunk } = pack.index;
  const wanted = new Map<number, Part[]>();
  for (const part of parts) {
    for (let block = blockOf(firstChunk, part.first); (firstChunk[block] as number) < part.first + part.count; block++) {
      const list = wanted.get(block);
      if (list === undefined) wanted.set(block, [part]);
      else list.push(part);
    }
  }
  return [...wanted].map(([block, list]) => ({ block, parts: list })).sort((a, b) => a.block - b.block);
}

/** The block that a chunk is in. */
function blockOf(firstChunk: Uint32Array, chunk: number): number {
  let [low, high] = [0, firstChunk.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((firstChunk[middle] as number) <= chunk) low = middle;
    else high = middle;
  }
  return low;
}

/** Writes what a block holds of a part. */
async function writePart({ pack, startOf }: Source, block: number, bytes: Buffer, part: Part, image: WrittenImage): Promise<void> {
  const { firstChunk } = pack.index;
  const start = (chunk: number): number => startOf[chunk] as number;
  const blockFirst = firstChunk[block] as number;
  const from = Math.max(blockFirst, part.first);
  const to = Math.min(firstChunk[block + 1] as number, part.first + part.count);
  const slice = bytes.subarray(start(from) - start(blockFirst), start(to) - start(blockFirst));
  await image.write(slice, part.at + start(from) - start(part.first));
}
