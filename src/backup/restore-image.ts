import { type FileHandle, open } from 'node:fs/promises';
import { CrmError } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import type { BackupRepository } from './backup-repository.ts';
import { decodeExtents, type Extent } from './extents.ts';
import type { Manifest } from './manifest.ts';
import { PackDamage, PackFile } from './pack-file.ts';
import { UnpackThreads } from './unpack-threads.ts';
import { storageError } from './whole-file.ts';
import { WrittenImage } from './written-image.ts';

/** How an image is written. */
export interface RestoreImageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number) => void;
  /** Called when all is written, while the rest of it is read back and brought to the disk. */
  readonly onWritten?: () => void;
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

/** Blocks under way at once: some are read and written while others are unpacked, and the main thread hashes. */
const SIDE_BY_SIDE = 6;
/** So few blocks are unpacked sooner than threads are started. */
const FEW_BLOCKS = 16;

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
    options.onWritten?.();
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
  let threads: UnpackThreads | null = null;
  try {
    for (const name of manifest.packs) sources.push(sourceOf(await PackFile.open(repository.packPath(name), name, repository.keys)));
    const { parts, totalBytes } = placed(decodeExtents(manifest.extents), sources);
    if (totalBytes !== manifest.totalBytes) throw damagedSnapshot(manifest.id, 'its parts do not make up its size');
    if (sources.reduce((sum, { pack }) => sum + pack.blockCount, 0) > FEW_BLOCKS)
      threads = new UnpackThreads(SIDE_BY_SIDE, largestBlock(sources));
    for (const [number, source] of sources.entries()) {
      await writePack(source, parts[number] ?? [], threads, image, () => {
        options.onProgress?.(image.writtenBytes);
        checkInterruption(options.signal);
      });
    }
  } finally {
    await threads?.close();
    for (const { pack } of sources) await pack.close();
  }
}

function sourceOf(pack: PackFile): Source {
  const { chunkBytes } = pack.index;
  const startOf = new Float64Array(chunkBytes.length + 1);
  for (let chunk = 0; chunk < chunkBytes.length; chunk++) startOf[chunk + 1] = (startOf[chunk] as number) + (chunkBytes[chunk] as number);
  return { pack, startOf };
}

/** How large a block is at most, as it is stored and unpacked. */
function largestBlock(sources: readonly Source[]): { readonly packed: number; readonly content: number } {
  const largest = { packed: 0, content: 0 };
  for (const { pack } of sources) {
    const { blockAt } = pack.index;
    for (let block = 0; block < pack.blockCount; block++) {
      largest.packed = Math.max(largest.packed, (blockAt[block + 1] as number) - (blockAt[block] as number));
      largest.content = Math.max(largest.content, pack.contentBytes(block));
    }
  }
  return largest;
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
async function writePack(
  source: Source,
  parts: readonly Part[],
  threads: UnpackThreads | null,
  image: WrittenImage,
  wrote: () => void,
): Promise<void> {
  const wanted = blocksOf(source.pack, parts);
  let next = 0;
  const work = async (lane: number): Promise<void> => {
    for (let turn = next++; turn < wanted.length; turn = next++) {
      const { block, parts: own } = wanted[turn] as Wanted;
      const bytes = threads === null ? await source.pack.block(block) : await unpackedBlock(source.pack, block, threads, lane);
      for (const part of own) await writePart(source, block, bytes, part, image);
      wrote();
    }
  };
  const lanes = Array.from({ length: SIDE_BY_SIDE }, (_, lane) => work(lane));
  try {
    await Promise.all(lanes);
  } finally {
    next = wanted.length;
    await Promise.allSettled(lanes);
  }
}

/** The chunks of a block, until the next one of the same lane. @throws {PackDamage} when they are not as they were written */
async function unpackedBlock(pack: PackFile, block: number, threads: UnpackThreads, lane: number): Promise<Buffer> {
  const { bytes, isDeflated, contentBytes } = await pack.packedBlock(block, threads.room(lane));
  const content = isDeflated ? await threads.unpack(lane, bytes, contentBytes) : bytes;
  if (content?.length === contentBytes) return content;
  throw pack.notUnpacked(block);
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
