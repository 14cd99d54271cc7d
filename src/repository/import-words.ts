import type { PackedWords, WordIndexBuilder } from '../engines/connection.ts';
import type { WordsSink } from './customer-store.ts';

/** Lets the words of single customers go into an index that another thread is building. */
export function wordsInto(index: WordIndexBuilder): WordsSink {
  return {
    putWords: (entries) =>
      index.add(
        packWords(
          Float64Array.from(entries, ({ id }) => id),
          entries.map(({ words }) => words ?? ''),
          true,
        ),
      ),
  };
}

/** Packs the words of customers for the thread that indexes them. `replace`: some may be in the index already. */
function packWords(ids: Float64Array, texts: readonly string[], replace: boolean): PackedWords {
  const ends = new Uint32Array(texts.length);
  let length = 0;
  for (let i = 0; i < texts.length; i++) {
    length += (texts[i] as string).length;
    ends[i] = length;
  }
  return { ids, text: texts.join(''), ends, replace };
}
