import { hash } from 'node:crypto';
import type { RepositoryKeys } from './repository-keys.ts';

/*
 * A pack holds the content of chunks, in blocks that are compressed as a whole:
 *
 *   "CRMPACK1" · blocks · index · u32 bytes of the index · "CRMPEND1"
 *
 * index: u32 number of blocks · u32 number of chunks ·
 *        for each block: u32 bytes as stored · u32 number of chunks · SHA-256 as stored (32 bytes) ·
 *        for each chunk: u32 bytes · id (32 bytes)
 * block: one byte, 0 as it is or 1 deflated (RFC 1951) · the chunks one after the other
 *
 * Numbers are little-endian. In an encrypted repository blocks and index are sealed, and hashed as they are stored.
 * The name of a pack is the SHA-256 of its index, which has the hash of each block: so the name vouches for every byte.
 */

/** First bytes of a pack. */
export const PACK_START = Buffer.from('CRMPACK1');
const PACK_END = Buffer.from('CRMPEND1');
/** Bytes of an id and of a hash. */
export const HASH_BYTES = 32;
/** What stands behind the index: its size, the mark. */
export const TRAILER_BYTES = 4 + PACK_END.length;
const BLOCK_ENTRY_BYTES = 8 + HASH_BYTES;
const CHUNK_ENTRY_BYTES = 4 + HASH_BYTES;
/** Under which names blocks and indexes are sealed. */
export const SEALED_AS = { block: 'pack block', index: 'pack index' } as const;

/** One block as it is written. */
export interface PackBlock {
  readonly storedBytes: number;
  /** SHA-256 of the stored bytes. */
  readonly sum: Buffer;
  /** Size and id of each chunk, 36 bytes each, as they go into the index. */
  readonly chunks: Buffer;
}

/** What a pack holds. */
export interface PackIndex {
  /** Where each block begins in the file; one more than there are blocks. */
  readonly blockAt: Float64Array;
  /** Number of the first chunk of each block; one more than there are blocks. */
  readonly firstChunk: Uint32Array;
  /** SHA-256 of each block, one after the other. */
  readonly blockSums: Buffer;
  readonly chunkBytes: Uint32Array;
  /** Id of each chunk, one after the other. */
  readonly chunkIds: Buffer;
}

/**
 * How a block is inflated: in one step and into one buffer; by default there would be one for each 16 KB, and one more
 * where the last one is full.
 */
export function inflateOptions(contentBytes: number): { readonly chunkSize: number } {
  return { chunkSize: contentBytes + 64 };
}

/** One chunk as it stands in an index. */
export function chunkEntry(id: Buffer, sizeBytes: number, into: Buffer, index: number): void {
  into.writeUInt32LE(sizeBytes, index * CHUNK_ENTRY_BYTES);
  id.copy(into, index * CHUNK_ENTRY_BYTES + 4);
}

/** Room for the entries of so many chunks. */
export function chunkEntries(count: number): Buffer {
  return Buffer.allocUnsafe(count * CHUNK_ENTRY_BYTES);
}

/** Index and trailer of a pack, and the name that follows from them. */
export function encodePackEnd(blocks: readonly PackBlock[], keys: RepositoryKeys): { readonly bytes: Buffer; readonly name: string } {
  const chunks = Buffer.concat(blocks.map((block) => block.chunks));
  const head = Buffer.alloc(8 + blocks.length * BLOCK_ENTRY_BYTES);
  head.writeUInt32LE(blocks.length, 0);
  head.writeUInt32LE(chunks.length / CHUNK_ENTRY_BYTES, 4);
  for (const [index, block] of blocks.entries()) {
    const at = 8 + index * BLOCK_ENTRY_BYTES;
    head.writeUInt32LE(block.storedBytes, at);
    head.writeUInt32LE(block.chunks.length / CHUNK_ENTRY_BYTES, at + 4);
    block.sum.copy(head, at + 8);
  }
  const index = keys.seal(Buffer.concat([head, chunks]), SEALED_AS.index);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(index.length);
  return { bytes: Buffer.concat([index, size, PACK_END]), name: hash('sha256', index, 'hex') };
}

/** How large the index is according to the trailer; null where that is no trailer of a pack of this size. */
export function indexBytesOf(trailer: Buffer, fileBytes: number): number | null {
  if (trailer.length !== TRAILER_BYTES || !trailer.subarray(4).equals(PACK_END)) return null;
  const indexBytes = trailer.readUInt32LE(0);
  return indexBytes <= fileBytes - TRAILER_BYTES - PACK_START.length ? indexBytes : null;
}

/**
 * Reads an index; null where it is not as it was written.
 * @param stored the index as it stands in the file
 * @param name of the pack
 */
export function decodePackIndex(stored: Buffer, name: string, fileBytes: number, keys: RepositoryKeys): PackIndex | null {
  if (hash('sha256', stored, 'hex') !== name) return null;
  const bytes = keys.open(stored, SEALED_AS.index);
  if (bytes === null || bytes.length < 8) return null;
  const [blocks, chunks] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  const chunksAt = 8 + blocks * BLOCK_ENTRY_BYTES;
  if (bytes.length !== chunksAt + chunks * CHUNK_ENTRY_BYTES) return null;
  const index: PackIndex = {
    blockAt: new Float64Array(blocks + 1),
    firstChunk: new Uint32Array(blocks + 1),
    blockSums: Buffer.allocUnsafe(blocks * HASH_BYTES),
    chunkBytes: new Uint32Array(chunks),
    chunkIds: Buffer.allocUnsafe(chunks * HASH_BYTES),
  };
  index.blockAt[0] = PACK_START.length;
  for (let block = 0; block < blocks; block++) {
    const at = 8 + block * BLOCK_ENTRY_BYTES;
    index.blockAt[block + 1] = (index.blockAt[block] as number) + bytes.readUInt32LE(at);
    index.firstChunk[block + 1] = (index.firstChunk[block] as number) + bytes.readUInt32LE(at + 4);
    bytes.copy(index.blockSums, block * HASH_BYTES, at + 8, at + 8 + HASH_BYTES);
  }
  for (let chunk = 0; chunk < chunks; chunk++) {
    const at = chunksAt + chunk * CHUNK_ENTRY_BYTES;
    index.chunkBytes[chunk] = bytes.readUInt32LE(at);
    bytes.copy(index.chunkIds, chunk * HASH_BYTES, at + 4, at + 4 + HASH_BYTES);
  }
  const end = fileBytes - TRAILER_BYTES - stored.length;
  return index.blockAt[blocks] === end && index.firstChunk[blocks] === chunks ? index : null;
}
