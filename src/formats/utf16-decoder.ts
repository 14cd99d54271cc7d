import { type BlockDecoder, joinBytes } from './block-decoder.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Strict UTF-16 of either byte order: lone surrogates and half a code unit at the end are bad. */
export class Utf16Decoder implements BlockDecoder {
  readonly encoding: 'utf-16le' | 'utf-16be';
  decodedBytes = 0;
  badByteOffset: number | null = null;
  /** Half a code unit, or the first half of a surrogate pair, that the last block cut. */
  #tail: Uint8Array = new Uint8Array(0);

  constructor(encoding: 'utf-16le' | 'utf-16be') {
    this.encoding = encoding;
  }

  decode(bytes: Uint8Array, isLast: boolean): string {
    const held = joinBytes(this.#tail, bytes);
    const even = Buffer.from(held.subarray(0, held.length & ~1));
    if (this.encoding === 'utf-16be') even.swap16();
    let text = even.toString('utf16le');
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) text = text.slice(0, -1);
    const bad = text.search(LONE_SURROGATE);
    if (bad >= 0) text = text.slice(0, bad);
    this.decodedBytes += text.length * 2;
    this.#tail = new Uint8Array(held.subarray(text.length * 2));
    if (bad >= 0 || (isLast && this.#tail.length > 0)) this.badByteOffset = this.decodedBytes;
    return text;
  }

  byteLength(text: string): number {
    return text.length * 2;
  }
}
