/** The two halves of the last hash; left here because an object per key would cost more than the hash. */
export let hashHigh = 0;
/** Low half, see `hashHigh`. */
export let hashLow = 0;
/** See `TextPacker`: many representations of text come here. */
const { charCodeAt } = String.prototype;
let h1 = 0;
let h2 = 0;

/** Begins a 64-bit hash of several texts (two lanes, each mixing like the 32-bit MurmurHash3, public domain); not secret-safe. */
export function beginHash(seed: number): void {
  h1 = 0xdeadbeef ^ seed;
  h2 = 0x41c6ce57 ^ seed;
}

/** Adds a text and a mark that it ends here; null is told apart from the empty text. */
export function addToHash(text: string | null): void {
  let a = h1;
  let b = h2;
  if (text !== null) {
    for (let i = 0; i < text.length; i++) {
      const code = charCodeAt.call(text, i);
      a = Math.imul(a ^ code, 0x9e3779b1);
      b = Math.imul(b ^ code, 0x5f356495);
    }
  }
  const end = text === null ? 0x10001 : 0x10000;
  h1 = Math.imul(a ^ end ^ (a >>> 15), 0x9e3779b1);
  h2 = Math.imul(b ^ end ^ (b >>> 13), 0x5f356495);
}

/** Adds a text that is given by its UTF-16 code units, as `addToHash` would add it. */
export function addUnitsToHash(units: Uint8Array | Uint16Array, start: number, end: number): void {
  let a = h1;
  let b = h2;
  for (let i = start; i < end; i++) {
    const code = units[i] as number;
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  h1 = Math.imul(a ^ 0x10000 ^ (a >>> 15), 0x9e3779b1);
  h2 = Math.imul(b ^ 0x10000 ^ (b >>> 13), 0x5f356495);
}

/** Ends the hash: its halves are in `hashHigh` and `hashLow`. */
export function endHash(): void {
  const a = Math.imul(h1 ^ (h1 >>> 16), 0x85ebca6b) ^ Math.imul(h2 ^ (h2 >>> 13), 0xc2b2ae35);
  const b = Math.imul(h2 ^ (h2 >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  hashHigh = a >>> 0;
  hashLow = b >>> 0;
}

/** The last hash as a positive 53-bit integer. */
export function hash53(): number {
  return (hashHigh & 0x1fffff) * 0x100000000 + hashLow;
}
