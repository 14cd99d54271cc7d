import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';

/** Consecutive chunks of an image that lie one after the other in a pack. */
export interface Extent {
  /** Which of the manifest's packs. */
  readonly pack: number;
  /** Number of the first chunk in that pack. */
  readonly first: number;
  readonly count: number;
}

/** Makes extents of the places of chunks as they come. @typeParam P what stands for a pack meanwhile */
export class ExtentList<P> {
  readonly extents: Extent[] = [];
  /** The packs in the order in which they come up. */
  readonly packs: P[] = [];
  readonly #numbers = new Map<P, number>();
  #pack: P | null = null;
  #first = 0;
  #count = 0;

  /** Appends a chunk of the image. */
  add(pack: P, ordinal: number): void {
    if (pack === this.#pack && ordinal === this.#first + this.#count) {
      this.#count++;
      return;
    }
    this.finish();
    this.#pack = pack;
    this.#first = ordinal;
    this.#count = 1;
  }

  /** Ends the list. */
  finish(): void {
    if (this.#pack === null) return;
    const number = this.#numbers.get(this.#pack) ?? this.packs.push(this.#pack) - 1;
    this.#numbers.set(this.#pack, number);
    this.extents.push({ pack: number, first: this.#first, count: this.#count });
    this.#pack = null;
  }
}

/** A list whose packs are named, as a manifest has it. */
export function namedExtents(list: ExtentList<string>): { readonly packs: readonly string[]; readonly extents: string } {
  list.finish();
  return { packs: list.packs, extents: encodeExtents(list.extents) };
}

/**
 * Extents as text: for each the pack, how far it begins from the end of the one before, and the count, as numbers of
 * seven bits a byte, least first; compressed, in base64. After years of small changes an image has many.
 */
export function encodeExtents(extents: readonly Extent[]): string {
  const bytes: number[] = [];
  let end = 0;
  for (const { pack, first, count } of extents) {
    const step = first - end;
    for (const number of [pack, step < 0 ? -step * 2 - 1 : step * 2, count]) {
      let rest = number;
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
      bytes.push(rest);
    }
    end = first + count;
  }
  return brotliCompressSync(Buffer.from(bytes)).toString('base64');
}

/** Reverses `encodeExtents`. */
export function decodeExtents(text: string): Extent[] {
  const bytes = brotliDecompressSync(Buffer.from(text, 'base64'));
  const extents: Extent[] = [];
  let at = 0;
  const next = (): number => {
    let number = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes[at++] as number;
      number += (byte & 0x7f) * factor;
      if (byte < 0x80) return number;
    }
  };
  for (let end = 0; at < bytes.length; ) {
    const [pack, step, count] = [next(), next(), next()];
    const first = end + (step % 2 === 1 ? -(step + 1) / 2 : step / 2);
    extents.push({ pack, first, count });
    end = first + count;
  }
  return extents;
}
