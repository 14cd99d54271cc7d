import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface Options {
  readonly toneType: 'none';
  readonly type: 'array';
  readonly surname?: 'head';
  readonly multiple?: boolean;
}

let library: ((text: string, options: Options) => string[]) | undefined;

/** Readings of family names: there are some six hundred. */
const surnames = new Map<string, string>();
/** The reading of each character that has only one; null for those that depend on the word. */
const only = new Map<string, string | null>();
/** Readings of texts that depend on the context; emptied when full. */
const texts = new Map<string, readonly string[]>();
const MAX_TEXTS = 5000;

/**
 * Toneless Hanyu Pinyin (ISO 7098) of each character of a given name or other text in Han; `ü` is written `u`, as accents
 * are dropped everywhere. A character without a known reading stays. The library is loaded on the first call (some 50 ms).
 */
export function pinyinSyllables(text: string): readonly string[] {
  const known = texts.get(text);
  if (known !== undefined) return known;
  const syllables: string[] = [];
  for (const character of text) {
    const reading = onlyReading(character);
    if (reading === null) return remember(text, read(text, { toneType: 'none', type: 'array' }));
    syllables.push(reading);
  }
  return syllables;
}

/** Toneless Hanyu Pinyin of a family name in Han, read as family names are: `曾` zeng, `单` shan, `尉迟` yuchi. */
export function pinyinSurname(surname: string): string {
  let reading = surnames.get(surname);
  if (reading === undefined) {
    reading = read(surname, { toneType: 'none', type: 'array', surname: 'head' }).join('');
    surnames.set(surname, reading);
  }
  return reading;
}

function onlyReading(character: string): string | null {
  let reading = only.get(character);
  if (reading === undefined) {
    const readings = new Set(read(character, { toneType: 'none', type: 'array', multiple: true }));
    reading = readings.size === 1 ? ([...readings][0] as string) : null;
    only.set(character, reading);
  }
  return reading;
}

function read(text: string, options: Options): string[] {
  library ??= (require('pinyin-pro') as { pinyin: NonNullable<typeof library> }).pinyin;
  return library(text, options).map((syllable) => syllable.replaceAll('ü', 'u'));
}

function remember(text: string, syllables: readonly string[]): readonly string[] {
  if (texts.size >= MAX_TEXTS) texts.clear();
  texts.set(text, syllables);
  return syllables;
}
