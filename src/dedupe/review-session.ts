import type { DuplicateDecision, DuplicatePair } from '../model/duplicates.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { type Contradiction, contradictionsOf } from './contradictions.ts';

/** What a person says of a pair: `unsure` is not asked again in this session, `later` comes once more at its end. */
export type Answer = 'same' | 'distinct' | 'unsure' | 'later';

/** Which pairs are asked. */
export interface ReviewOptions {
  /** At most so many pairs. */
  readonly limit?: number;
  /** Only pairs of at least this probability. */
  readonly minScore?: number;
}

/** What became of an answer. */
export interface Answered {
  /** What somebody else decided meanwhile: it stands, and the answer was not written. */
  readonly decidedMeanwhile: DuplicateDecision | null;
  /** The answer contradicts earlier ones; it stands all the same. */
  readonly contradiction: Contradiction | null;
}

/** Pairs are read some at a time. */
const PAGE = 500;

interface Step {
  readonly pair: DuplicatePair;
  readonly answer: Answer;
  /** Whether the answer is in the database. */
  readonly written: boolean;
}

/**
 * Pairs that a person decides, one after another, the nearest to the boundary first. Each answer is in the database before
 * the next pair is shown, so that starting again goes on where it ended.
 */
export class ReviewSession {
  readonly #store: DuplicateStore;
  readonly #limit: number;
  readonly #minScore: number;
  readonly #redirects: ReadonlyMap<number, number>;
  /** All answers there are, by pair. */
  readonly #decisions: Map<string, Pick<DuplicateDecision, 'left' | 'right' | 'decision'>>;
  readonly #seen = new Set<string>();
  readonly #steps: Step[] = [];
  #queue: DuplicatePair[] = [];
  #later: DuplicatePair[] = [];
  #current: DuplicatePair | null = null;
  #taken = 0;
  #exhausted = false;

  private constructor(
    store: DuplicateStore,
    options: ReviewOptions,
    redirects: ReadonlyMap<number, number>,
    decisions: readonly DuplicateDecision[],
  ) {
    this.#store = store;
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
    this.#minScore = options.minScore ?? 0;
    this.#redirects = redirects;
    this.#decisions = new Map(decisions.map((decision) => [this.#now(decision), decision]));
  }

  /** Begins to ask. */
  static async start(store: DuplicateStore, options: ReviewOptions = {}): Promise<ReviewSession> {
    return new ReviewSession(store, options, await store.redirects(), await store.decisions());
  }

  /** How many pairs were answered `same`, `distinct` and `unsure` in this session. */
  get counts(): { readonly same: number; readonly distinct: number; readonly unsure: number } {
    const count = (answer: Answer): number => this.#steps.filter((step) => step.answer === answer).length;
    return { same: count('same'), distinct: count('distinct'), unsure: count('unsure') };
  }

  /** The place of the pair that is shown, from 1. */
  get position(): number {
    return this.#steps.filter((step) => step.answer !== 'later').length + 1;
  }

  /** The pair to show: the same one until it is answered; null when there is none left. */
  async current(): Promise<DuplicatePair | null> {
    if (this.#current !== null) return this.#current;
    await this.#fill();
    if (this.#queue.length === 0) {
      this.#queue = this.#later;
      this.#later = [];
    }
    this.#current = this.#queue.shift() ?? null;
    return this.#current;
  }

  /** Leaves the pair that is shown out, without an answer. */
  skip(): void {
    this.#current = null;
  }

  /** Takes the answer for the pair that is shown; it is written before this returns. */
  async answer(answer: Answer): Promise<Answered> {
    const pair = this.#current;
    if (pair === null) return { decidedMeanwhile: null, contradiction: null };
    const written = answer === 'same' || answer === 'distinct';
    if (written) {
      const { decision: decidedMeanwhile } = await this.#store.pair(pair.left, pair.right);
      if (decidedMeanwhile !== null) {
        this.#decisions.set(this.#now(pair), decidedMeanwhile);
        this.#current = null;
        return { decidedMeanwhile, contradiction: null };
      }
      await this.#store.decide([{ left: pair.left, right: pair.right, decision: answer, ground: 'review' }]);
      this.#decisions.set(this.#now(pair), { left: pair.left, right: pair.right, decision: answer });
    }
    if (answer === 'later') this.#later.push(pair);
    this.#steps.push({ pair, answer, written });
    this.#current = null;
    return { decidedMeanwhile: null, contradiction: written ? this.#contradictionOf(pair, answer) : null };
  }

  /** Takes the last answer back, in the database too, and shows its pair again; false where there is none. */
  async back(): Promise<boolean> {
    const step = this.#steps.pop();
    if (step === undefined) return false;
    const { pair, answer, written } = step;
    if (written) {
      await this.#store.forgetDecision(pair.left, pair.right);
      this.#decisions.delete(this.#now(pair));
    }
    if (this.#current !== null) this.#queue.unshift(this.#current);
    if (answer === 'later') {
      this.#later = this.#later.filter((one) => one !== pair);
      this.#queue = this.#queue.filter((one) => one !== pair);
    }
    this.#current = pair;
    return true;
  }

  /** How many pairs still wait, for this session's least probability. */
  open(): Promise<number> {
    return this.#store.lookups.countOpen(this.#minScore);
  }

  async #fill(): Promise<void> {
    while (this.#queue.length === 0 && !this.#exhausted) {
      const wanted = Math.min(PAGE, this.#limit - this.#taken);
      const found = wanted <= 0 ? [] : await this.#store.openPairs(wanted + this.#seen.size, this.#minScore);
      const unseen = found.filter((pair) => !this.#seen.has(keyOf(pair))).slice(0, wanted);
      for (const pair of unseen) this.#seen.add(keyOf(pair));
      // What was decided of customers that were merged since holds for those they went into.
      this.#queue = unseen.filter((pair) => !this.#decisions.has(this.#now(pair)));
      this.#taken += this.#queue.length;
      if (unseen.length < wanted || wanted <= 0) this.#exhausted = true;
    }
  }

  #contradictionOf(pair: DuplicatePair, answer: Answer): Contradiction | null {
    const others = contradictionsOf(this.#decisions.values(), this.#redirects);
    const isNew = ({ chain, distinct }: Contradiction): boolean => {
      if (answer === 'distinct') return distinct.left === pair.left && distinct.right === pair.right;
      return chain.includes(this.#resolved(pair.left)) && chain.includes(this.#resolved(pair.right));
    };
    return others.find(isNew) ?? null;
  }

  #resolved(id: number): number {
    return this.#redirects.get(id) ?? id;
  }

  /** The pair by the customers that are there now. */
  #now({ left, right }: { readonly left: number; readonly right: number }): string {
    const [a, b] = [this.#resolved(left), this.#resolved(right)];
    return keyOf({ left: Math.min(a, b), right: Math.max(a, b) });
  }
}

function keyOf({ left, right }: { readonly left: number; readonly right: number }): string {
  return `${left} ${right}`;
}
