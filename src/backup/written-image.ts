import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** After so many bytes the system is asked to begin to write them to the disk. */
const SYNC_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

/**
 * A file that is written in any order, and read back and hashed from its beginning as far as it is written, so that the
 * hash is of what is in the file and hardly takes time of its own.
 */
export class WrittenImage {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  readonly #block = Buffer.allocUnsafe(READ_BYTES);
  /** End of each written part by its beginning; those before `#wholeTo` are gone. */
  readonly #parts = new Map<number, number>();
  #writtenBytes = 0;
  #wholeTo = 0;
  #hashedTo = 0;
  #hashing: Promise<void> | null = null;
  #failure: unknown = null;
  #syncedBytes = 0;
  #syncing: Promise<void> | null = null;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** How much was written so far. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Writes a part; no two overlap. */
  async write(bytes: Buffer, at: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      done += (await this.#file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    }
    this.#writtenBytes += bytes.length;
    this.#parts.set(at, at + bytes.length);
    for (let end = this.#parts.get(this.#wholeTo); end !== undefined; end = this.#parts.get(this.#wholeTo)) {
      this.#parts.delete(this.#wholeTo);
      this.#wholeTo = end;
    }
    // What goes wrong meanwhile is told at the end, where the rest is hashed.
    this.#hashing ??= this.#hashOn()
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#hashing = null;
      });
    if (this.#writtenBytes - this.#syncedBytes >= SYNC_BYTES && this.#syncing === null) this.#beginSync();
  }

  /** Brings all to the disk. @returns hexadecimal SHA-256 of the file as it was read back */
  async finish(): Promise<string> {
    await this.#hashing;
    if (this.#failure !== null) throw this.#failure;
    const synced = this.#file.sync();
    await Promise.all([synced, this.#hashOn()]);
    return this.#hash.digest('hex');
  }

  async #hashOn(): Promise<void> {
    while (this.#hashedTo < this.#wholeTo) {
      const wanted = Math.min(READ_BYTES, this.#wholeTo - this.#hashedTo);
      const { bytesRead } = await this.#file.read(this.#block, 0, wanted, this.#hashedTo);
      if (bytesRead === 0) return; // the file is shorter than it was written: the hash will say so
      this.#hash.update(this.#block.subarray(0, bytesRead));
      this.#hashedTo += bytesRead;
    }
  }

  /** What goes wrong here goes wrong again at the end, where it is told. */
  #beginSync(): void {
    this.#syncedBytes = this.#writtenBytes;
    this.#syncing = this.#file
      .datasync()
      .catch(() => undefined)
      .finally(() => {
        this.#syncing = null;
      });
  }
}
