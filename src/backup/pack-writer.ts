import { hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePackEnd, PACK_START, type PackBlock } from './pack-format.ts';
import type { RepositoryKeys } from './repository-keys.ts';
import { publish, storageError } from './whole-file.ts';

/** A pack that is on disk under its name. */
export interface WrittenPack {
  readonly name: string;
  readonly storedBytes: number;
}

/** Name of the file of a pack. */
export function packFileName(name: string): string {
  return `${name}.pack`;
}

/** Writes one pack under a temporary name; it gets its own when it is whole and on disk. */
export class PackWriter {
  readonly #folder: string;
  readonly #part: string;
  readonly #file: FileHandle;
  readonly #keys: RepositoryKeys;
  readonly #blocks: PackBlock[] = [];
  #storedBytes = 0;

  private constructor(folder: string, part: string, file: FileHandle, keys: RepositoryKeys) {
    this.#folder = folder;
    this.#part = part;
    this.#file = file;
    this.#keys = keys;
  }

  /** @param number tells the packs of one process apart */
  static async begin(folder: string, number: number, keys: RepositoryKeys): Promise<PackWriter> {
    const part = join(folder, `${number}.part-${process.pid}`);
    try {
      const writer = new PackWriter(folder, part, await open(part, 'w', 0o600), keys);
      await writer.#write(PACK_START);
      return writer;
    } catch (error) {
      throw storageError(error, part);
    }
  }

  /** Appends a block as it is stored. @param chunks the entries of its chunks in the index */
  async append(stored: Buffer, chunks: Buffer): Promise<void> {
    this.#blocks.push({ storedBytes: stored.length, sum: hash('sha256', stored, 'buffer'), chunks });
    await this.#write(stored);
  }

  /** Ends the pack and gives it its name. */
  async finish(): Promise<WrittenPack> {
    const { bytes, name } = encodePackEnd(this.#blocks, this.#keys);
    await this.#write(bytes);
    const path = join(this.#folder, packFileName(name));
    try {
      await this.#file.sync();
      await this.#file.close();
      publish(this.#part, path);
    } catch (error) {
      throw storageError(error, path);
    }
    return { name, storedBytes: this.#storedBytes };
  }

  /** Removes what was written; only where it was not finished. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#part, { force: true });
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at)).bytesWritten;
    } catch (error) {
      throw storageError(error, this.#part);
    }
    this.#storedBytes += bytes.length;
  }
}
