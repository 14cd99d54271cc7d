/** Sizes of chunks in bytes: none is smaller but the last, none is larger, and on average they are between. */
const SMALLEST = 2048;
const LARGEST = 65_536;
/** A boundary is where the upper bits of the rolling hash are zero: once in 8192 bytes. */
const ZERO_BITS = 13;

const GEAR = gearTable();

/**
 * Cuts a stream into chunks at places that its content decides (gear hash: Xia et al., “Ddelta”, 2014), so that after an
 * insertion all but the chunks around it are the same as before. A chunk is overwritten when the next one is asked for.
 */
export async function* contentChunks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(LARGEST);
  let length = 0;
  let hash = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] as number;
      chunk[length++] = byte;
      hash = ((hash << 1) + (GEAR[byte] as number)) | 0;
      if (length < SMALLEST || (hash >>> (32 - ZERO_BITS) !== 0 && length < LARGEST)) continue;
      yield chunk.subarray(0, length);
      length = 0;
      hash = 0;
    }
  }
  if (length > 0) yield chunk.subarray(0, length);
}

/** Cuts a stream of whole pages into chunks of a fixed size. */
export async function* pageChunks(pieces: AsyncIterable<Buffer>, chunkBytes: number): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += chunkBytes) yield piece.subarray(at, at + chunkBytes);
  }
}

/** One random word for each byte, always the same: a repository depends on it (mulberry32, public domain). */
function gearTable(): Uint32Array {
  const table = new Uint32Array(256);
  let state = 0x63726d31;
  for (let byte = 0; byte < table.length; byte++) {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    table[byte] = (word ^ (word >>> 14)) >>> 0;
  }
  return table;
}
