import type { Severity } from './consistency-rules.ts';
import type { Label } from './measured-fields.ts';

/** Something that was found of several customers. Values of customers are never part of it. */
export interface Finding {
  /** Stable name for machines: `empty.email`, `invalid.phone`, `country_phone`, `duplicates`. */
  readonly id: string;
  /** The field it is about; null when it is about several. */
  readonly field: string | null;
  readonly severity: Severity;
  readonly label: Label;
  readonly count: number;
  /** The lowest ids of customers it is about. */
  readonly examples: readonly number[];
  /** The command that lists the cases, or brings them in order. */
  readonly command: string;
}

/** Cases of one finding as they come: their number and the first few ids. */
export interface Cases {
  count: number;
  readonly examples: number[];
}

/** Collects cases by the id of their finding. */
export class CaseCounter {
  readonly #cases = new Map<string, Cases>();
  readonly #examples: number;

  /** @param examples how many ids are kept of each finding */
  constructor(examples: number) {
    this.#examples = examples;
  }

  /** Counts a case; customers must come in the order of their ids. */
  add(id: string, customer: number): void {
    let cases = this.#cases.get(id);
    if (cases === undefined) {
      cases = { count: 0, examples: [] };
      this.#cases.set(id, cases);
    }
    cases.count++;
    if (cases.examples.length < this.#examples) cases.examples.push(customer);
  }

  /** The cases of a finding; undefined where there are none. */
  get(id: string): Cases | undefined {
    return this.#cases.get(id);
  }
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** What is worst first: by severity, then by how many customers, then by name. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity] || b.count - a.count || (a.id < b.id ? -1 : 1));
}
