import { csvLine, guardFormula } from '../formats/csv-writer.ts';
import { writeOutputFile } from '../formats/output-file.ts';
import { pause } from '../interruption.ts';
import { type Customer, fieldOf } from '../model/customer.ts';
import type { DuplicatePair } from '../model/duplicates.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { strataOf, stratumOf } from './eval-strata.ts';

/** A sample of pairs that was written. */
export interface SampleResult {
  /** Pairs that the sample stands for: those with the verdict auto or review. */
  readonly population: number;
  readonly sampled: number;
  readonly strata: readonly { readonly from: number; readonly to: number; readonly pairs: number; readonly sampled: number }[];
}

/** How a sample is drawn. */
export interface SampleOptions {
  readonly size: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Takes the CSV text, piece by piece. */
  readonly write: (text: string) => void | Promise<void>;
}

/** Fields shown of both customers. */
const SHOWN = ['name', 'birthday', 'email', 'phone', 'company_name', 'street', 'postal_code', 'city', 'country', 'tax_id'] as const;
const HEADER = [
  ...['stratum', 'stratum_pairs', 'left_id', 'right_id', 'bits', 'score', 'verdict'],
  ...SHOWN.flatMap((field) => [`left_${field}`, `right_${field}`]),
  'decision',
];
const PAGE = 500;

interface Drawn {
  readonly stratum: number;
  readonly order: number;
  readonly pair: DuplicatePair;
}

/**
 * Draws pairs for a person to decide: as many of each of ten strata of bits, the same ones for the same seed, and writes
 * them as CSV with an empty column `decision`, in an order that does not give away how sure the search was.
 * @throws {CrmError} INTERRUPTED
 */
export async function drawSample(store: DuplicateStore, { size, seed, signal, write }: SampleOptions): Promise<SampleResult> {
  const strata = await strataOf(store, signal);
  const drawn = await draw(store, strata, { size, seed, signal });
  await write(csvLine(HEADER));
  const all = drawn.flat().sort((a, b) => a.order - b.order);
  for (let at = 0; at < all.length; at += PAGE) {
    const page = all.slice(at, at + PAGE);
    const customers = await store.lookups.customers(page.flatMap(({ pair }) => [pair.left, pair.right]));
    await write(page.map((one) => lineOf(one, strata.sizes[one.stratum] as number, customers)).join(''));
  }
  return {
    population: strata.population,
    sampled: all.length,
    strata: strata.sizes.map((pairs, i) => {
      const bounds = { from: strata.bounds[i] as number, to: strata.bounds[i + 1] as number };
      return { ...bounds, pairs, sampled: drawn[i]?.length ?? 0 };
    }),
  };
}

/** The same into a file, which appears whole or not at all. @throws {CrmError} OUTPUT_FAILED, DISK_FULL, INTERRUPTED */
export async function drawSampleToFile(store: DuplicateStore, options: Omit<SampleOptions, 'write'>, path: string): Promise<SampleResult> {
  return writeOutputFile(path, (write) => drawSample(store, { ...options, write }));
}

/** Of each stratum the pairs with the lowest numbers drawn for them. */
async function draw(
  store: DuplicateStore,
  strata: { readonly bounds: readonly number[]; readonly sizes: readonly number[] },
  { size, seed, signal }: { readonly size: number; readonly seed: number; readonly signal: AbortSignal | undefined },
): Promise<Drawn[][]> {
  const wanted = sharesOf(size, strata.sizes);
  const drawn: Drawn[][] = strata.sizes.map(() => []);
  for await (const batch of store.pairs(['auto', 'review'])) {
    for (const pair of batch) {
      const stratum = stratumOf(strata.bounds, pair.bits);
      (drawn[stratum] as Drawn[]).push({ stratum, order: drawNumber(seed, pair.left, pair.right), pair });
    }
    for (const [stratum, pairs] of drawn.entries()) drawn[stratum] = lowest(pairs, wanted[stratum] as number);
    await pause(signal);
  }
  return drawn;
}

function lowest(pairs: Drawn[], count: number): Drawn[] {
  return pairs.length <= count ? pairs : pairs.sort((a, b) => a.order - b.order).slice(0, count);
}

/** The same share of each stratum as far as they have so many pairs; what one lacks goes to the others. */
function sharesOf(size: number, sizes: readonly number[]): number[] {
  const shares = sizes.map(() => 0);
  for (
    let left = Math.min(
      size,
      sizes.reduce((sum, one) => sum + one, 0),
    );
    left > 0;
  ) {
    for (let i = 0; i < sizes.length && left > 0; i++) {
      if ((shares[i] as number) >= (sizes[i] as number)) continue;
      shares[i] = (shares[i] as number) + 1;
      left--;
    }
  }
  return shares;
}

/** A number in [0, 1) for a pair: the same for the same seed, and like a random one (the finaliser of MurmurHash3). */
function drawNumber(seed: number, left: number, right: number): number {
  let hash = seed >>> 0;
  for (const part of [left >>> 0, Math.floor(left / 2 ** 32), right >>> 0, Math.floor(right / 2 ** 32)]) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

function lineOf({ stratum, pair }: Drawn, pairs: number, customers: ReadonlyMap<number, Customer>): string {
  const [left, right] = [customers.get(pair.left), customers.get(pair.right)];
  // Values are those of customers: a spreadsheet must not run them.
  const text = (customer: Customer | undefined, field: string): string =>
    customer === undefined ? '' : guardFormula(String(fieldOf(customer, field) ?? ''));
  const numbers = [stratum + 1, pairs, pair.left, pair.right].map(String);
  const values = SHOWN.flatMap((field) => [text(left, field), text(right, field)]);
  return csvLine([...numbers, pair.bits.toFixed(3), pair.score.toFixed(6), pair.verdict, ...values, '']);
}
