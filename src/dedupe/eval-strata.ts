import { pause } from '../interruption.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';

/** Pairs by their bits in parts of about the same size. */
export interface Strata {
  readonly population: number;
  /** Bits from which on a stratum begins, and behind the last the highest there are. */
  readonly bounds: readonly number[];
  /** How many pairs each stratum has. */
  readonly sizes: readonly number[];
}

const STRATA = 10;

/** Parts the pairs with the verdict auto or review into at most ten strata by their bits. @throws {CrmError} INTERRUPTED */
export async function strataOf(store: DuplicateStore, signal: AbortSignal | undefined): Promise<Strata> {
  let bits = new Float64Array(1024);
  let population = 0;
  for await (const batch of store.pairs(['auto', 'review'])) {
    for (const pair of batch) {
      if (population === bits.length) {
        const longer = new Float64Array(2 * bits.length);
        longer.set(bits);
        bits = longer;
      }
      bits[population++] = pair.bits;
    }
    await pause(signal);
  }
  return { population, ...strataOfBits(bits.subarray(0, population)) };
}

/** The same of bits in any order; they are sorted in place. Equal bits are in one stratum. */
export function strataOfBits(bits: Float64Array): Omit<Strata, 'population'> {
  bits.sort();
  const count = bits.length;
  if (count === 0) return { bounds: [], sizes: [] };
  const starts = new Set<number>();
  for (let i = 0; i < STRATA; i++) starts.add(bits[Math.floor((i * count) / STRATA)] as number);
  const bounds = [...starts, bits[count - 1] as number];
  const sizes: number[] = new Array(starts.size).fill(0);
  for (const one of bits) {
    const stratum = stratumOf(bounds, one);
    sizes[stratum] = (sizes[stratum] as number) + 1;
  }
  return { bounds, sizes };
}

/** The stratum that so many bits belong to. */
export function stratumOf(bounds: readonly number[], bits: number): number {
  let stratum = 0;
  for (let i = 1; i < bounds.length - 1; i++) if (bits >= (bounds[i] as number)) stratum = i;
  return stratum;
}
