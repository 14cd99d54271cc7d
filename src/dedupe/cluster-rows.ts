import type { ClusteredCustomer } from '../repository/duplicate-results.ts';
import type { Clusters } from './cluster/clusters.ts';
import type { Population } from './population.ts';

/** The customers of a population that are not alone, each with its cluster, as they are kept. */
export function* clusterRows(
  { customers, size }: Pick<Population, 'customers' | 'size'>,
  clusters: Pick<Clusters, 'cluster' | 'auto'>,
): Iterable<ClusteredCustomer> {
  const { sizes, whole } = clusterFacts(clusters.cluster, clusters.auto);
  for (let record = 0; record < size; record++) {
    const cluster = clusters.cluster[record] as number;
    if ((sizes[cluster] as number) < 2) continue;
    const auto = clusters.auto[record] as number;
    yield {
      customer: customers[record] as number,
      cluster: customers[cluster] as number,
      verdict: whole[cluster] === 1 ? 'auto' : 'review',
      autoId: auto < 0 ? null : (customers[auto] as number),
    };
  }
}

/** How large each cluster is, and whether all of it may be merged without asking, by the place that stands for it. */
export function clusterFacts(cluster: Int32Array, auto: Int32Array): { readonly sizes: Int32Array; readonly whole: Uint8Array } {
  const sizes = new Int32Array(cluster.length);
  const whole = new Uint8Array(cluster.length).fill(1);
  for (let record = 0; record < cluster.length; record++) {
    const at = cluster[record] as number;
    sizes[at] = (sizes[at] as number) + 1;
    if (auto[record] !== at) whole[at] = 0;
  }
  return { sizes, whole };
}
