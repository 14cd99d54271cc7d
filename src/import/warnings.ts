/** What the user is told beside the counts: one entry a code and field, with how often and where first. */
export interface Warning {
  /** NOT_UNDERSTOOD: kept as it came. EXTERNAL_ID_IN_USE: kept as a custom field. FURTHER_REJECTS: `field` is their path. NO_ROWS: nothing below the header. */
  readonly code: string;
  readonly field: string | null;
  readonly count: number;
  /** The first lines of the file, at most five. */
  readonly lines: readonly number[];
}

const MAX_LINES = 5;

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
