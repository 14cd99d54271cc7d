import { CrmError } from '../errors.ts';
import type { BadRecord, RecordHandler, RecordPosition } from '../formats/record-reader.ts';
import { headerKey } from '../model/fields.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { decisionOf } from './decision-file.ts';
import { type Estimate, type LookedAt, stratifiedEstimate, wilsonInterval } from './eval-interval.ts';
import { strataOf, stratumOf } from './eval-strata.ts';

/** What is estimated of the precision of pairs by those that people decided. */
export interface PrecisionEstimate {
  /** Pairs that the decided ones stand for. */
  readonly population: number;
  readonly decided: number;
  readonly same: number;
  /** Over all strata with a decided pair; null where there is none. */
  readonly precision: Estimate | null;
  readonly strata: readonly (LookedAt & { readonly stratum: number; readonly precision: Estimate | null })[];
  /** Lines of the file without a decision, and those that could not be read. */
  readonly open: number;
  readonly badLines: readonly number[];
}

const COLUMNS = ['stratum', 'stratum pairs', 'decision'] as const;

/** Takes the records of a sample that a person filled in. */
export class SampleDecisions implements RecordHandler {
  readonly #strata = new Map<number, { pairs: number; decided: number; same: number }>();
  readonly #badLines: number[] = [];
  #open = 0;
  #places: readonly number[] = [];

  /** @throws {CrmError} INPUT_NO_HEADER where a column is missing */
  header(cells: readonly string[]): void {
    const keys = cells.map(headerKey);
    this.#places = COLUMNS.map((name) => keys.indexOf(name));
    if (this.#places.every((place) => place >= 0)) return;
    throw new CrmError('INPUT_NO_HEADER', 'a sample needs the columns stratum, stratum_pairs and decision', {
      hint: 'crm dedupe eval --sample 200 --out FILE writes one to fill in',
    });
  }

  record(cells: readonly (string | undefined)[], { line }: Pick<RecordPosition, 'line'>): void {
    const [stratum = '', pairs = '', word = ''] = this.#places.map((place) => (cells[place] ?? '').normalize('NFKC').trim());
    const decision = decisionOf(word);
    if (!/^\d+$/.test(stratum) || !/^\d+$/.test(pairs) || decision === undefined) {
      this.#badLines.push(line);
      return;
    }
    const known = this.#strata.get(Number(stratum)) ?? { pairs: Number(pairs), decided: 0, same: 0 };
    this.#strata.set(Number(stratum), known);
    if (decision === null) this.#open++;
    else known.decided++;
    if (decision === 'same') known.same++;
  }

  bad(_problem: BadRecord, { line }: RecordPosition): void {
    this.#badLines.push(line);
  }

  /** What they say of the precision. */
  get estimate(): PrecisionEstimate {
    const strata = [...this.#strata].sort(([a], [b]) => a - b).map(([stratum, looked]) => ({ stratum, ...looked }));
    return estimateOf(strata, this.#open, this.#badLines);
  }
}

/** The same by the decisions that are stored. @throws {CrmError} INTERRUPTED */
export async function estimateByStoredDecisions(store: DuplicateStore, signal: AbortSignal | undefined): Promise<PrecisionEstimate> {
  const { bounds, sizes } = await strataOf(store, signal);
  const decisions = new Map((await store.decisions()).map(({ left, right, decision }) => [`${left} ${right}`, decision]));
  const strata = sizes.map((pairs, i) => ({ stratum: i + 1, pairs, decided: 0, same: 0 }));
  for await (const batch of store.pairs(['auto', 'review'])) {
    for (const { left, right, bits } of batch) {
      const decision = decisions.get(`${left} ${right}`);
      const stratum = strata[stratumOf(bounds, bits)];
      if (decision === undefined || stratum === undefined) continue;
      stratum.decided++;
      if (decision === 'same') stratum.same++;
    }
  }
  return estimateOf(strata, 0, []);
}

function estimateOf(
  strata: readonly (LookedAt & { readonly stratum: number })[],
  open: number,
  badLines: readonly number[],
): PrecisionEstimate {
  const sum = (of: (looked: LookedAt) => number): number => strata.reduce((total, looked) => total + of(looked), 0);
  return {
    population: sum(({ pairs }) => pairs),
    decided: sum(({ decided }) => decided),
    same: sum(({ same }) => same),
    precision: stratifiedEstimate(strata),
    strata: strata.map((looked) => ({
      ...looked,
      precision: looked.decided === 0 ? null : wilsonInterval(looked.same / looked.decided, looked.decided),
    })),
    open,
    badLines,
  };
}
