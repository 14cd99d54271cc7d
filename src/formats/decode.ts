import iconv from 'iconv-lite';
import { CrmError } from '../errors.ts';
import { type BlockDecoder, joinBytes } from './block-decoder.ts';
import { Utf8Decoder } from './utf8-decoder.ts';
import { Utf16Decoder } from './utf16-decoder.ts';
import { Utf32Decoder } from './utf32-decoder.ts';

/** What iconv-lite calls an encoding but is none of text files, or has no error that it would tell. */
const NOT_FOR_FILES = /^(base64|hex|utf7|utf7imap|utf32|ucs4|ucs4le|ucs4be|cesu8|internal)$/;
const REPLACEMENT = '\ufffd';
/** The longest character of any encoding here (GB18030), in bytes. */
const MAX_CHARACTER_BYTES = 4;

type IconvName = Parameters<typeof iconv.decode>[1];

/**
 * The one spelling of an encoding's name: lower case, `utf8` and the like as `utf-8`, `utf-16` without order as little endian.
 * @throws {CrmError} USAGE when there is no such encoding for text files.
 */
export function encodingName(given: string): string {
  const name = given.trim().toLowerCase();
  const letters = name.replace(/[^a-z0-9]/g, '');
  if (letters === 'utf8' || letters === 'unicode11utf8') return 'utf-8';
  if (letters === 'utf16' || letters === 'utf16le' || letters === 'ucs2') return 'utf-16le';
  if (letters === 'utf16be') return 'utf-16be';
  if (letters === 'utf32le' || letters === 'utf32be') return letters === 'utf32le' ? 'utf-32le' : 'utf-32be';
  if (letters === '' || NOT_FOR_FILES.test(letters) || !iconv.encodingExists(name)) {
    throw new CrmError('USAGE', 'there is no text encoding of that name', {
      hint: 'known are utf-8, utf-16le, utf-16be, gb18030, gbk, big5, shift_jis, euc-kr, windows-1252, iso-8859-15 and others',
    });
  }
  return name;
}

/**
 * A strict decoder for the blocks of one file; encodings other than the UTF ones through iconv-lite.
 * @throws {CrmError} USAGE when there is no such encoding for text files.
 */
export function createDecoder(encoding: string): BlockDecoder {
  const name = encodingName(encoding);
  if (name === 'utf-8') return new Utf8Decoder();
  if (name === 'utf-16le' || name === 'utf-16be') return new Utf16Decoder(name);
  if (name === 'utf-32le' || name === 'utf-32be') return new Utf32Decoder(name);
  return new IconvDecoder(name as IconvName);
}

/** The bytes of a text in an encoding that `encodingName` knows; characters that it has not become `?`. */
export function encodeText(text: string, encoding: string): Uint8Array {
  return iconv.encode(text, encoding as IconvName);
}

/** The text of bytes in an encoding that `encodingName` knows; bytes that it has not become U+FFFD. */
export function decodeBytes(bytes: Uint8Array, encoding: string): string {
  return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), encoding as IconvName);
}

/**
 * Any other encoding. Every block is decoded from a character's first byte to a character's last one, so that the
 * number of bytes behind a text is known; iconv-lite's own streams do not tell how many bytes they hold back.
 */
class IconvDecoder implements BlockDecoder {
  readonly encoding: IconvName;
  decodedBytes = 0;
  badByteOffset: number | null = null;
  #tail: Uint8Array = new Uint8Array(0);
  /** Bytes that each UTF-16 code unit takes; 0 = not measured yet. */
  readonly #unitBytes = new Uint8Array(0x10000);

  /** The bytes of U+FFFD, where the encoding has it. */
  readonly #replacement: Buffer;

  constructor(encoding: IconvName) {
    this.encoding = encoding;
    const replacement = iconv.encode(REPLACEMENT, encoding);
    this.#replacement = iconv.decode(replacement, encoding) === REPLACEMENT ? replacement : Buffer.alloc(0);
  }

  decode(bytes: Uint8Array, isLast: boolean): string {
    const held = joinBytes(this.#tail, bytes);
    let text = this.#decode(held);
    let used = held.length;
    let bad = this.#badIndex(text, held);
    // A character cut at the end looks like a bad one: try again without its first one, two or three bytes.
    for (let back = 1; !isLast && bad >= 0 && back < MAX_CHARACTER_BYTES && back <= held.length; back++) {
      const shorter = this.#decode(held.subarray(0, held.length - back));
      const at = this.#badIndex(shorter, held);
      if (at >= 0 && at <= bad) continue;
      if (at < 0 && shorter.length < bad) continue;
      [text, used, bad] = [shorter, held.length - back, at];
    }
    if (bad >= 0) {
      text = text.slice(0, bad);
      this.decodedBytes += this.byteLength(text);
      this.badByteOffset = this.decodedBytes;
      return text;
    }
    this.decodedBytes += used;
    this.#tail = new Uint8Array(held.subarray(used));
    return text;
  }

  byteLength(text: string): number {
    let bytes = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      // Encoding a whole record to count its bytes is forty times slower than adding up known sizes.
      if (unit >= 0xd800 && unit <= 0xdfff) return iconv.encode(text, this.encoding).length;
      bytes += this.#unitBytes[unit] || this.#measure(unit);
    }
    return bytes;
  }

  #measure(unit: number): number {
    const bytes = iconv.encode(String.fromCharCode(unit), this.encoding).length;
    this.#unitBytes[unit] = bytes;
    return bytes;
  }

  /** Index of the first replacement character that stands for bad bytes; one that the file itself holds is well. */
  #badIndex(text: string, bytes: Uint8Array): number {
    let bad = text.indexOf(REPLACEMENT);
    let offset = 0;
    for (let from = 0; bad >= 0 && this.#replacement.length > 0; bad = text.indexOf(REPLACEMENT, from)) {
      offset += this.byteLength(text.slice(from, bad));
      if (!this.#replacement.equals(bytes.subarray(offset, offset + this.#replacement.length))) break;
      offset += this.#replacement.length;
      from = bad + 1;
    }
    return bad;
  }

  #decode(bytes: Uint8Array): string {
    return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), this.encoding, { stripBOM: false });
  }
}
