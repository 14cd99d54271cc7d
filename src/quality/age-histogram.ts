/** Upper ends of the ages in the histogram, in days; the last class has none. */
const UPPER_DAYS = [30, 90, 180, 365, 730, 1825] as const;

const DAY_MS = 86_400_000;
const FIRST_YEAR_MS = Date.parse('0001-01-01T00:00:00Z');

/** One bar of the histogram. */
export interface AgeClass {
  /** The age in days that it begins with. */
  readonly fromDays: number;
  /** The age in days below which it ends; null: no end. */
  readonly toDays: number | null;
  readonly customers: number;
}

/** Counts customers by the time since they were last touched, and tells which of them are fresh. */
export class AgeHistogram {
  readonly #limits: readonly string[];
  readonly #freshFrom: string;
  readonly #counts = new Array<number>(UPPER_DAYS.length + 1).fill(0);

  /** @param freshDays touched within so many days is fresh */
  constructor(now: Date, freshDays: number) {
    this.#limits = UPPER_DAYS.map((days) => daysBefore(now, days));
    this.#freshFrom = daysBefore(now, freshDays);
  }

  /** Counts one customer. @param touchedAt ISO-8601 UTC with milliseconds; @returns whether it is fresh */
  add(touchedAt: string): boolean {
    let at = 0;
    while (at < this.#limits.length && touchedAt < (this.#limits[at] as string)) at++;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    return touchedAt >= this.#freshFrom;
  }

  /** The classes from the youngest to the oldest. */
  classes(): AgeClass[] {
    return this.#counts.map((customers, i) => ({ fromDays: UPPER_DAYS[i - 1] ?? 0, toDays: UPPER_DAYS[i] ?? null, customers }));
  }
}

/** The latest of several instants in ISO-8601 UTC; the empty text when there is none. */
export function latest(...instants: readonly (string | null)[]): string {
  let newest = '';
  for (const instant of instants) if (instant !== null && instant > newest) newest = instant;
  return newest;
}

function daysBefore(now: Date, days: number): string {
  const ms = now.getTime() - days * DAY_MS;
  // Years before the first sort after all others as text, and earlier ones than a Date can hold are none.
  return ms < FIRST_YEAR_MS ? '' : new Date(ms).toISOString();
}
