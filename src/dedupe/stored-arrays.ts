import type { PackedArray } from '../repository/duplicate-results.ts';
import type { Linked } from './link-population.ts';

/** What is kept beside the models: nothing yet. */
export function packedArrays(_linked: readonly Linked[]): Iterable<PackedArray> {
  return [];
}
