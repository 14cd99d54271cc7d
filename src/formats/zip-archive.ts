import { crc32 } from 'node:zlib';
import { Inflate } from 'fflate';
import { CrmError } from '../errors.ts';

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly crc: number;
  /** Where its local header is. */
  readonly offset: number;
  readonly isEncrypted: boolean;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
/** Stands for a size that is written elsewhere. */
const LARGE = 0xffffffff;
/** Deflate packs a thousandfold at best: of so many bytes come 16 MiB at most. */
const STEP_BYTES = 16 * 1024;
const HINT = 'open it in a spreadsheet program and save it again, or save the sheet as CSV (UTF-8)';

/** Reads a zip archive that is in memory: its directory at once, its files one at a time as streams. */
export class ZipArchive {
  readonly #file: Buffer;
  readonly #entries = new Map<string, ZipEntry>();

  /** @throws {CrmError} INPUT_NOT_TEXT when it is no whole zip archive */
  constructor(file: Buffer) {
    this.#file = file;
    const end = this.#findEnd();
    if (end < 0) {
      throw new CrmError('INPUT_NOT_TEXT', 'not a workbook but the beginning of a zip archive: it is damaged or cut off', {
        hint: 'fetch the file again, or save the sheet as CSV (UTF-8)',
      });
    }
    const count = file.readUInt16LE(end + 10);
    let at = file.readUInt32LE(end + 16);
    for (let i = 0; i < count; i++) {
      if (at + ENTRY_BYTES > file.length || file.readUInt32LE(at) !== ENTRY_SIGNATURE) throw damaged('its directory is broken');
      const entry = entryAt(file, at);
      this.#entries.set(keyOf(entry.name), entry);
      at += ENTRY_BYTES + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
    }
  }

  /** The file of that name, in any case of letters; undefined when there is none. */
  entry(name: string): ZipEntry | undefined {
    return this.#entries.get(keyOf(name));
  }

  /** The bytes of a file, checked against its checksum; `what` names it in errors. */
  *unpack(entry: ZipEntry, maxBytes: number, what: string): Generator<Uint8Array, void> {
    if (entry.bytes > maxBytes) throw tooLarge(what, maxBytes);
    let bytes = 0;
    let crc = 0;
    for (const chunk of this.#chunks(entry, what)) {
      bytes += chunk.length;
      if (bytes > entry.bytes) break;
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (bytes !== entry.bytes || crc !== entry.crc) throw damaged(`${what} does not have its checksum`);
  }

  *#chunks(entry: ZipEntry, what: string): Generator<Uint8Array, void> {
    const { offset, packedBytes, method } = entry;
    const file = this.#file;
    if (entry.isEncrypted) throw new CrmError('INPUT_NOT_TEXT', 'the archive is protected by a password', { hint: 'save it without one' });
    if (offset + LOCAL_BYTES > file.length || file.readUInt32LE(offset) !== LOCAL_SIGNATURE)
      throw damaged(`${what} is not where it should be`);
    const start = offset + LOCAL_BYTES + file.readUInt16LE(offset + 26) + file.readUInt16LE(offset + 28);
    const packed = file.subarray(start, start + packedBytes);
    if (packed.length < packedBytes || (method !== 0 && method !== 8)) throw damaged(`${what} is cut off or packed in an unknown way`);
    if (method === 0) {
      yield packed;
      return;
    }
    const unpacked: Uint8Array[] = [];
    const inflate = new Inflate((chunk) => void unpacked.push(chunk));
    for (let at = 0; at < packed.length || at === 0; at += STEP_BYTES) {
      try {
        inflate.push(packed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= packed.length);
      } catch (error) {
        throw damaged(`${what} cannot be unpacked`, error);
      }
      yield* unpacked.splice(0);
    }
  }

  #findEnd(): number {
    const file = this.#file;
    for (let at = file.length - END_BYTES; at >= 0 && at >= file.length - END_BYTES - MAX_COMMENT_BYTES; at--) {
      if (file.readUInt32LE(at) === END_SIGNATURE) return at;
    }
    return -1;
  }
}

/** What is said of a workbook that cannot be read: old and new programs write them, and files get damaged. */
export function damaged(what: string, cause?: unknown): CrmError {
  return new CrmError('INPUT_UNREADABLE', `the workbook is damaged: ${what}`, { hint: HINT, ...(cause === undefined ? {} : { cause }) });
}

function tooLarge(what: string, maxBytes: number): CrmError {
  return new CrmError(
    'INPUT_TOO_LARGE',
    `the workbook is too large: ${what} would take more than ${maxBytes / 2 ** 20} MiB when unpacked`,
    {
      hint: 'save the sheet as CSV (UTF-8): that can be of any size',
    },
  );
}

function entryAt(file: Buffer, at: number): ZipEntry {
  const nameLength = file.readUInt16LE(at + 28);
  const sizes = { bytes: file.readUInt32LE(at + 24), packedBytes: file.readUInt32LE(at + 20), offset: file.readUInt32LE(at + 42) };
  if (Object.values(sizes).includes(LARGE)) readLargeSizes(file, at + ENTRY_BYTES + nameLength, file.readUInt16LE(at + 30), sizes);
  return {
    ...sizes,
    isEncrypted: (file.readUInt16LE(at + 8) & 1) === 1,
    method: file.readUInt16LE(at + 10),
    crc: file.readUInt32LE(at + 16),
    name: file.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength),
  };
}

/** Zip64 writes sizes behind the name; some programs use it for small archives too. */
function readLargeSizes(file: Buffer, from: number, length: number, sizes: { bytes: number; packedBytes: number; offset: number }): void {
  for (let at = from; at + 4 <= Math.min(from + length, file.length); at += 4 + file.readUInt16LE(at + 2)) {
    if (file.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    for (const name of ['bytes', 'packedBytes', 'offset'] as const) {
      if (sizes[name] !== LARGE || next + 8 > file.length) continue;
      sizes[name] = Number(file.readBigUInt64LE(next));
      next += 8;
    }
    return;
  }
}

function keyOf(name: string): string {
  return name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();
}
