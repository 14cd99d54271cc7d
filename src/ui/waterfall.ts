/** A bar that begins where the one before it ended; `up` where it adds. */
export interface WaterfallBar {
  /** Cells before the bar, and of it. */
  readonly start: number;
  readonly length: number;
  readonly up: boolean;
}

/** Bars of a running sum, and where zero is. */
export interface Waterfall {
  readonly bars: readonly WaterfallBar[];
  /** The sum as a bar from zero. */
  readonly total: WaterfallBar;
  readonly zero: number;
}

/** Characters of a bar: what adds and what takes away look different without colours too. */
export interface BarCharacters {
  readonly up: string;
  readonly down: string;
  readonly axis: string;
}

/** Block characters, and those of a terminal that has none. */
export const BLOCK_BARS: BarCharacters = { up: '█', down: '▒', axis: '│' };
/** See `BLOCK_BARS`. */
export const ASCII_BARS: BarCharacters = { up: '+', down: '-', axis: '|' };

/** Lays weights out as a waterfall of `width` cells: each bar begins at the sum of those before it. A weight is never without a cell. */
export function waterfall(weights: readonly number[], width: number): Waterfall {
  const sums = [0];
  for (const bits of weights) sums.push((sums.at(-1) as number) + bits);
  const low = Math.min(...sums);
  const span = Math.max(...sums) - low || 1;
  const at = (value: number): number => Math.round(((value - low) / span) * width);
  const bar = (from: number, to: number): WaterfallBar => {
    const [start, end] = [at(Math.min(from, to)), at(Math.max(from, to))];
    if (from === to) return { start: Math.min(start, width), length: 0, up: true };
    return end > start ? { start, length: end - start, up: to > from } : { start: Math.min(start, width - 1), length: 1, up: to > from };
  };
  const total = sums.at(-1) as number;
  return {
    bars: weights.map((_, i) => bar(sums[i] as number, sums[i + 1] as number)),
    total: bar(0, total),
    zero: Math.min(at(0), width - 1),
  };
}

/** A bar as text of `width` cells; the line of zero runs through where the bar is not. */
export function barText(
  { start, length, up }: WaterfallBar,
  zero: number,
  width: number,
  characters: BarCharacters,
  colour: (text: string) => string,
): string {
  const blank = (from: number, to: number): string =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => (from + i === zero ? characters.axis : ' ')).join('');
  const drawn = (up ? characters.up : characters.down).repeat(length);
  return `${blank(0, start)}${length === 0 ? '' : colour(drawn)}${blank(start + length, width)}`.trimEnd();
}
