/** A deterministic random source: next(n) is an integer from 0 to n - 1. */
export function randomSource(seed: number): (n: number) => number;

/** A function that yields one random number and the region it is read in (or null). */
export function phoneSamples(metadata: unknown, next: (n: number) => number): () => { text: string; region: string | null };
