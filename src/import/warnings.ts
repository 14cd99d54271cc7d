/** What the user is told beside the counts: one entry a code and field, with how often and where first. */
export interface Warning {
  /**
   * AMBIGUOUS_DATE, EXCEL_ERROR, EXCEL_NUMBER, EXCEL_DATE, LOST_ZERO, MOJIBAKE: not believed, kept as it came.
   * TWO_DIGIT_YEAR: read, the century by a rule. MOJIBAKE_REPAIRED, ZERO_RESTORED: changed, because it is certain what it was.
   * NOT_UNDERSTOOD: kept as it came. EXTERNAL_ID_IN_USE: kept as a custom field. FURTHER_REJECTS: `field` is their path.
   * ARCHIVED_RESTORED, ARCHIVED_SKIPPED, ARCHIVED_CREATED: the row is about an archived customer, and what was done about it.
   * ITEMS_LEFT_OUT: orders with their items were read as orders. NO_ROWS: nothing below the header.
   */
  readonly code: string;
  readonly field: string | null;
  readonly count: number;
  /** The first lines of the file, at most five. */
  readonly lines: readonly number[];
}

const MAX_LINES = 5;

/** Cells that were changed because it is certain what they were before they were damaged. */
export function repairedIn(summaries: readonly { readonly warnings: readonly Warning[] }[]): number {
  const repairs = summaries
    .flatMap(({ warnings }) => warnings)
    .filter(({ code }) => code === 'MOJIBAKE_REPAIRED' || code === 'ZERO_RESTORED');
  return repairs.reduce((sum, { count }) => sum + count, 0);
}

/** Collects warnings; no values, only places. */
export class Warnings {
  readonly #entries = new Map<string, { code: string; field: string | null; count: number; lines: number[] }>();

  /** Counts one. */
  add(code: string, field: string | null, line: number): void {
    const key = `${code} ${field ?? ''}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { code, field, count: 0, lines: [] };
      this.#entries.set(key, entry);
    }
    entry.count++;
    if (entry.lines.length < MAX_LINES) entry.lines.push(line);
  }

  /** All of them, in order of first appearance. */
  list(): Warning[] {
    return [...this.#entries.values()];
  }
}
