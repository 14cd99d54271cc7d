/** Decodes the blocks of one file in order, strictly: no replacement characters are invented. */
export interface BlockDecoder {
  /** The name of the encoding, in lower case. */
  readonly encoding: string;
  /** Bytes of the file that the text handed out so far stands for. */
  readonly decodedBytes: number;
  /** Byte offset of the first sequence that is not of this encoding; no text after it is handed out. Null while all is well. */
  readonly badByteOffset: number | null;
  /** The text of the complete characters up to the end of this block or the first bad byte; `isLast` ends the file. */
  decode(bytes: Uint8Array, isLast: boolean): string;
  /** How many bytes the text takes in this encoding. */
  byteLength(text: string): number;
}

/** One array of both; either one itself if the other is empty. */
export function joinBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
