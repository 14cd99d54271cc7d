import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import type { BackupRepository } from './backup-repository.ts';
import { ChunkIndex, type ChunkPlace } from './chunk-index.ts';
import { PackDamage, PackFile } from './pack-file.ts';
import { chunkEntries, chunkEntry, HASH_BYTES, SEALED_AS } from './pack-format.ts';
import { PackWriter, type WrittenPack } from './pack-writer.ts';

const compress = promisify(deflateRaw);

/** Chunks are compressed together: alone they would take a fifth more. */
const BLOCK_BYTES = 512 * 1024;
/** Blocks of a pack, of which two thirds are saved by compression: about 20 MB on disk. */
const BLOCKS_PER_PACK = 128;
/**
 * What unpacks fast is what matters when a database is gone: brotli makes a tenth less of it, but takes half as long again
 * to unpack; higher levels take longer to pack for a twentieth.
 */
const COMPRESSION = { level: 1, memLevel: 9 } as const;
const SIDE_BY_SIDE = Math.min(4, availableParallelism());

/** What was stored. */
export interface StoredChunks {
  readonly packs: readonly WrittenPack[];
  readonly addedChunks: number;
  readonly addedBytes: number;
}

interface OpenPack {
  readonly number: number;
  readonly writer: PackWriter;
  blocks: number;
  chunks: number;
}

/**
 * Stores chunks, each content once: what is stored already, by this or any earlier snapshot, is only found. New ones are
 * collected in blocks, and several blocks are compressed side by side.
 */
export class ChunkStore {
  /** What is wrong with packs that were passed over: their chunks are stored again where they come up. */
  readonly damage: readonly string[];
  readonly #repository: BackupRepository;
  readonly #index: ChunkIndex;
  /** Names of packs by number; those that are not finished yet have none. */
  readonly #names: (string | null)[];
  readonly #finishing: Promise<void>[] = [];
  readonly #written: WrittenPack[] = [];
  /** Blocks that are being compressed, in the order in which they are written. */
  #queue: { readonly stored: Promise<Buffer>; readonly chunks: Buffer; readonly pack: OpenPack; readonly isLast: boolean }[] = [];
  #pack: OpenPack | null = null;
  #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #blockBytes = 0;
  #entries: { readonly id: Buffer; readonly sizeBytes: number }[] = [];
  #addedChunks = 0;

  private constructor(repository: BackupRepository, index: ChunkIndex, names: string[], damage: readonly string[]) {
    this.#repository = repository;
    this.#index = index;
    this.#names = names;
    this.damage = damage;
  }

  /** Reads which chunks the repository has. @param without packs whose chunks are to be stored again */
  static async open(repository: BackupRepository, without: ReadonlySet<string> = new Set()): Promise<ChunkStore> {
    const index = new ChunkIndex();
    const names: string[] = [];
    const damage: string[] = [];
    for (const name of repository.packNames().filter((pack) => !without.has(pack))) {
      try {
        const pack = await PackFile.open(repository.packPath(name), name, repository.keys);
        const { chunkIds } = pack.index;
        for (let at = 0; at < chunkIds.length; at += HASH_BYTES) index.add(chunkIds, at, names.length, at / HASH_BYTES);
        names.push(name);
        await pack.close();
      } catch (error) {
        if (!(error instanceof PackDamage)) throw error;
        damage.push(error.message);
      }
    }
    return new ChunkStore(repository, index, names, damage);
  }

  /** Stores a chunk unless it is stored. @returns where it is */
  async put(chunk: Buffer): Promise<ChunkPlace> {
    const id = this.#repository.keys.chunkId(chunk);
    const known = this.#index.find(id);
    if (known !== null) return known;
    if (this.#blockBytes + chunk.length > BLOCK_BYTES) await this.#endBlock(false);
    this.#pack ??= await this.#beginPack();
    const pack = this.#pack;
    if (chunk.length > this.#block.length) this.#block = Buffer.allocUnsafe(chunk.length);
    chunk.copy(this.#block, this.#blockBytes);
    this.#blockBytes += chunk.length;
    this.#entries.push({ id, sizeBytes: chunk.length });
    this.#addedChunks++;
    const place = { pack: pack.number, ordinal: pack.chunks++ };
    this.#index.add(id, 0, place.pack, place.ordinal);
    return place;
  }

  /** Writes what is left; everything is on disk afterwards. */
  async finish(): Promise<StoredChunks> {
    if (this.#pack !== null) await this.#endBlock(true);
    while (this.#queue.length > 0) await this.#writeFirst();
    await Promise.all(this.#finishing);
    const addedBytes = this.#written.reduce((sum, pack) => sum + pack.storedBytes, 0);
    return { packs: this.#written, addedChunks: this.#addedChunks, addedBytes };
  }

  /** Name of a pack of which chunks were found or stored; known after `finish`. */
  packName(number: number): string {
    return this.#names[number] as string;
  }

  /** Removes what was begun and not finished. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#finishing);
    const open = new Set([...this.#queue.map(({ pack }) => pack), ...(this.#pack === null ? [] : [this.#pack])]);
    await Promise.allSettled(this.#queue.map(({ stored }) => stored));
    for (const { writer } of open) await writer.discard();
  }

  async #beginPack(): Promise<OpenPack> {
    const number = this.#names.push(null) - 1;
    const { packFolder, keys } = this.#repository;
    return { number, writer: await PackWriter.begin(packFolder, number, keys), blocks: 0, chunks: 0 };
  }

  /** Sends the block off. @param isEnd nothing follows it */
  async #endBlock(isEnd: boolean): Promise<void> {
    const pack = this.#pack as OpenPack;
    const isLast = isEnd || ++pack.blocks === BLOCKS_PER_PACK;
    const chunks = chunkEntries(this.#entries.length);
    for (const [index, { id, sizeBytes }] of this.#entries.entries()) chunkEntry(id, sizeBytes, chunks, index);
    const stored = this.#packed(this.#block.subarray(0, this.#blockBytes));
    stored.catch(() => undefined); // told when its turn comes
    this.#queue.push({ stored, chunks, pack, isLast });
    this.#block = Buffer.allocUnsafe(BLOCK_BYTES);
    this.#blockBytes = 0;
    this.#entries = [];
    if (isLast) this.#pack = null;
    while (this.#queue.length > SIDE_BY_SIDE) await this.#writeFirst();
  }

  async #packed(content: Buffer): Promise<Buffer> {
    // One step of the thread pool for all of it; by default there would be one for each 16 KB of the result.
    const small = await compress(content, { ...COMPRESSION, chunkSize: content.length + 1024 });
    const isSmaller = small.length < content.length;
    return this.#repository.keys.seal(Buffer.concat([Buffer.of(isSmaller ? 1 : 0), isSmaller ? small : content]), SEALED_AS.block);
  }

  async #writeFirst(): Promise<void> {
    const block = this.#queue[0];
    if (block === undefined) return;
    const { stored, chunks, pack, isLast } = block;
    await pack.writer.append(await stored, chunks);
    this.#queue = this.#queue.slice(1);
    if (!isLast) return;
    const finishing = this.#finishPack(pack);
    finishing.catch(() => undefined); // told at the end
    this.#finishing.push(finishing);
  }

  async #finishPack({ number, writer }: OpenPack): Promise<void> {
    try {
      const written = await writer.finish();
      this.#names[number] = written.name;
      this.#written.push(written);
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }
}
