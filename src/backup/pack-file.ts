import { hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import {
  decodePackIndex,
  HASH_BYTES,
  indexBytesOf,
  inflateOptions,
  PACK_START,
  type PackIndex,
  SEALED_AS,
  TRAILER_BYTES,
} from './pack-format.ts';
import type { RepositoryKeys } from './repository-keys.ts';

const decompress = promisify(inflateRaw);

/** What is wrong with a pack, for the error that names the snapshots it belongs to. */
export class PackDamage extends Error {
  readonly pack: string;

  constructor(pack: string, what: string) {
    super(`pack ${pack.slice(0, 12)} ${what}`);
    this.name = 'PackDamage';
    this.pack = pack;
  }
}

/** A block that is still packed. */
export interface PackedBlock {
  readonly bytes: Buffer;
  /** Else the bytes are the chunks themselves. */
  readonly isDeflated: boolean;
  /** Size of the chunks together. */
  readonly contentBytes: number;
}

/** A pack that is read. */
export class PackFile {
  readonly name: string;
  readonly index: PackIndex;
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #keys: RepositoryKeys;

  private constructor(name: string, file: FileHandle, sizeBytes: number, index: PackIndex, keys: RepositoryKeys) {
    this.name = name;
    this.index = index;
    this.sizeBytes = sizeBytes;
    this.#file = file;
    this.#keys = keys;
  }

  /** Opens a pack and reads its index. @throws {PackDamage} when it is missing, or not as it was written */
  static async open(path: string, name: string, keys: RepositoryKeys): Promise<PackFile> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      throw new PackDamage(name, (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : 'cannot be read');
    }
    try {
      const { size } = await file.stat();
      const start = await bytesAt(file, 0, PACK_START.length);
      const trailer = await bytesAt(file, Math.max(0, size - TRAILER_BYTES), TRAILER_BYTES);
      const indexBytes = indexBytesOf(trailer, size);
      if (!start.equals(PACK_START) || indexBytes === null) throw new PackDamage(name, 'is cut off or overwritten');
      const stored = await bytesAt(file, size - TRAILER_BYTES - indexBytes, indexBytes);
      const index = decodePackIndex(stored, name, size, keys);
      if (index === null) throw new PackDamage(name, 'has a damaged index');
      return new PackFile(name, file, size, index, keys);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** How many blocks it has. */
  get blockCount(): number {
    return this.index.firstChunk.length - 1;
  }

  /** The chunks of a block, one after the other. @throws {PackDamage} when they are not as they were written */
  async block(number: number): Promise<Buffer> {
    const { bytes, isDeflated, contentBytes } = await this.packedBlock(number);
    const inflated = (): Promise<Buffer | null> => decompress(bytes, inflateOptions(contentBytes)).catch(() => null);
    const chunks = isDeflated ? await inflated() : bytes;
    if (chunks?.length === contentBytes) return chunks;
    throw this.notUnpacked(number);
  }

  /**
   * A block as it is packed, compared with its hash.
   * @param room for the bytes as they are stored; what is returned lies in it. Default: new memory
   * @throws {PackDamage} when they are not as they were written
   */
  async packedBlock(number: number, room?: Buffer): Promise<PackedBlock> {
    const { blockAt, blockSums } = this.index;
    const at = blockAt[number] as number;
    const stored = await bytesAt(this.#file, at, (blockAt[number + 1] as number) - at, room);
    const sum = blockSums.subarray(number * HASH_BYTES, (number + 1) * HASH_BYTES);
    const bytes = hash('sha256', stored, 'buffer').equals(sum) ? this.#keys.open(stored, SEALED_AS.block) : null;
    const kind = bytes?.[0];
    if (bytes === null || kind === undefined) throw new PackDamage(this.name, `has a damaged block (${number + 1} of ${this.blockCount})`);
    if (kind > 1) throw this.notUnpacked(number);
    const inRoom = room === undefined || bytes.buffer === room.buffer ? bytes : room.subarray(0, bytes.copy(room));
    return { bytes: inRoom.subarray(1), isDeflated: kind === 1, contentBytes: this.contentBytes(number) };
  }

  /** What to throw where a block is as it was stored, and not what its index says. */
  notUnpacked(number: number): PackDamage {
    return new PackDamage(this.name, `has a block that cannot be unpacked (${number + 1} of ${this.blockCount})`);
  }

  /** Closes the file; nothing else may be called afterwards. */
  close(): Promise<void> {
    return this.#file.close();
  }

  /** Size of the chunks of a block together. */
  contentBytes(block: number): number {
    let sizeBytes = 0;
    const { firstChunk, chunkBytes } = this.index;
    for (let chunk = firstChunk[block] as number; chunk < (firstChunk[block + 1] as number); chunk++)
      sizeBytes += chunkBytes[chunk] as number;
    return sizeBytes;
  }
}

/** Bytes of a file; fewer where it ends before. */
async function bytesAt(file: FileHandle, position: number, length: number, room: Buffer = Buffer.allocUnsafe(length)): Promise<Buffer> {
  let done = 0;
  for (let bytesRead = 1; bytesRead > 0 && done < length; done += bytesRead)
    ({ bytesRead } = await file.read(room, done, length - done, position + done));
  return room.subarray(0, done);
}
