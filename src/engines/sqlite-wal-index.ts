import { openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { WalChecksum, type WalMark } from './sqlite-wal.ts';

/** The header of a log's index at one moment. */
export interface WalIndexState {
  /** The bytes that change with every commit, for comparison. */
  readonly header: Buffer;
  readonly mark: WalMark;
  /** How many frames, from the first, are in the database file already. */
  readonly backfilled: number;
}

const HEADER_BYTES = 48;
const BACKFILLED_AT = 2 * HEADER_BYTES;
const LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Reads the index of a write-ahead log (`-shm`), which processes share in memory, through a descriptor of its own.
 * That descriptor is never closed: closing it would drop the locks that SQLite holds on the file for this process.
 */
export class WalIndex {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** The header as it is now; null while somebody is writing it, or where there is none yet. */
  read(): WalIndexState | null {
    const bytes = Buffer.alloc(BACKFILLED_AT + 4);
    if (readSync(this.#file, bytes, 0, bytes.length, 0) < bytes.length) return null;
    const header = bytes.subarray(0, HEADER_BYTES);
    if (!header.equals(bytes.subarray(HEADER_BYTES, 2 * HEADER_BYTES))) return null;
    const word = (at: number): number => (LITTLE_ENDIAN ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
    const sum = new WalChecksum(LITTLE_ENDIAN);
    sum.add(header, 0, 40);
    const isInitialised = bytes[12] === 1;
    if (!isInitialised || sum.sums[0] !== word(40) || sum.sums[1] !== word(44)) return null;
    const size = LITTLE_ENDIAN ? bytes.readUInt16LE(14) : bytes.readUInt16BE(14);
    return {
      header,
      mark: {
        lastFrame: word(16),
        // 65536 does not fit: it is written as 1.
        pageBytes: (size & 0xfe00) + ((size & 1) << 16),
        salts: bytes.toString('hex', 32, 40),
        checksum: [word(24), word(28)],
      },
      backfilled: word(BACKFILLED_AT),
    };
  }
}
