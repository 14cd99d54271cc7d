/**
 * Clusters of `size` items by average linkage (nearest-neighbour chain, Murtagh 1983): two clusters are joined while the mean
 * similarity of all pairs between them is at least `cut`. Ties go to the lower item, so that the order of input does not
 * matter. O(size²).
 * @param similarity `size * size` similarities, symmetric; it is overwritten
 * @returns the lowest item of the cluster of each item
 */
export function averageLink(size: number, similarity: Float64Array, cut: number): Int32Array {
  const members = new Float64Array(size).fill(1);
  const cluster = Int32Array.from({ length: size }, (_, i) => i);
  const active = new Uint8Array(size).fill(1);
  const chain: number[] = [];
  for (let start = 0; start < size; ) {
    if (active[start] === 0) {
      start++;
      continue;
    }
    if (chain.length === 0) chain.push(start);
    const top = chain.at(-1) as number;
    const before = chain.length > 1 ? (chain.at(-2) as number) : -1;
    const nearest = nearestOf(size, similarity, active, top, before);
    if (nearest < 0 || (similarity[top * size + nearest] as number) < cut) {
      // Nothing is near enough to the top of the chain, now or later: joining others only lowers the best mean.
      active[top] = 0;
      chain.pop();
      continue;
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    join(size, similarity, members, cluster, active, top, nearest);
  }
  return cluster;
}

function nearestOf(size: number, similarity: Float64Array, active: Uint8Array, of: number, preferred: number): number {
  let nearest = preferred;
  let best = preferred < 0 ? Number.NEGATIVE_INFINITY : (similarity[of * size + preferred] as number);
  for (let other = 0; other < size; other++) {
    if (other === of || active[other] === 0) continue;
    const value = similarity[of * size + other] as number;
    if (value > best) [best, nearest] = [value, other];
  }
  return nearest;
}

function join(
  size: number,
  similarity: Float64Array,
  members: Float64Array,
  cluster: Int32Array,
  active: Uint8Array,
  one: number,
  other: number,
): void {
  const [keep, drop] = one < other ? [one, other] : [other, one];
  const [k, d] = [members[keep] as number, members[drop] as number];
  for (let i = 0; i < size; i++) {
    if (active[i] === 0 || i === keep || i === drop) continue;
    const mean = ((similarity[keep * size + i] as number) * k + (similarity[drop * size + i] as number) * d) / (k + d);
    similarity[keep * size + i] = mean;
    similarity[i * size + keep] = mean;
  }
  members[keep] = k + d;
  active[drop] = 0;
  for (let i = 0; i < size; i++) if (cluster[i] === drop) cluster[i] = keep;
}
