import { PackedTexts, type TextData } from '../model/packed-texts.ts';
import type { ImportBatch } from '../repository/import-batch.ts';

/** A batch as it goes from thread to thread: plain data only. */
export interface WireBatch extends Omit<ImportBatch, 'rows' | 'words'> {
  readonly rows: { readonly count: number; readonly width: number; readonly texts: TextData };
  readonly words: TextData | null;
}

/** The batch as plain data. */
export function toWire(batch: ImportBatch): WireBatch {
  const { count, width, texts } = batch.rows;
  return { ...batch, rows: { count, width, texts: texts.data }, words: batch.words?.data ?? null };
}

/** The batch that another thread sent. */
export function fromWire(wire: WireBatch): ImportBatch {
  const { rows, words } = wire;
  return { ...wire, rows: { ...rows, texts: new PackedTexts(rows.texts) }, words: words === null ? null : new PackedTexts(words) };
}

/** All buffers of a batch, to be handed over without copying. */
export function buffersOf(batch: ImportBatch): ArrayBuffer[] {
  const { lines, rowHashes, flags, keyHashes } = batch;
  const numbers = [lines, rowHashes, flags, keyHashes].map((array) => array.buffer);
  return [...batch.rows.texts.buffers, ...(batch.words?.buffers ?? []), ...numbers];
}
