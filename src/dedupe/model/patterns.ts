import type { Compare } from '../compare/comparison.ts';

/** How often pairs agree in each way: one level for each comparison (0: no evidence), and how many pairs. */
export interface Patterns {
  /** Levels of pattern `p` are `levels[p * width .. (p + 1) * width)`. */
  readonly levels: Uint8Array;
  readonly counts: Float64Array;
  readonly width: number;
}

/** Counts patterns of agreement of pairs. */
export class PatternCounter {
  readonly #compares: readonly Compare[];
  readonly #places = new Map<number | string, number>();
  /** The key of a pattern is one number, or several where one cannot hold it: many custom fields are compared. */
  readonly #strides: readonly number[];
  #levels = new Uint8Array(1 << 12);
  #counts: number[] = [];
  readonly #pair: Uint8Array;

  /** @param levels how many levels each comparison has */
  constructor(compares: readonly Compare[], levels: readonly number[]) {
    this.#compares = compares;
    this.#pair = new Uint8Array(compares.length);
    let stride = 1;
    this.#strides = levels.map((count) => {
      if (stride * (count + 1) > Number.MAX_SAFE_INTEGER) stride = 1;
      const own = stride;
      stride *= count + 1;
      return own;
    });
  }

  /** Counts a pair, as so many. */
  add(a: number, b: number, weight: number): void {
    let key = 0;
    let before = '';
    for (let i = 0; i < this.#compares.length; i++) {
      const level = (this.#compares[i] as Compare)(a, b);
      this.#pair[i] = level;
      if (i > 0 && this.#strides[i] === 1) [before, key] = [`${before}${key}/`, 0];
      key += level * (this.#strides[i] as number);
    }
    const pattern = before === '' ? key : before + key;
    const known = this.#places.get(pattern);
    if (known !== undefined) {
      this.#counts[known] = (this.#counts[known] as number) + weight;
      return;
    }
    const place = this.#counts.length;
    const width = this.#pair.length;
    if ((place + 1) * width > this.#levels.length) {
      const grown = new Uint8Array(this.#levels.length * 2);
      grown.set(this.#levels);
      this.#levels = grown;
    }
    this.#levels.set(this.#pair, place * width);
    this.#places.set(pattern, place);
    this.#counts.push(weight);
  }

  /** What was counted. */
  patterns(): Patterns {
    const width = this.#pair.length;
    return { levels: this.#levels.subarray(0, this.#counts.length * width), counts: Float64Array.from(this.#counts), width };
  }
}
