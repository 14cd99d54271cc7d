/** A typed array in memory that threads share. */
type Shared =
  | Uint8Array<SharedArrayBuffer>
  | Uint16Array<SharedArrayBuffer>
  | Uint32Array<SharedArrayBuffer>
  | Int32Array<SharedArrayBuffer>;

/** The array itself while it is long enough, else a copy of twice the length. */
export function growShared<T extends Shared>(array: T, length: number): T {
  if (array.length >= length) return array;
  const Kind = array.constructor as new (buffer: SharedArrayBuffer) => T;
  const grown = new Kind(new SharedArrayBuffer(Math.max(length, array.length * 2) * array.BYTES_PER_ELEMENT));
  grown.set(array);
  return grown;
}

/** `count` zeros that threads share. */
export function sharedInts(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * 4));
}

/** `count` zeros that threads share, unsigned. */
export function sharedUints(count: number): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(new SharedArrayBuffer(count * 4));
}

/** `count` zero bytes that threads share. */
export function sharedBytes(count: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(count));
}
