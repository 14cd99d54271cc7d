import type { BlockDecoder } from './block-decoder.ts';
import { createDecoder } from './decode.ts';
import type { FileSource } from './file-source.ts';
import { afterLineEnd, countLineEnds, lineEndAfter } from './line-ends.ts';

/** Files up to this size are looked at as a whole. */
export const WHOLE_BYTES = 4 << 20;
const HEAD_BYTES = 1 << 20;
const PIECE_BYTES = 64 * 1024;
const DIALECT_PIECE = 48 * 1024;
const CHUNK_BYTES = 1 << 20;

/** A piece of a file as text. */
export interface TextPiece {
  readonly text: string;
  /** Where it begins in the file. */
  readonly byte: number;
  /** Whether the file ends with it. */
  readonly isLast: boolean;
  /** How many bytes the beginning of the text takes. */
  byteLength(text: string): number;
}

/** The text of a file from a byte at which a line begins: all of it, or its first megabyte. */
export function headPiece(source: FileSource, encoding: string, byte: number): TextPiece {
  const rest = source.sizeBytes - byte;
  return pieceAt(source, encoding, byte, rest <= WHOLE_BYTES ? rest : HEAD_BYTES, true);
}

/** The last lines of a file. */
export function tailPiece(source: FileSource, encoding: string): TextPiece {
  return pieceAt(source, encoding, alignedTo(Math.max(0, source.sizeBytes - PIECE_BYTES), encoding), PIECE_BYTES * 2, false);
}

/** Texts from the head, the middle and the tail of a file, each from the start of a line, for finding out the dialect. */
export function dialectPieces(source: FileSource, encoding: string, head: TextPiece): string[] {
  const pieces = [head.text.slice(0, DIALECT_PIECE)];
  if (head.isLast) {
    for (let at = DIALECT_PIECE; at < head.text.length; at += Math.max(DIALECT_PIECE, head.text.length >> 2)) {
      pieces.push(head.text.slice(afterLineEnd(head.text, lineEndAfter(head.text, at))).slice(0, DIALECT_PIECE >> 1));
    }
    return pieces;
  }
  for (const share of [0.25, 0.5, 0.75]) {
    pieces.push(pieceAt(source, encoding, alignedTo(Math.floor(source.sizeBytes * share), encoding), PIECE_BYTES, false).text);
  }
  return [...pieces, tailPiece(source, encoding).text];
}

/** The line ends between two bytes of a file. */
export function countLines(source: FileSource, encoding: string, from: number, to: number): number {
  const decoder = /^utf-(16|32)/.test(encoding) ? createDecoder(encoding) : null;
  let count = 0;
  for (let offset = from; offset < to; offset += CHUNK_BYTES) {
    const bytes = source.read(offset, Math.min(CHUNK_BYTES, to - offset));
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    // No other encoding has a line end within a character.
    const text = decoder === null ? buffer.toString('latin1') : decoder.decode(bytes, false);
    count += countLineEnds(text);
    // The two halves of CR LF were counted as two where a chunk ends between them.
    if (text.endsWith('\r') && offset + bytes.length < to && source.read(offset + bytes.length, 1)[0] === 10) count--;
  }
  return count;
}

function alignedTo(byte: number, encoding: string): number {
  return byte & (/^utf-32/.test(encoding) ? ~3 : ~1);
}

function pieceAt(source: FileSource, encoding: string, byte: number, length: number, startsLine: boolean): TextPiece {
  let from = byte;
  const isWide = /^utf-(16|32)/.test(encoding);
  if (!startsLine && byte > 0 && !isWide) {
    const probe = Buffer.from(source.read(byte, length));
    const lf = probe.indexOf(10);
    const cr = probe.indexOf(13);
    const end = lf >= 0 ? lf : cr;
    from = end < 0 ? byte : byte + end + 1;
  }
  const bytes = source.read(from, length - (from - byte));
  const isLast = from + bytes.length >= source.sizeBytes;
  const decoder: BlockDecoder = createDecoder(encoding);
  let text = decoder.decode(bytes, isLast);
  if (!startsLine && from > 0 && isWide) {
    const skip = afterLineEnd(text, lineEndAfter(text, 0));
    from += decoder.byteLength(text.slice(0, skip));
    text = text.slice(skip);
  }
  return { text, byte: from, isLast: isLast && decoder.badByteOffset === null, byteLength: (part) => decoder.byteLength(part) };
}
