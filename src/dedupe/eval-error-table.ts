import type { ErrorKind } from './eval-kinds.ts';

/** A wrong pair, as an example. */
export interface WrongExample {
  readonly left_id: number;
  readonly right_id: number;
  readonly left_external_id: string;
  readonly right_external_id: string;
}

/** How often errors of one kind were made. A pair counts under each of its kinds. */
export interface ErrorRow {
  readonly kind: ErrorKind;
  /** Pairs of records of one person that were not put together. */
  readonly falseNegatives: number;
  /** Pairs of records of two people that were. */
  readonly falsePositives: number;
  readonly examples: readonly (WrongExample & { readonly error: 'missed' | 'merged' })[];
}

/** Counts errors by their kinds. */
export class ErrorTable {
  readonly #rows: ReadonlyMap<ErrorKind, { missed: number; merged: number; examples: ErrorRow['examples'][number][] }>;
  readonly #limit: number;

  /** @param limit so many examples of each kind, of either error */
  constructor(kinds: readonly ErrorKind[], limit: number) {
    this.#rows = new Map(kinds.map((kind) => [kind, { missed: 0, merged: 0, examples: [] }]));
    this.#limit = limit;
  }

  /** Counts a pair. @param weight how many pairs of records it stands for */
  add(kinds: readonly ErrorKind[], weight: number, error: 'missed' | 'merged', example: WrongExample): void {
    for (const kind of kinds) {
      const row = this.#rows.get(kind);
      if (row === undefined) continue;
      row[error] += weight;
      if (row.examples.filter((one) => one.error === error).length < this.#limit) row.examples.push({ error, ...example });
    }
  }

  /** The kinds that there are errors of, the most frequent first. */
  get rows(): ErrorRow[] {
    return [...this.#rows]
      .map(([kind, { missed, merged, examples }]) => ({ kind, falseNegatives: missed, falsePositives: merged, examples }))
      .filter(({ falseNegatives, falsePositives }) => falseNegatives + falsePositives > 0)
      .sort((a, b) => b.falseNegatives + b.falsePositives - a.falseNegatives - a.falsePositives);
  }
}
