/** Precision, recall and their harmonic mean; 1 where there is nothing that could be wrong. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** How two partitions of the same records compare. */
export interface PartitionCounts {
  readonly records: number;
  /** Pairs of records that are one person. */
  readonly truePairs: number;
  /** Pairs of records that were put together. */
  readonly foundPairs: number;
  /** Pairs that are both. */
  readonly rightPairs: number;
  readonly bcubed: Scores;
}

/** The scores of counted pairs. */
export function scoresOf(right: number, found: number, truth: number): Scores {
  return withF1(found === 0 ? 1 : right / found, truth === 0 ? 1 : right / truth);
}

/**
 * Compares the clusters that records are in with those they should be in. Pairs are counted by the sizes of clusters and of
 * their overlaps, never one by one: a cluster of a hundred thousand costs no more than its members.
 * @param truth for each record the number of the cluster that it belongs to
 * @param found for each record the number of the cluster that it was put in; numbers are at least 0 and below 2 ** 26
 */
export function comparePartitions(truth: Int32Array, found: Int32Array): PartitionCounts {
  const records = truth.length;
  const overlaps = new Float64Array(records);
  for (let i = 0; i < records; i++) overlaps[i] = (truth[i] as number) * RANGE + (found[i] as number);
  overlaps.sort();
  const [trueSizes, foundSizes] = [sizesOf(truth), sizesOf(found)];
  let rightPairs = 0;
  let precision = 0;
  let recall = 0;
  for (let from = 0; from < records; ) {
    const key = overlaps[from] as number;
    let to = from + 1;
    while (to < records && overlaps[to] === key) to++;
    const size = to - from;
    rightPairs += pairsOf(size);
    precision += (size * size) / (foundSizes[key % RANGE] as number);
    recall += (size * size) / (trueSizes[Math.floor(key / RANGE)] as number);
    from = to;
  }
  return {
    records,
    truePairs: pairsIn(trueSizes),
    foundPairs: pairsIn(foundSizes),
    rightPairs,
    bcubed: records === 0 ? withF1(1, 1) : withF1(precision / records, recall / records),
  };
}

/** How many pairs so many records make. */
export function pairsOf(size: number): number {
  return (size * (size - 1)) / 2;
}

const RANGE = 2 ** 26;

function withF1(precision: number, recall: number): Scores {
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function sizesOf(labels: Int32Array): Int32Array {
  let most = -1;
  for (const label of labels) if (label > most) most = label;
  const sizes = new Int32Array(most + 1);
  for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
  return sizes;
}

function pairsIn(sizes: Int32Array): number {
  let pairs = 0;
  for (const size of sizes) pairs += pairsOf(size);
  return pairs;
}
