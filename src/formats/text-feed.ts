import { CrmError } from '../errors.ts';
import type { BlockDecoder } from './block-decoder.ts';
import { createDecoder } from './decode.ts';
import { countLineEnds } from './line-ends.ts';
import type { RecordPosition } from './record-reader.ts';
import { detectEncoding } from './text-head.ts';

/** Bytes decoded at a time: small enough for the processor's cache, which makes the whole reader faster. */
const BLOCK_BYTES = 64 * 1024;

/** Takes whole records off the front of a text. */
export interface TextSink {
  /** The line on which the text that is not taken yet begins, 1-based. */
  readonly line: number;
  /**
   * Takes as many whole records as there are and returns how many characters that was; the rest comes again with more
   * behind it. The first text is that of the first 64 KiB of the file. `isLast`: nothing will follow.
   */
  take(text: string, isLast: boolean): number;
}

/** How a TextFeed reads. */
export interface TextFeedOptions {
  readonly encoding: string | undefined;
  /** The sink resolves records beyond this size, so that no more than about this much text is held. */
  readonly maxRecordBytes: number;
  /** Only the bytes from here on are text to be read; the encoding is taken as given then. Default: the whole file. */
  readonly fromByte?: number | undefined;
  /** The first byte that is not read; undefined = up to the end. */
  readonly toByte?: number | undefined;
}

/** A place in the text of a feed: its line, 1-based, its index in the text that is taken now, and its byte in the file. */
export interface FeedPosition extends RecordPosition {
  line: number;
  index: number;
}

/** A place that a reader moves; its byte offset is counted only when it is asked for. */
export function positionIn(feed: TextFeed): FeedPosition {
  return {
    line: 1,
    index: 0,
    get byteOffset(): number {
      return feed.byteOffsetAt(this.index);
    },
  };
}

/** Turns chunks of bytes into text for a sink: detects the encoding, decodes strictly, keeps the rest, knows byte offsets. */
export class TextFeed {
  readonly #options: TextFeedOptions;
  readonly #sink: TextSink;
  #decoder: BlockDecoder | null = null;
  #head = new Uint8Array(BLOCK_BYTES);
  #headLength = 0;
  /** Text that the sink has not taken, and the byte offset of its start. */
  #text = '';
  #textOffset: number;
  /** Length of the text when the sink last looked at it in vain. */
  #seenLength = 0;
  /** The last place whose byte offset was asked for; the next one is counted from there. */
  #knownIndex = 0;
  #knownOffset: number;
  /** Bytes of the file that were pushed. */
  #pushed = 0;
  readonly #fromByte: number;
  readonly #toByte: number;

  constructor(options: TextFeedOptions, sink: TextSink) {
    this.#options = options;
    this.#sink = sink;
    this.#fromByte = options.fromByte ?? 0;
    this.#toByte = options.toByte ?? Number.POSITIVE_INFINITY;
    this.#textOffset = this.#fromByte;
    this.#knownOffset = this.#fromByte;
  }

  /** The name of the encoding, null while it is not known. */
  get encoding(): string | null {
    return this.#decoder?.encoding ?? null;
  }

  /** Takes the next bytes. @throws {CrmError} INPUT_NOT_TEXT, INPUT_UNDECODABLE, and what the sink throws. */
  push(pushed: Uint8Array): void {
    const chunk = this.#wanted(pushed);
    let at = 0;
    if (this.#decoder === null) {
      at = Math.min(chunk.length, BLOCK_BYTES - this.#headLength);
      this.#head.set(chunk.subarray(0, at), this.#headLength);
      this.#headLength += at;
      if (this.#headLength < BLOCK_BYTES) return;
      this.#open(false);
    }
    for (; at < chunk.length; at += BLOCK_BYTES) this.#decode(chunk.subarray(at, at + BLOCK_BYTES), false);
  }

  /** Ends the file. @throws {CrmError} INPUT_NOT_TEXT, INPUT_UNDECODABLE, and what the sink throws. */
  end(): void {
    if (this.#decoder === null) this.#open(true);
    else this.#decode(new Uint8Array(0), true);
  }

  /** The byte offset in the file of a character of the text that the sink is taking now. */
  byteOffsetAt(index: number): number {
    if (index < this.#knownIndex) this.#know(0, this.#textOffset);
    if (index > this.#knownIndex) this.#know(index, this.#knownOffset + this.byteLength(this.#text.slice(this.#knownIndex, index)));
    return this.#knownOffset;
  }

  /** How many bytes a piece of the text takes in the file. */
  byteLength(text: string): number {
    return (this.#decoder as BlockDecoder).byteLength(text);
  }

  /** The part of a chunk that is to be read. */
  #wanted(chunk: Uint8Array): Uint8Array {
    const start = this.#pushed;
    this.#pushed += chunk.length;
    if (start >= this.#fromByte && this.#pushed <= this.#toByte) return chunk;
    return chunk.subarray(Math.max(0, this.#fromByte - start), Math.max(0, this.#toByte - start));
  }

  #know(index: number, offset: number): void {
    this.#knownIndex = index;
    this.#knownOffset = offset;
  }

  #open(isLast: boolean): void {
    const head = this.#head.subarray(0, this.#headLength);
    const { encoding, fromByte } = this.#options;
    this.#decoder = createDecoder(encoding !== undefined && fromByte !== undefined ? encoding : detectEncoding(head, encoding));
    this.#decode(head, isLast);
  }

  #decode(bytes: Uint8Array, isLast: boolean): void {
    const decoder = this.#decoder as BlockDecoder;
    const isFirst = decoder.decodedBytes === 0;
    let text = decoder.decode(bytes, isLast);
    if (isFirst && this.#fromByte === 0 && text.charCodeAt(0) === 0xfeff) {
      text = text.slice(1);
      this.#textOffset += decoder.byteLength('\ufeff');
      this.#know(0, this.#textOffset);
    }
    this.#text += text;
    if (decoder.badByteOffset !== null) this.#fail(decoder, this.#fromByte + decoder.badByteOffset);
    // A record that goes on and on is looked at again only when there is twice as much of it: linear, not quadratic.
    const length = this.#text.length;
    if (isLast || isFirst || length >= 2 * this.#seenLength || length > this.#options.maxRecordBytes) this.#drain(isLast);
  }

  #drain(isLast: boolean): void {
    const taken = this.#sink.take(this.#text, isLast);
    if (taken > 0) {
      this.#text = this.#text.slice(taken);
      this.#textOffset = this.#fromByte + (this.#decoder as BlockDecoder).decodedBytes - this.byteLength(this.#text);
      this.#know(0, this.#textOffset);
    }
    this.#seenLength = this.#text.length;
  }

  #fail(decoder: BlockDecoder, byteOffset: number): never {
    this.#drain(false);
    const line = this.#sink.line + countLineEnds(this.#text);
    const isUtf8 = decoder.encoding === 'utf-8';
    throw new CrmError('INPUT_UNDECODABLE', `byte ${byteOffset} (line ${line}) is not ${decoder.encoding} text`, {
      hint: isUtf8
        ? 'name the encoding: --encoding gb18030 (Chinese), big5, shift_jis, euc-kr or windows-1252 (Western European)'
        : 'the file is damaged there, or in another encoding: leave --encoding out or name another',
      details: { byteOffset, line, encoding: decoder.encoding },
    });
  }
}
