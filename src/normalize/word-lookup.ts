import { fold } from '../model/fold.ts';
import type { Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';

const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
/** No word of any table is longer; a whole document in a cell must not be folded. */
const MAX_WORD_LENGTH = 60;

/**
 * A normaliser for a closed set of values: each is found by its own name and by its words (`|` between them), ignoring
 * case, accents, width and punctuation.
 */
export function wordLookup(words: Readonly<Record<string, string>>): (raw: string) => Normalized {
  const exact = new Map<string, Normalized>();
  const folded = new Map<string, Normalized>();
  for (const [value, list] of Object.entries(words)) {
    const result: Normalized = Object.freeze({ value, understood: true });
    exact.set(value, result);
    for (const word of [value, ...list.split('|')]) folded.set(word, result);
  }
  return (raw) => {
    const known = exact.get(raw) ?? (raw.length > MAX_WORD_LENGTH ? undefined : folded.get(fold(raw).replace(SIGNS, ' ').trim()));
    return known ?? { value: normalizeText(raw), understood: false };
  };
}
