import { type BlockDecoder, joinBytes } from './block-decoder.ts';

/** Strict UTF-32 of either byte order: surrogates, numbers beyond Unicode and a cut character at the end are bad. */
export class Utf32Decoder implements BlockDecoder {
  readonly encoding: 'utf-32le' | 'utf-32be';
  decodedBytes = 0;
  badByteOffset: number | null = null;
  /** The bytes of a character that the last block cut. */
  #tail: Uint8Array = new Uint8Array(0);

  constructor(encoding: 'utf-32le' | 'utf-32be') {
    this.encoding = encoding;
  }

  decode(bytes: Uint8Array, isLast: boolean): string {
    const held = joinBytes(this.#tail, bytes);
    const view = new DataView(held.buffer, held.byteOffset, held.length);
    const whole = held.length & ~3;
    const parts: string[] = [];
    let at = 0;
    for (; at < whole; at += 4) {
      const point = view.getUint32(at, this.encoding === 'utf-32le');
      if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) break;
      parts.push(String.fromCodePoint(point));
    }
    this.decodedBytes += at;
    this.#tail = new Uint8Array(held.subarray(at));
    if (at < whole || (isLast && this.#tail.length > 0)) this.badByteOffset = this.decodedBytes;
    return parts.join('');
  }

  byteLength(text: string): number {
    let characters = text.length;
    for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) characters--;
    return characters * 4;
  }
}
