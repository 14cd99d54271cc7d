/** How much of a record that is too long is kept in its BadRecord, in bytes of the file. */
export const KEPT_BYTES = 64 * 1024;

/** The longest beginning of a text that takes at most `maxBytes` and does not end within a character. */
export function cutToBytes(text: string, maxBytes: number, byteLength: (text: string) => number): string {
  let low = 0;
  let high = Math.min(text.length, maxBytes);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (byteLength(text.slice(0, middle)) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  const last = text.charCodeAt(low - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? low - 1 : low);
}

/** No encoding takes more bytes for one UTF-16 code unit: spares an exact count where a record is far from the limit. */
export const MAX_BYTES_PER_UNIT = 4;
