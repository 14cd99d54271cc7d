import { GUARD_RAILS, type GuardRails, type Limit } from '../config/job-config.ts';
import type { JobCounts } from '../repository/job-records.ts';
import { isWriting, MEASURE_OF, measured, measuresOf } from './step-command.ts';

/** What limits are shares of. */
export interface GuardBase {
  /** Customers before the step. */
  readonly customers: number;
}

const WORDS = {
  maxChanged: 'customers changed',
  maxMerged: 'customers merged away',
  maxRejected: 'rows rejected',
} as const;

/** Names of the guard rails that concern a call. */
export function railsOf(words: readonly string[], rails: GuardRails): (typeof GUARD_RAILS)[number][] {
  if (!isWriting(words)) return [];
  const measures = measuresOf(words);
  return GUARD_RAILS.filter((name) => rails[name] !== undefined && measures.has(MEASURE_OF[name]));
}

/** The first guard rail that these counts of a call break, in words; null where none is. */
export function brokenRail(words: readonly string[], rails: GuardRails, counts: JobCounts, base: GuardBase): string | null {
  for (const name of railsOf(words, rails)) {
    const count = measured(words, MEASURE_OF[name], counts);
    if (name === 'minRows') {
      const least = rails.minRows as number;
      if (count < least) return `minRows: ${count} rows, at least ${least} are expected`;
      continue;
    }
    const limit = rails[name] as Limit;
    const whole = name === 'maxRejected' ? measured(words, 'rows', counts) : base.customers;
    const most = 'count' in limit ? limit.count : Math.floor(limit.share * whole + 1e-9);
    const share = 'share' in limit ? ` (${Number((limit.share * 100).toFixed(4))}% of ${whole})` : '';
    if (count > most) return `${name}: ${count} ${WORDS[name]}, at most ${most}${share} may be`;
  }
  return null;
}
