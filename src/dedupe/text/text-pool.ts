import { growShared, sharedUints } from './shared-array.ts';

/** Distinct texts as UTF-16 code units in shared memory, as threads see them. Number 0 is no text. */
export interface PooledTexts {
  readonly codes: Uint16Array<SharedArrayBuffer>;
  /** Text `n` is `codes[offsets[n] .. offsets[n + 1])`. */
  readonly offsets: Uint32Array<SharedArrayBuffer>;
  /** 32-bit hash of each text, never 0: the same on every machine and in every run. */
  readonly hashes: Uint32Array<SharedArrayBuffer>;
  /** Which letters and digits each text has, as bits by their low five bits; see `mayBeWithin`. */
  readonly masks: Uint32Array<SharedArrayBuffer>;
  /** How many texts there are, number 0 included. */
  readonly size: number;
}

/** Numbers distinct texts in the order in which they first came: equal texts have equal numbers. */
export class TextPool {
  #codes = new Uint16Array(new SharedArrayBuffer(1 << 13));
  #offsets = new Uint32Array(new SharedArrayBuffer(1 << 12));
  #hashes = new Uint32Array(new SharedArrayBuffer(1 << 12));
  #table = new Int32Array(1 << 10);
  #mask = (1 << 10) - 1;
  #size = 1;
  #end = 0;

  /** The number of a text, from 1; 0 for null and the empty text. */
  intern(text: string | null): number {
    if (text === null || text === '') return 0;
    const hash = hashText(text);
    const known = this.#find(text, hash);
    return known > 0 ? known : this.#add(text, hash, -known - 1);
  }

  /** The text of that number. */
  textOf(number: number): string | null {
    return number === 0 ? null : textAt(this.#codes, this.#offsets, number);
  }

  /** How many numbers are given, 0 included. */
  get size(): number {
    return this.#size;
  }

  /** The texts for other threads; nothing may be added afterwards. */
  freeze(): PooledTexts {
    this.#table = new Int32Array(0);
    return { codes: this.#codes, offsets: this.#offsets, hashes: this.#hashes, masks: this.#masks(), size: this.#size };
  }

  #masks(): Uint32Array<SharedArrayBuffer> {
    const masks = sharedUints(this.#size);
    for (let number = 1; number < this.#size; number++) {
      let mask = 0;
      for (let i = this.#offsets[number] as number; i < (this.#offsets[number + 1] as number); i++)
        mask |= 1 << ((this.#codes[i] as number) & 31);
      masks[number] = mask;
    }
    return masks;
  }

  /** The number of the text, or -1 - its free place. */
  #find(text: string, hash: number): number {
    for (let place = hash & this.#mask; ; place = (place + 1) & this.#mask) {
      const number = this.#table[place] as number;
      if (number === 0) return -1 - place;
      if (this.#hashes[number] === hash && this.#isText(number, text)) return number;
    }
  }

  #isText(number: number, text: string): boolean {
    const start = this.#offsets[number] as number;
    if ((this.#offsets[number + 1] as number) - start !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.#codes[start + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  #add(text: string, hash: number, place: number): number {
    const number = this.#size++;
    this.#codes = growShared(this.#codes, this.#end + text.length);
    this.#offsets = growShared(this.#offsets, number + 2);
    this.#hashes = growShared(this.#hashes, number + 1);
    for (let i = 0; i < text.length; i++) this.#codes[this.#end + i] = text.charCodeAt(i);
    this.#offsets[number] = this.#end;
    this.#end += text.length;
    this.#offsets[number + 1] = this.#end;
    this.#hashes[number] = hash;
    this.#table[place] = number;
    if (this.#size * 2 > this.#table.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 4);
    this.#mask = this.#table.length - 1;
    for (let number = 1; number < this.#size; number++) {
      let place = (this.#hashes[number] as number) & this.#mask;
      while (this.#table[place] !== 0) place = (place + 1) & this.#mask;
      this.#table[place] = number;
    }
  }
}

/** 32-bit hash of a text (FNV-1a over code units, mixed by the finaliser of MurmurHash3), never 0. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return finish(hash);
}

/** The hash of two hashes in this order; never 0. A part 0 makes it 0: what is missing is equal to nothing. */
export function hashPair(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return finish(Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ b);
}

function finish(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return hash === 0 ? 1 : hash;
}

/** A text of a pool by its number. */
export function pooledText(texts: PooledTexts, number: number): string {
  return textAt(texts.codes, texts.offsets, number);
}

function textAt(codes: Uint16Array, offsets: Uint32Array, number: number): string {
  let text = '';
  const end = offsets[number + 1] as number;
  for (let i = offsets[number] as number; i < end; i++) text += String.fromCharCode(codes[i] as number);
  return text;
}

/**
 * Whether two texts may be within so many edits of each other: an edit adds or takes away two letters at most. False is
 * certain; it spares most comparisons of texts that have nothing in common.
 */
export function mayBeWithin({ masks }: PooledTexts, a: number, b: number, edits: number): boolean {
  let bits = (masks[a] as number) ^ (masks[b] as number);
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24 <= 2 * edits;
}
