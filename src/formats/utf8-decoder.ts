import { isAscii } from 'node:buffer';
import { type BlockDecoder, joinBytes } from './block-decoder.ts';

const NO_BYTES = new Uint8Array(0);

/** Strict UTF-8 (RFC 3629): overlong forms, surrogates and cut sequences are bad. The byte order mark is handed out as U+FEFF. */
export class Utf8Decoder implements BlockDecoder {
  readonly encoding = 'utf-8';
  decodedBytes = 0;
  badByteOffset: number | null = null;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** The bytes of a character that the last block cut, which the TextDecoder holds back. */
  #tail: Uint8Array = NO_BYTES;

  decode(bytes: Uint8Array, isLast: boolean): string {
    if (this.#tail.length === 0 && isAscii(bytes)) {
      this.decodedBytes += bytes.length;
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    }
    let text: string;
    try {
      text = this.#decoder.decode(bytes, { stream: true });
    } catch {
      return this.#upToBadByte(joinBytes(this.#tail, bytes));
    }
    const held = this.#tail.length + bytes.length;
    this.#tail = cutCharacter(bytes.length >= 3 ? bytes : joinBytes(this.#tail, bytes));
    this.decodedBytes += held - this.#tail.length;
    if (isLast && this.#tail.length > 0) this.badByteOffset = this.decodedBytes;
    return text;
  }

  byteLength(text: string): number {
    return Buffer.byteLength(text, 'utf8');
  }

  #upToBadByte(bytes: Uint8Array): string {
    const buffer = Buffer.from(bytes);
    const text = buffer.toString('utf8');
    let at = 0;
    let offset = 0;
    for (;;) {
      const next = text.indexOf('\ufffd', at);
      offset += Buffer.byteLength(text.slice(at, next), 'utf8');
      // A replacement character that stands in the file itself is a character like any other.
      if (!(buffer[offset] === 0xef && buffer[offset + 1] === 0xbf && buffer[offset + 2] === 0xbd)) {
        this.decodedBytes += offset;
        this.badByteOffset = this.decodedBytes;
        return text.slice(0, next);
      }
      at = next + 1;
      offset += 3;
    }
  }
}

/** A copy (the chunk is the caller's to reuse) of the bytes at the end that begin a character and do not complete it. */
function cutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return size > back ? new Uint8Array(bytes.subarray(bytes.length - back)) : NO_BYTES;
  }
  return NO_BYTES;
}
