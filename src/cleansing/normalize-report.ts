import type { FieldValue } from '../model/customer.ts';

/** A value as it was, and as it is in canonical form. */
export interface NormalizeSample {
  readonly id: number;
  readonly before: FieldValue;
  readonly after: FieldValue;
  /** Rule that the value follows from, where it was derived or the rule is the user's. */
  readonly rule?: string;
}

/** A value that stays as it is though something is wrong with it. */
export interface FlagSample {
  readonly id: number;
  /** NOT_UNDERSTOOD, LIKELY_TYPO, ROLE_ADDRESS, DISPOSABLE_ADDRESS … */
  readonly code: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/** What normalising does to one field. */
export interface FieldReport {
  /** Customers whose value changes. */
  changed: number;
  /** Of those: customers that had no value before. */
  filled: number;
  /** Customers whose value is flagged. */
  flagged: number;
  /** How often each flag. */
  readonly flags: Record<string, number>;
  readonly samples: NormalizeSample[];
  readonly flagSamples: FlagSample[];
}

/** What normalising did, or would do. */
export interface NormalizeResult {
  readonly examined: number;
  /** Customers that change. */
  readonly changed: number;
  /** Customers with a value that is flagged. */
  readonly flagged: number;
  /** Fields that change or are flagged; `contact_points` stands for further addresses and numbers. */
  readonly byField: Readonly<Record<string, FieldReport>>;
  readonly elapsedMs: number;
}

/** Counts what changes and is flagged, and keeps a few samples of each field. */
export class NormalizeTally {
  examined = 0;
  changed = 0;
  flagged = 0;
  readonly #fields = new Map<string, FieldReport>();
  readonly #limit: number;
  readonly #shown = new Map<string, Set<string>>();

  /** @param limit samples kept of each field */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a change; samples that look alike are kept once. */
  change(field: string, sample: NormalizeSample): void {
    const report = this.#of(field);
    report.changed++;
    if (sample.before === null) report.filled++;
    if (report.samples.length >= this.#limit) return;
    const shown = this.#shown.get(field) ?? new Set();
    const key = `${sample.before}\u0000${sample.after}`;
    if (shown.has(key)) return;
    this.#shown.set(field, shown.add(key));
    report.samples.push(sample);
  }

  /** Counts a flag. */
  flag(field: string, sample: FlagSample): void {
    const report = this.#of(field);
    report.flagged++;
    report.flags[sample.code] = (report.flags[sample.code] ?? 0) + 1;
    if (report.flagSamples.length < this.#limit) report.flagSamples.push(sample);
  }

  #of(field: string): FieldReport {
    let report = this.#fields.get(field);
    if (report === undefined) {
      report = { changed: 0, filled: 0, flagged: 0, flags: {}, samples: [], flagSamples: [] };
      this.#fields.set(field, report);
    }
    return report;
  }

  /** What was counted; the fields in the order given. */
  result(order: readonly string[], elapsedMs: number): NormalizeResult {
    const { examined, changed, flagged } = this;
    const names = order.filter((name) => this.#fields.has(name));
    return {
      examined,
      changed,
      flagged,
      byField: Object.fromEntries(names.map((name) => [name, this.#of(name)])),
      elapsedMs: Math.round(elapsedMs),
    };
  }
}
