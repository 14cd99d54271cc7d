import type { ColumnType } from '../model/table-schema.ts';

const INTEGER = /^-?(?:0|[1-9][0-9]{0,19})$/;
const TWO_63 = 1n << 63n;
const TWO_64 = 1n << 64n;
/** A number with an exponent would have to be written out. */
const PLAIN = /^[^eE]+$/;

/**
 * What the values of a member are in all objects of a file, read whole, nothing guessed: texts; booleans; integers of 64
 * bits; numbers in plain notation, kept exactly; texts and numbers that are safe integers; and JSON where they are anything else.
 */
export class ForeignColumn {
  #hasTexts = false;
  #hasBooleans = false;
  #hasIntegers = false;
  #hasDecimals = false;
  #hasOthers = false;
  #least = 0n;
  #most = 0n;

  /** Takes note of a value, given as JSON. */
  see(token: string): void {
    const first = token.charCodeAt(0);
    if (first === 34) this.#hasTexts = true;
    else if (first === 116 || first === 102) this.#hasBooleans = true;
    else if (first === 123 || first === 91) this.#hasOthers = true;
    else if (first === 110) return;
    else if (token !== '-0' && INTEGER.test(token)) this.#integer(BigInt(token));
    else if (PLAIN.test(token)) this.#hasDecimals = true;
    else this.#hasOthers = true;
  }

  /** The type that holds all values as they are. */
  get type(): ColumnType {
    const json: ColumnType = { kind: 'json', binary: false };
    const hasNumbers = this.#hasIntegers || this.#hasDecimals;
    const kinds = [this.#hasTexts, this.#hasBooleans, hasNumbers, this.#hasOthers].filter(Boolean).length;
    if (this.#hasOthers || (this.#hasBooleans && kinds > 1)) return json;
    if (this.#hasBooleans) return { kind: 'boolean' };
    if (this.#hasTexts && hasNumbers) return this.#hasDecimals || !this.#isSigned64 ? json : { kind: 'any' };
    if (!hasNumbers) return { kind: 'text', length: null, fixed: false };
    if (this.#hasDecimals || this.#isTooLarge) return { kind: 'decimal', precision: null, scale: null };
    return { kind: 'integer', bits: 64, unsigned: !this.#isSigned64 };
  }

  get #isSigned64(): boolean {
    return this.#least >= -TWO_63 && this.#most < TWO_63;
  }

  get #isTooLarge(): boolean {
    return !this.#isSigned64 && (this.#least < 0n || this.#most >= TWO_64);
  }

  #integer(value: bigint): void {
    this.#hasIntegers = true;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
  }
}
