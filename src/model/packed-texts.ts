/** What stands in `TextData.kinds`: no text, one in `narrow`, one in `wide`. */
export const NULL_TEXT = 0;
/** See `NULL_TEXT`. */
export const NARROW_TEXT = 1;
/** See `NULL_TEXT`. */
export const WIDE_TEXT = 2;

const FIRST_CAPACITY = 64 * 1024;
/** Called on texts of every inner representation, where `text.charCodeAt` would be looked up anew for each character. */
const { charCodeAt } = String.prototype;

/** Many texts in a few buffers, which pass from thread to thread without being copied. */
export interface TextData {
  /** Texts without a code unit above 255, one byte a unit. */
  readonly narrow: Uint8Array<ArrayBuffer>;
  /** All other texts, as UTF-16 in the byte order of the machine. */
  readonly wide: Uint16Array<ArrayBuffer>;
  /** Where each text begins, in units of `narrow` or `wide`. */
  readonly starts: Uint32Array<ArrayBuffer>;
  /** Where each text ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** For each text NULL_TEXT, NARROW_TEXT or WIDE_TEXT. */
  readonly kinds: Uint8Array<ArrayBuffer>;
}

/** Many texts, packed. They are decoded together when the first is asked for. */
export class PackedTexts {
  /** The buffers; plain, so that they can be sent to another thread. */
  readonly data: TextData;
  #narrow: string | null = null;
  #wide = '';

  constructor(data: TextData) {
    this.data = data;
  }

  /** Whether there is no text at this place. */
  isNull(at: number): boolean {
    return this.data.kinds[at] === NULL_TEXT;
  }

  /** The text at this place, null where there is none. */
  text(at: number): string | null {
    const { kinds, starts, ends } = this.data;
    const kind = kinds[at];
    if (kind === NULL_TEXT) return null;
    if (this.#narrow === null) this.#decode();
    return ((kind === NARROW_TEXT ? this.#narrow : this.#wide) as string).slice(starts[at], ends[at]);
  }

  /** The buffers to hand over when `data` is sent to another thread; nothing can be read here afterwards. */
  get buffers(): ArrayBuffer[] {
    const { narrow, wide, starts, ends, kinds } = this.data;
    return [narrow.buffer, wide.buffer, starts.buffer, ends.buffer, kinds.buffer];
  }

  #decode(): void {
    const { narrow, wide } = this.data;
    this.#narrow = Buffer.from(narrow.buffer, narrow.byteOffset, narrow.byteLength).toString('latin1');
    this.#wide = Buffer.from(wide.buffer, wide.byteOffset, wide.byteLength).toString('utf16le');
  }
}

/** Packs texts one after the other. */
export class TextPacker {
  readonly #capacity: number;
  #narrow = new Uint8Array(FIRST_CAPACITY);
  #wide = new Uint16Array(0);
  #starts: Uint32Array<ArrayBuffer>;
  #ends: Uint32Array<ArrayBuffer>;
  #kinds: Uint8Array<ArrayBuffer>;
  #narrowLength = 0;
  #wideLength = 0;
  #count = 0;

  /** @param capacity how many texts a pack holds at most */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#starts = new Uint32Array(capacity);
    this.#ends = new Uint32Array(capacity);
    this.#kinds = new Uint8Array(capacity);
  }

  /** Code units packed so far. */
  get length(): number {
    return this.#narrowLength + this.#wideLength;
  }

  /** Adds a text, or the mark that there is none. */
  put(text: string | null): void {
    if (text === null) {
      this.#kinds[this.#count++] = NULL_TEXT;
      return;
    }
    const { length } = text;
    const start = this.#narrowLength;
    if (start + length > this.#narrow.length) this.#growNarrow(start + length);
    const narrow = this.#narrow;
    for (let i = 0; i < length; i++) {
      const unit = charCodeAt.call(text, i);
      if (unit > 255) return this.#putWide(text);
      narrow[start + i] = unit;
    }
    this.#end(start, length);
  }

  /** Adds a text given by its first `length` code units. */
  putUnits(units: Uint16Array, length: number): void {
    const start = this.#narrowLength;
    if (start + length > this.#narrow.length) this.#growNarrow(start + length);
    const narrow = this.#narrow;
    for (let i = 0; i < length; i++) {
      const unit = units[i] as number;
      if (unit > 255) return this.#putWideUnits(units, length);
      narrow[start + i] = unit;
    }
    this.#end(start, length);
  }

  /** Hands the code units of the text added last to `take`; to nobody when that was none. */
  readLast(take: (units: Uint8Array | Uint16Array, start: number, end: number) => void): void {
    const at = this.#count - 1;
    const kind = this.#kinds[at];
    if (kind === NULL_TEXT) return;
    take(kind === NARROW_TEXT ? this.#narrow : this.#wide, this.#starts[at] as number, this.#ends[at] as number);
  }

  /** Takes what was packed and begins anew. */
  take(): PackedTexts {
    const narrow = this.#narrow.subarray(0, this.#narrowLength);
    const wide = this.#wide.subarray(0, this.#wideLength);
    const texts = new PackedTexts({ narrow, wide, starts: this.#starts, ends: this.#ends, kinds: this.#kinds });
    this.#narrow = new Uint8Array(Math.max(FIRST_CAPACITY, this.#narrowLength));
    this.#wide = new Uint16Array(this.#wideLength);
    this.#starts = new Uint32Array(this.#capacity);
    this.#ends = new Uint32Array(this.#capacity);
    this.#kinds = new Uint8Array(this.#capacity);
    this.#narrowLength = 0;
    this.#wideLength = 0;
    this.#count = 0;
    return texts;
  }

  #end(start: number, length: number): void {
    const at = this.#count++;
    this.#starts[at] = start;
    this.#ends[at] = start + length;
    this.#kinds[at] = NARROW_TEXT;
    this.#narrowLength = start + length;
  }

  #putWide(text: string): void {
    const { length } = text;
    const start = this.#startWide(length);
    const wide = this.#wide;
    for (let i = 0; i < length; i++) wide[start + i] = charCodeAt.call(text, i);
  }

  #putWideUnits(units: Uint16Array, length: number): void {
    const start = this.#startWide(length);
    this.#wide.set(units.subarray(0, length), start);
  }

  #startWide(length: number): number {
    const start = this.#wideLength;
    const end = start + length;
    if (end > this.#wide.length) {
      const grown = new Uint16Array(Math.max(FIRST_CAPACITY / 4, end, this.#wide.length * 2));
      grown.set(this.#wide);
      this.#wide = grown;
    }
    const at = this.#count++;
    this.#starts[at] = start;
    this.#ends[at] = end;
    this.#kinds[at] = WIDE_TEXT;
    this.#wideLength = end;
    return start;
  }

  #growNarrow(length: number): void {
    const grown = new Uint8Array(Math.max(length, this.#narrow.length * 2));
    grown.set(this.#narrow);
    this.#narrow = grown;
  }
}

/** Packs a list of texts. */
export function packTexts(texts: readonly (string | null)[]): PackedTexts {
  const packer = new TextPacker(texts.length);
  for (const text of texts) packer.put(text);
  return packer.take();
}
