import { MEASURED_FIELDS } from './measured-fields.ts';

/** What is said of one value of a customer, as bits. */
export const FILLED = 1;
/** See `FILLED`: understood, and without a likely error. */
export const VALID = 2;
/** See `FILLED`: equal to its canonical form. */
export const CANONICAL = 4;

/** What was found of one customer. */
export interface Marks {
  /** `FILLED`, `VALID`, `CANONICAL` of each measured field. */
  readonly fields: Uint8Array;
  isPerson: boolean;
  isFresh: boolean;
  /** Contradicts itself: some consistency rule speaks of it. */
  isInconsistent: boolean;
  /** Seems to be in the database already, under a lower id. */
  isSurplus: boolean;
}

/** Counts of one field over many customers. */
export interface FieldCounts {
  /** Customers that could have a value. */
  readonly applicable: number;
  readonly filled: number;
  readonly valid: number;
  readonly canonical: number;
  /** Filled values of fresh customers. */
  readonly fresh: number;
}

const COUNTERS = 4;

/** Counts over many customers: whole numbers only, so that their order does not matter. */
export class Tally {
  customers = 0;
  persons = 0;
  fresh = 0;
  inconsistent = 0;
  surplus = 0;
  readonly #counts = new Float64Array(MEASURED_FIELDS.length * COUNTERS);
  /** Of fields of persons: organisations that have a value nevertheless. */
  readonly #unexpected = new Float64Array(MEASURED_FIELDS.length);

  /** Counts one customer. */
  add(marks: Marks): void {
    this.customers++;
    if (marks.isPerson) this.persons++;
    if (marks.isFresh) this.fresh++;
    if (marks.isInconsistent) this.inconsistent++;
    if (marks.isSurplus) this.surplus++;
    const { fields } = marks;
    const counts = this.#counts;
    for (let i = 0; i < fields.length; i++) {
      const bits = fields[i] as number;
      if (bits === 0) continue;
      const at = i * COUNTERS;
      counts[at] = (counts[at] as number) + 1;
      if ((bits & VALID) !== 0) counts[at + 1] = (counts[at + 1] as number) + 1;
      if ((bits & CANONICAL) !== 0) counts[at + 2] = (counts[at + 2] as number) + 1;
      if (marks.isFresh) counts[at + 3] = (counts[at + 3] as number) + 1;
      if (!marks.isPerson) this.#unexpected[i] = (this.#unexpected[i] as number) + 1;
    }
  }

  /** Counts of the measured field at this place. */
  field(index: number): FieldCounts {
    const at = index * COUNTERS;
    const [filled = 0, valid = 0, canonical = 0, fresh = 0] = this.#counts.subarray(at, at + COUNTERS);
    const applicable = MEASURED_FIELDS[index]?.ofPersons === true ? this.persons + (this.#unexpected[index] as number) : this.customers;
    return { applicable, filled, valid, canonical, fresh };
  }
}
