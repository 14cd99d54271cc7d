import { SCALAR_COLUMNS, slotOf } from '../model/customer.ts';
import { CustomRules } from '../normalize/custom-rules.ts';
import { CustomerNormalizer } from '../normalize/customer-normalizer.ts';
import type { RowOptions } from './row-options.ts';
import type { Warnings } from './warnings.ts';

/** People may be called anything: `crm quality` tells of names with digits, an import does not. */
const UNFLAGGED: ReadonlySet<number> = new Set([slotOf('name'), slotOf('given_name'), slotOf('family_name')]);

/** Brings names, companies, places and so on of rows to canonical form, which depend on other cells: the country, the kind. */
export class RowTexts {
  readonly #normalizer: CustomerNormalizer;
  readonly #known: RowOptions['known'];
  readonly #warnings: Pick<Warnings, 'add'>;

  constructor({ region, rules = [], known }: RowOptions, warnings: Pick<Warnings, 'add'>) {
    this.#normalizer = new CustomerNormalizer({ region, rules: rules.length === 0 ? undefined : new CustomRules(rules) });
    this.#known = known;
    this.#warnings = warnings;
  }

  /**
   * Normalises the texts of one row in place, and flags what is not understood.
   * @param kind what the row says of its customer, else what it would be
   * @param flagged a slot that was flagged already; -1 for none
   */
  read(slots: (string | null)[], kind: { readonly said: string | null; readonly derived: string }, line: number, flagged: number): void {
    this.#normalizer.texts(slots, kind.said ?? this.#known?.kind ?? kind.derived, this.#known?.country ?? null);
    for (const slot of this.#normalizer.notUnderstood) {
      if (!UNFLAGGED.has(slot) && slot !== flagged) this.#warnings.add('NOT_UNDERSTOOD', SCALAR_COLUMNS[slot] as string, line);
    }
  }
}
