import { csvLine } from '../formats/csv-writer.ts';
import { writeOutputFile } from '../formats/output-file.ts';
import { pause } from '../interruption.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { type Found, pairAt } from './find-duplicates.ts';
import { placeOf } from './population-reader.ts';

/** Takes text as it comes; it may answer when it is ready for more. */
export type TextSink = (text: string) => void | Promise<void>;

const LINES = 5000;
const SCORE_DIGITS = 6;

/** `writePairs` into a file. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
export function writePairsFile(found: Found, path: string, signal?: AbortSignal): Promise<void> {
  return writeOutputFile(path, (write) => writePairs(found, write, signal));
}

/** `writeClusters` into a file. @throws {CrmError} DISK_FULL, OUTPUT_FAILED */
export function writeClustersFile(found: Found, store: DuplicateStore, path: string, signal?: AbortSignal): Promise<void> {
  return writeOutputFile(path, (write) => writeClusters(found, store, write, signal));
}

/** Writes all pairs that were kept as CSV: `left_id,right_id,score,verdict`, in the order of their ids. */
export async function writePairs({ linked }: Found, write: TextSink, signal?: AbortSignal): Promise<void> {
  let text = 'left_id,right_id,score,verdict\n';
  for (const each of linked) {
    for (let i = 0; i < each.pairs.left.length; i++) {
      const { left, right, score, verdict } = pairAt(each, i);
      text += `${left},${right},${Number(score.toFixed(SCORE_DIGITS))},${verdict}\n`;
      if (i % LINES !== LINES - 1) continue;
      await write(text);
      text = '';
      await pause(signal);
    }
  }
  await write(text);
}

/**
 * Writes the cluster of every customer in scope as CSV, `cluster_id,customer_id,external_id`: a line for each external id, one
 * with an empty id where there is none. A cluster goes by its lowest customer; who is alone is a cluster of its own.
 */
export async function writeClusters({ linked }: Found, store: DuplicateStore, write: TextSink, signal?: AbortSignal): Promise<void> {
  const idsOf = await externalIdsOf(store, linked);
  let text = 'cluster_id,customer_id,external_id\n';
  for (const { population, clusters } of linked) {
    for (let record = 0; record < population.size; record++) {
      const customer = population.customers[record] as number;
      const cluster = String(population.customers[clusters.cluster[record] as number]);
      const external = idsOf.get(customer) ?? [''];
      for (const id of external) text += csvLine([cluster, String(customer), id]);
      if (record % LINES !== LINES - 1) continue;
      await write(text);
      text = '';
      await pause(signal);
    }
  }
  await write(text);
}

async function externalIdsOf(store: DuplicateStore, linked: Found['linked']): Promise<Map<number, string[]>> {
  const ids = new Map<number, string[]>();
  for await (const rows of store.search.externalIds()) {
    for (const [customer, , id] of rows as [number, string, string][]) {
      if (!linked.some(({ population }) => placeOf(population.customers, population.size, customer) >= 0)) continue;
      const known = ids.get(customer);
      if (known === undefined) ids.set(customer, [id]);
      else known.push(id);
    }
  }
  return ids;
}
