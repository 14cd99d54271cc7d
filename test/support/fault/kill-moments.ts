/** What a program did when nobody killed it. */
export interface Profile {
  /** How often it took each kind of step that changes something: `{'COMMIT': 2, 'rename .json': 1}`. */
  readonly steps: Readonly<Record<string, number>>;
  /** When it took the first step, in milliseconds after its start, measured while steps were counted. */
  readonly firstStepMs: number;
}

/** When a program is killed: at a step of its own, or at some time from outside. */
export type KillMoment =
  | {
      readonly label: string;
      readonly nth: number;
      readonly side: 'before' | 'after' | 'torn';
      /** SIGKILL by default. */
      readonly signal?: NodeJS.Signals;
    }
  | { readonly afterMs: number };

/**
 * Chooses moments. A step is chosen by its kind first, so that the one COMMIT or rename is hit as often as any of a
 * thousand inserts. Times are uniform over the time that the program works, as far as that is known: a kill that came too
 * late makes the program quicker than it was thought.
 */
export class KillMoments {
  readonly #labels: readonly (readonly [label: string, count: number])[];
  readonly #startMs: number;
  #endMs: number;

  constructor(profile: Profile, durationMs: number) {
    this.#labels = Object.entries(profile.steps).sort(([a], [b]) => (a < b ? -1 : 1));
    this.#startMs = Math.min(profile.firstStepMs, durationMs) * 0.6;
    this.#endMs = durationMs;
  }

  choose(random: (bound: number) => number): KillMoment {
    return random(5) < 3 ? this.#step(random, false) : this.#time(random);
  }

  /** A moment that is surely before the end. */
  early(random: (bound: number) => number): KillMoment {
    return this.#step(random, true);
  }

  /** Whether a kill after so long hit the program. */
  learn(moment: KillMoment, wasKilled: boolean): void {
    if (!('afterMs' in moment)) return;
    this.#endMs = Math.max(this.#startMs + 20, this.#endMs * (wasKilled ? 1.03 : 0.8));
  }

  #step(random: (bound: number) => number, first: boolean): KillMoment {
    const [label, count] = this.#labels[random(this.#labels.length)] as readonly [string, number];
    const side = first ? 'before' : ((['before', 'after', 'torn'] as const)[random(3)] as 'before');
    return { label, nth: first ? 1 : 1 + random(count), side };
  }

  #time(random: (bound: number) => number): KillMoment {
    return { afterMs: Math.round(this.#startMs + (random(10_000) / 10_000) * (this.#endMs - this.#startMs)) };
  }
}

/** A moment in words, for a report. */
export function momentText(moment: KillMoment): string {
  return 'afterMs' in moment ? `after ${moment.afterMs} ms` : `${moment.side} step ${moment.nth} “${moment.label}”`;
}
