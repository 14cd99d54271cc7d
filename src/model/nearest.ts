import { fold } from './fold.ts';

/** Longer words are not compared: nobody mistypes a field name of that length by accident. */
const MAX_LENGTH = 60;

/**
 * The candidate that a mistyped word most likely means: equal but for case and accents, beginning with it, ending with it
 * after a dot, or a few edits away (at most a third of its letters). Undefined where none is near.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = key(word);
  if (wanted === '' || wanted.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = Math.min(Math.max(1, Math.floor(wanted.length / 3)), wanted.length - 1) + 0.95;
  for (const candidate of candidates) {
    const distance = likeness(wanted, key(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function key(text: string): string {
  return fold(text).replace(/[\s_-]+/g, '');
}

function likeness(wanted: string, candidate: string): number {
  if (candidate.length > MAX_LENGTH) return Number.POSITIVE_INFINITY;
  if (candidate === wanted) return 0;
  const edits = editDistance(wanted, candidate);
  const isPart = (wanted.length >= 2 || wanted > '\x7f') && (candidate.startsWith(wanted) || candidate.endsWith(`.${wanted}`));
  const isLonger = candidate.length >= 4 && wanted.startsWith(candidate);
  return isPart || isLonger ? Math.min(edits, 0.9) : edits;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((previous[j] as number) + 1, (current[j - 1] as number) + 1, (previous[j - 1] as number) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] as number) + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] as number;
}
