/**
 * A Bloom filter over 64-bit key hashes: “certainly not seen” or “perhaps seen”, in fixed memory (Bloom 1970). With
 * 2^27 bits (16 MiB) and 4 probes one million keys give a false “perhaps” in about 1 of 1.4 million, ten million in 1 of 200.
 */
export class BloomFilter {
  readonly #bits: Uint32Array;
  readonly #mask: number;

  /** @param bits a power of two, 32 at least */
  constructor(bits: number) {
    this.#bits = new Uint32Array(bits / 32);
    this.#mask = bits - 1;
  }

  /** Whether the key given by two independent 32-bit hashes was perhaps added. */
  mayHave(high: number, low: number): boolean {
    const step = low | 1;
    for (let probe = 0, hash = high; probe < 4; probe++, hash = (hash + step) | 0) {
      const bit = hash & this.#mask;
      if (((this.#bits[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  /** Adds the key given by two independent 32-bit hashes; true when it was perhaps there before. */
  add(high: number, low: number): boolean {
    let seen = true;
    let hash = high;
    const step = low | 1;
    for (let probe = 0; probe < 4; probe++) {
      const bit = hash & this.#mask;
      const word = bit >>> 5;
      const flag = 1 << (bit & 31);
      const old = this.#bits[word] as number;
      if ((old & flag) === 0) {
        seen = false;
        this.#bits[word] = old | flag;
      }
      hash = (hash + step) | 0;
    }
    return seen;
  }
}

/** A Bloom filter over texts that costs nothing while it is empty. */
export class TextFilter {
  #filter: BloomFilter | null = null;

  /** Whether nothing was added yet. */
  get isEmpty(): boolean {
    return this.#filter === null;
  }

  /** Adds a text. */
  add(text: string): void {
    this.#filter ??= new BloomFilter(2 ** 24);
    const [high, low] = hashOf(text);
    this.#filter.add(high, low);
  }

  /** Whether the text was perhaps added. */
  mayHave(text: string): boolean {
    if (this.#filter === null) return false;
    const [high, low] = hashOf(text);
    return this.#filter.mayHave(high, low);
  }
}

/** Bits of a filter for the keys of an input of that size, null when unknown: clearing 16 MiB takes longer than a small file. */
export function filterBits(sizeBytes: number | null): number {
  return sizeBytes === null ? 2 ** 27 : 2 ** Math.min(27, Math.max(16, Math.ceil(Math.log2(sizeBytes + 1)) + 4));
}

/** Two FNV-1a hashes (Fowler, Noll, Vo) with different starts. */
function hashOf(text: string): [high: number, low: number] {
  let high = 0x811c9dc5;
  let low = 0x9dc5811c;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x01000193);
  }
  return [high, low];
}

/** A growing set of small non-negative integers, one bit each. */
export class BitSet {
  #words = new Uint32Array(1024);

  /** Whether `n` was added. */
  has(n: number): boolean {
    const word = this.#words[Math.floor(n / 32)];
    return word !== undefined && (word & (1 << (n % 32))) !== 0;
  }

  /** Adds `n`. */
  add(n: number): void {
    const index = Math.floor(n / 32);
    if (index >= this.#words.length) {
      const grown = new Uint32Array(Math.max(index + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[index] = (this.#words[index] as number) | (1 << (n % 32));
  }

  /** Takes `n` out again. */
  delete(n: number): void {
    const index = Math.floor(n / 32);
    if (index < this.#words.length) this.#words[index] = (this.#words[index] as number) & ~(1 << (n % 32));
  }

  /** All that are in it, in growing order. */
  *members(): Generator<number> {
    for (const [index, word] of this.#words.entries()) {
      for (let rest = word; rest !== 0; rest &= rest - 1) yield index * 32 + 31 - Math.clz32(rest & -rest);
    }
  }
}
