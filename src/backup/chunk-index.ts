/** Where a chunk is stored: the number of its pack in this session, and its place among the chunks of that pack. */
export interface ChunkPlace {
  readonly pack: number;
  readonly ordinal: number;
}

const ID_WORDS = 8;
const FIRST_CAPACITY = 1 << 14;

/**
 * Which chunks are stored, by their 32-byte ids: one hash table over plain arrays, 44 bytes a chunk and half as much of
 * slots. A map of texts would take five times that.
 */
export class ChunkIndex {
  #ids = new Uint32Array(FIRST_CAPACITY * ID_WORDS);
  #packs = new Uint32Array(FIRST_CAPACITY);
  #ordinals = new Uint32Array(FIRST_CAPACITY);
  /** Number of an entry, from 1; 0 is a free slot. Twice as many as entries at least. */
  #slots = new Uint32Array(FIRST_CAPACITY * 2);
  #count = 0;

  /** How many chunks are known. */
  get size(): number {
    return this.#count;
  }

  /** Where the chunk is that has the id at this place of `bytes`; null for an unknown one. */
  find(bytes: Buffer, at = 0): ChunkPlace | null {
    const entry = this.#slots[this.#slotOf(bytes, at)] as number;
    return entry === 0 ? null : { pack: this.#packs[entry - 1] as number, ordinal: this.#ordinals[entry - 1] as number };
  }

  /** Takes up a chunk; of one that is known already the first place stays. */
  add(bytes: Buffer, at: number, pack: number, ordinal: number): void {
    if (this.#count === this.#packs.length) this.#grow();
    const slot = this.#slotOf(bytes, at);
    if (this.#slots[slot] !== 0) return;
    const entry = this.#count++;
    for (let word = 0; word < ID_WORDS; word++) this.#ids[entry * ID_WORDS + word] = bytes.readUInt32LE(at + word * 4);
    this.#packs[entry] = pack;
    this.#ordinals[entry] = ordinal;
    this.#slots[slot] = entry + 1;
  }

  /** The slot of an id, or the free one where it belongs. Ids are hashes: their first bytes are as good as any. */
  #slotOf(bytes: Buffer, at: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = bytes.readUInt32LE(at) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] as number;
      if (entry === 0 || this.#isId(entry - 1, bytes, at)) return slot;
    }
  }

  #isId(entry: number, bytes: Buffer, at: number): boolean {
    for (let word = 0; word < ID_WORDS; word++) {
      if (this.#ids[entry * ID_WORDS + word] !== bytes.readUInt32LE(at + word * 4)) return false;
    }
    return true;
  }

  #grow(): void {
    const capacity = this.#packs.length * 2;
    this.#ids = enlarged(this.#ids, capacity * ID_WORDS);
    this.#packs = enlarged(this.#packs, capacity);
    this.#ordinals = enlarged(this.#ordinals, capacity);
    this.#slots = new Uint32Array(capacity * 2);
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      let slot = (this.#ids[entry * ID_WORDS] as number) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

function enlarged(old: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(old);
  return larger;
}
