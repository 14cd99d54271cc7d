import type { WordIndexBuilder } from '../engines/connection.ts';
import { packTexts } from '../model/packed-texts.ts';
import type { WordsSink } from './customer-store.ts';

/** Lets the words of single customers, who may be in it already, go into an index that another thread is building. */
export function wordsInto(index: WordIndexBuilder): WordsSink {
  return {
    putWords: (entries) =>
      index.add({
        ids: Float64Array.from(entries, ({ id }) => id),
        texts: packTexts(entries.map(({ words }) => words)).data,
        replace: true,
      }),
  };
}
