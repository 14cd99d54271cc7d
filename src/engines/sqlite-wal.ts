import type { FileHandle } from 'node:fs/promises';
import { CrmError } from '../errors.ts';

/** Where in a write-ahead log a reader stands, as the index of the log (`-shm`) says it. */
export interface WalMark {
  /** Number of its last frame, from 1. */
  readonly lastFrame: number;
  readonly pageBytes: number;
  /** The two salts as they stand in the log, 8 bytes in hexadecimal: they change whenever the log begins anew. */
  readonly salts: string;
  /** Checksum of the last frame, two 32-bit numbers. */
  readonly checksum: readonly [number, number];
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Marks a log whose checksums read words with the least significant byte first; the other order has one more. */
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const READ_BYTES = 4 * 1024 * 1024;

/** The newest committed version of each page that a write-ahead log holds, as of one reader. */
export class WalFrames {
  readonly #frameOfPage: Uint32Array;
  readonly #file: FileHandle;
  readonly #pageBytes: number;

  private constructor(file: FileHandle, pageBytes: number, frameOfPage: Uint32Array) {
    this.#file = file;
    this.#pageBytes = pageBytes;
    this.#frameOfPage = frameOfPage;
  }

  /**
   * Reads the frames of a log up to a reader's mark. The reader must hold its transaction all the while: then no frame up
   * to its mark is overwritten.
   * @param pageCount pages of the database at that mark
   * @throws {CrmError} INTEGRITY when the log is not the one of the mark
   */
  static async read(file: FileHandle, mark: WalMark, pageCount: number): Promise<WalFrames> {
    const header = Buffer.alloc(HEADER_BYTES);
    await file.read(header, 0, HEADER_BYTES, 0);
    const magic = header.readUInt32BE(0);
    const sum = new WalChecksum((magic | 1) !== magic);
    sum.add(header, 0, 24);
    const isOurs =
      (magic & ~1) === MAGIC_LITTLE_ENDIAN && header.readUInt32BE(8) === mark.pageBytes && header.toString('hex', 16, 24) === mark.salts;
    if (!isOurs || !sum.is(header, 24)) throw damagedLog('its header is not that of the open database');
    const frameOfPage = new Uint32Array(pageCount + 1);
    const frameBytes = FRAME_HEADER_BYTES + mark.pageBytes;
    const perRead = Math.max(1, Math.floor(READ_BYTES / frameBytes));
    const block = Buffer.allocUnsafe(perRead * frameBytes);
    for (let frame = 1; frame <= mark.lastFrame; frame += perRead) {
      const count = Math.min(perRead, mark.lastFrame - frame + 1);
      const { bytesRead } = await file.read(block, 0, count * frameBytes, HEADER_BYTES + (frame - 1) * frameBytes);
      if (bytesRead < count * frameBytes) throw damagedLog('it ends too early');
      for (let index = 0; index < count; index++) {
        const at = index * frameBytes;
        if (block.toString('hex', at + 8, at + 16) !== mark.salts) throw damagedLog(`frame ${frame + index} is of another time`);
        // Of encrypted pages they are of the bytes as they are encrypted.
        sum.add(block, at, at + 8);
        sum.add(block, at + FRAME_HEADER_BYTES, at + frameBytes);
        if (!sum.is(block, at + 16)) throw damagedLog(`frame ${frame + index} has a wrong checksum`);
        const page = block.readUInt32BE(at);
        if (page <= pageCount) frameOfPage[page] = frame + index;
        const isLast = frame + index === mark.lastFrame;
        if (isLast && (block.readUInt32BE(at + 16) !== mark.checksum[0] || block.readUInt32BE(at + 20) !== mark.checksum[1])) {
          throw damagedLog('its last frame is not that of the open database');
        }
      }
    }
    return new WalFrames(file, mark.pageBytes, frameOfPage);
  }

  /** Puts the pages that are in the log over a piece of the database file that begins with page `firstPage` (from 1). */
  async overlay(piece: Buffer, firstPage: number): Promise<void> {
    const pages = piece.length / this.#pageBytes;
    for (let index = 0; index < pages; index++) {
      const frame = this.#frameOfPage[firstPage + index] ?? 0;
      if (frame === 0) continue;
      const position = HEADER_BYTES + (frame - 1) * (FRAME_HEADER_BYTES + this.#pageBytes) + FRAME_HEADER_BYTES;
      const { bytesRead } = await this.#file.read(piece, index * this.#pageBytes, this.#pageBytes, position);
      if (bytesRead < this.#pageBytes) throw damagedLog('it has become shorter');
    }
  }
}

/** The running checksum of a log: two sums, each fed by the other, over pairs of 32-bit words. */
export class WalChecksum {
  #a = 0;
  #b = 0;
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  /** Adds bytes; their number is a multiple of 8. */
  add(bytes: Buffer, start: number, end: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let a = this.#a;
    let b = this.#b;
    const littleEndian = this.#littleEndian;
    for (let at = start; at < end; at += 8) {
      a = (a + view.getUint32(at, littleEndian) + b) | 0;
      b = (b + view.getUint32(at + 4, littleEndian) + a) | 0;
    }
    this.#a = a;
    this.#b = b;
  }

  /** Whether the sums are those that stand at a place of a log. */
  is(bytes: Buffer, at: number): boolean {
    return bytes.readInt32BE(at) === this.#a && bytes.readInt32BE(at + 4) === this.#b;
  }

  /** The two sums. */
  get sums(): readonly [number, number] {
    return [this.#a >>> 0, this.#b >>> 0];
  }
}

function damagedLog(what: string): CrmError {
  return new CrmError('INTEGRITY', `the write-ahead log of the database cannot be used: ${what}`, {
    hint: 'check the database with: crm maintain',
  });
}
