/** The largest character, and the last one before those that stand for halves of others. */
const LAST = 0x10ffff;
const BEFORE_SURROGATES = 0xd7ff;
const AFTER_SURROGATES = 0xe000;
/** Longer texts need not be told apart. */
const MAX_LENGTH = 64;

/**
 * A text about half-way between two, in the order of their characters; null where none is found.
 * @param high null: there is no end
 */
export function betweenTexts(low: string, high: string | null): string | null {
  const [from, to] = [[...low].map(codeOf), high === null ? null : [...high].map(codeOf)];
  const made: number[] = [];
  let isBelowHigh = to === null;
  for (let i = 0; i < MAX_LENGTH; i++) {
    const least = from[i] ?? -1;
    const most = isBelowHigh ? LAST + 1 : (to?.[i] ?? -1);
    if (most - least > 1) return textOf([...made, Math.floor((least + most) / 2)]);
    if (least < 0) return null;
    made.push(least);
    if (least < most) isBelowHigh = true;
  }
  return null;
}

function codeOf(character: string): number {
  return character.codePointAt(0) as number;
}

function textOf(codes: readonly number[]): string {
  const last = codes.at(-1) as number;
  const isHalf = last > BEFORE_SURROGATES && last < AFTER_SURROGATES;
  return String.fromCodePoint(...codes.slice(0, -1), isHalf ? BEFORE_SURROGATES : last);
}
