import type { Population } from '../population.ts';
import { sharedUints } from '../text/shared-array.ts';
import { hashText, type PooledTexts, pooledText } from '../text/text-pool.ts';

const CLASSES: Readonly<Record<string, string>> = {
  b: '1',
  p: '1',
  f: '1',
  v: '1',
  w: '1',
  c: '2',
  k: '2',
  q: '2',
  g: '2',
  j: '2',
  x: '2',
  s: '3',
  z: '3',
  d: '4',
  t: '4',
  l: '5',
  r: '6',
  m: '7',
  n: '7',
};
const MAX_SOUND = 5;

/**
 * Hashes of each distinct name for blocking: `names.four` and `names.three` of its first letters, `names.sound` of its
 * consonants by the way they are spoken; other letters than a to z count as they are.
 */
export function prepareNameHashes(population: Population): void {
  if (population.derived['names.four'] !== undefined) return;
  const texts = population.columns.given?.texts as PooledTexts;
  const [four, three, sound] = [sharedUints(texts.size), sharedUints(texts.size), sharedUints(texts.size)];
  for (let number = 1; number < texts.size; number++) {
    const text = pooledText(texts, number);
    four[number] = hashText(text.slice(0, 4));
    three[number] = hashText(text.slice(0, 3));
    sound[number] = hashText(consonants(text));
  }
  Object.assign(population.derived, { 'names.four': four, 'names.three': three, 'names.sound': sound });
}

/** First letter and the classes of the consonants after it, equal neighbours once: `meyer` and `maier` are `m6`. */
function consonants(text: string): string {
  let code = text.charAt(0);
  let last = CLASSES[code] ?? '';
  for (let i = 1; i < text.length && code.length < MAX_SOUND; i++) {
    const letter = text.charAt(i);
    const kind = CLASSES[letter];
    if (kind === undefined) {
      if (letter > 'z') code += letter;
      if (letter !== 'h') last = '';
    } else if (kind !== last) {
      code += kind;
      last = kind;
    }
  }
  return code;
}
