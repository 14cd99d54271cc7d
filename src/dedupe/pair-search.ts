import type { Comparison } from './compare/comparison.ts';
import { type BlockedRules, NO_RULES, type PairTask, walkPairs } from './block/pair-walk.ts';
import type { Model } from './model/model.ts';
import { Scorer } from './model/scorer.ts';
import type { Population } from './population.ts';
import { judgeOrganisations } from './judge-organisations.ts';
import { judgePersons } from './judge-persons.ts';
import type { Judge, Judgement } from './verdict.ts';

/** Odds in bits that the histogram tells apart: from -HISTOGRAM to HISTOGRAM, one bin for each bit. */
export const HISTOGRAM = 60;
/** Pairs of lower odds are forgotten. */
export const KEPT_BITS = -2;

/** What a search found, as arrays: record places, bits, guards and rule of each pair that was kept. */
export interface FoundPairs {
  readonly left: Int32Array<ArrayBuffer>;
  readonly right: Int32Array<ArrayBuffer>;
  readonly bits: Float64Array<ArrayBuffer>;
  readonly guards: Int32Array<ArrayBuffer>;
  readonly rules: Uint8Array<ArrayBuffer>;
  /** Pairs that were compared. */
  readonly compared: number;
  /** Pairs by their bits, forced ones in the first bin. */
  readonly histogram: Float64Array<ArrayBuffer>;
}

/** Scores pairs and judges them. */
export class PairSearch {
  readonly #scorer: Scorer;
  readonly #judge: Judge;
  readonly #rules: BlockedRules;
  readonly #judgement: Judgement = { bits: 0, guards: 0 };

  constructor(population: Population, comparisons: readonly Comparison[], model: Model, rules: BlockedRules = NO_RULES) {
    this.#scorer = new Scorer(population, comparisons, model);
    this.#judge = (population.kind === 'person' ? judgePersons : judgeOrganisations)(population, comparisons);
    this.#rules = rules;
  }

  /** Judges one pair; the result holds until the next call. Where the odds cannot reach `enough`, they are what they are at most. */
  judge(a: number, b: number, enough?: number): Judgement {
    const bits = this.#scorer.score(a, b, enough);
    if (enough !== undefined && bits < enough) {
      this.#judgement.bits = bits;
      this.#judgement.guards = 0;
      return this.#judgement;
    }
    this.#judge(this.#scorer.levels, bits, a, b, this.#judgement);
    return this.#judgement;
  }

  /** Levels and weights of the pair that was judged last. */
  get scorer(): Scorer {
    return this.#scorer;
  }

  /** Does a piece of work. */
  run(task: PairTask): FoundPairs {
    const found = new PairList();
    walkPairs(this.#rules, task, (a, b) => {
      const { bits, guards } = this.judge(a, b, KEPT_BITS);
      found.add(a, b, bits, guards, task.rule);
    });
    return found.finish();
  }

  /** Compares all pairs of records. */
  runAll(size: number): FoundPairs {
    const found = new PairList();
    for (let a = 0; a < size; a++) {
      for (let b = a + 1; b < size; b++) {
        const { bits, guards } = this.judge(a, b, KEPT_BITS);
        found.add(a, b, bits, guards, 0);
      }
    }
    return found.finish();
  }
}

/** Pairs that are kept, growing. */
class PairList {
  #left = new Int32Array(1024);
  #right = new Int32Array(1024);
  #bits = new Float64Array(1024);
  #guards = new Int32Array(1024);
  #rules = new Uint8Array(1024);
  #size = 0;
  #compared = 0;
  readonly #histogram = new Float64Array(2 * HISTOGRAM + 1);

  add(a: number, b: number, bits: number, guards: number, rule: number): void {
    this.#compared++;
    const bin = Math.max(0, Math.min(2 * HISTOGRAM, Math.floor(bits) + HISTOGRAM));
    this.#histogram[bin] = (this.#histogram[bin] as number) + 1;
    if (bits < KEPT_BITS) return;
    const at = this.#size++;
    if (at >= this.#left.length) this.#grow();
    this.#left[at] = a;
    this.#right[at] = b;
    this.#bits[at] = bits;
    this.#guards[at] = guards;
    this.#rules[at] = rule;
  }

  #grow(): void {
    const length = this.#left.length * 2;
    const copy = <T extends Int32Array | Float64Array | Uint8Array>(grown: T, old: T): T => {
      grown.set(old);
      return grown;
    };
    this.#left = copy(new Int32Array(length), this.#left);
    this.#right = copy(new Int32Array(length), this.#right);
    this.#bits = copy(new Float64Array(length), this.#bits);
    this.#guards = copy(new Int32Array(length), this.#guards);
    this.#rules = copy(new Uint8Array(length), this.#rules);
  }

  finish(): FoundPairs {
    const size = this.#size;
    return {
      left: this.#left.slice(0, size),
      right: this.#right.slice(0, size),
      bits: this.#bits.slice(0, size),
      guards: this.#guards.slice(0, size),
      rules: this.#rules.slice(0, size),
      compared: this.#compared,
      histogram: this.#histogram,
    };
  }
}
