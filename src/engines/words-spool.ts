import { closeSync, openSync, readSync, writevSync } from 'node:fs';
import type { TextData } from '../model/packed-texts.ts';
import type { PackedWords } from './connection.ts';
import { type PassingSecret, crypter } from './passing-secret.ts';

/** 32-bit numbers before each entry: customers, bytes of narrow text, units of wide text, whether it replaces. */
const HEADER_NUMBERS = 4;

/** A file in which words of customers wait for the thread that indexes them: memory does not grow with their number. */
export class WordsSpool {
  readonly #file: number;
  readonly #crypt: ((bytes: Uint8Array) => Uint8Array) | null;
  #length = 0;

  /** Opens the file, to be written (`w`) or read (`r`) by the other side; encrypted where both know a secret. */
  constructor(path: string, mode: 'w' | 'r', secret: PassingSecret | null = null) {
    this.#file = openSync(path, mode, 0o600);
    this.#crypt = secret === null ? null : crypter(secret);
  }

  /** Appends an entry and returns the length of the file in bytes. */
  append({ ids, texts, replace }: PackedWords): number {
    const { narrow, wide, starts, ends, kinds } = texts;
    const count = ids.length;
    const header = Uint32Array.of(count, narrow.length, wide.length, replace ? 1 : 0);
    const parts = [header, ids, starts.subarray(0, count), ends.subarray(0, count), kinds.subarray(0, count), narrow, wide];
    const plain = parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)).filter(({ length }) => length > 0);
    const bytes = this.#crypt === null ? plain : plain.map(this.#crypt);
    const total = bytes.reduce((sum, { length }) => sum + length, 0);
    let written = writevSync(this.#file, bytes, this.#length);
    while (written < total) written += writevSync(this.#file, rest(bytes, written), this.#length + written);
    this.#length += total;
    return this.#length;
  }

  /** Reads the entries that lie before `end`, from where it stopped the last time. */
  *read(end: number): Iterable<PackedWords> {
    while (this.#length < end) {
      const [count, narrowLength, wideLength, replace] = this.#take(Uint32Array, HEADER_NUMBERS) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const ids = this.#take(Float64Array, count);
      const starts = this.#take(Uint32Array, count);
      const ends = this.#take(Uint32Array, count);
      const kinds = this.#take(Uint8Array, count);
      const texts: TextData = {
        starts,
        ends,
        kinds,
        narrow: this.#take(Uint8Array, narrowLength),
        wide: this.#take(Uint16Array, wideLength),
      };
      yield { ids, texts, replace: replace === 1 };
    }
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.#file);
  }

  #take<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(type: new (length: number) => T, length: number): T {
    const array = new type(length);
    const bytes = new Uint8Array(array.buffer);
    let read = 0;
    while (read < bytes.length) {
      const more = readSync(this.#file, bytes, read, bytes.length - read, this.#length + read);
      if (more === 0) throw new Error('the waiting words end too early');
      read += more;
    }
    this.#length += read;
    if (this.#crypt !== null) bytes.set(this.#crypt(bytes));
    return array;
  }
}

/** What is left of several pieces after the first `done` bytes. */
function rest(pieces: readonly Uint8Array[], done: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let before = 0;
  for (const piece of pieces) {
    if (before + piece.length > done) left.push(piece.subarray(Math.max(0, done - before)));
    before += piece.length;
  }
  return left;
}
