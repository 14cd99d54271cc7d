/** How many snapshots of each kind are kept; 0 where a kind is not asked for. */
export interface RetentionPolicy {
  /** The newest ones. */
  readonly last: number;
  /** The newest one of each of so many days, weeks … that have any, by the local calendar. */
  readonly daily: number;
  /** Weeks begin on Monday. */
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

/** What the policy looks at. */
export interface Retainable {
  readonly id: string;
  /** ISO-8601 UTC. */
  readonly time: string;
  readonly verified: boolean;
}

/** Why a snapshot is kept. */
export type RetentionReason = 'last' | 'daily' | 'weekly' | 'monthly' | 'yearly' | 'newest verified';

const PERIODS: Readonly<Record<'daily' | 'weekly' | 'monthly' | 'yearly', (time: Date) => string>> = {
  daily: (time) => `${time.getFullYear()}-${time.getMonth()}-${time.getDate()}`,
  weekly: (time) => mondayOf(time).toDateString(),
  monthly: (time) => `${time.getFullYear()}-${time.getMonth()}`,
  yearly: (time) => String(time.getFullYear()),
};

/**
 * Which snapshots are kept, and why: grandfather, father, son. The newest verified one is kept in any case.
 * @param snapshots oldest first, in the order in which they were made, whatever the clock said
 * @returns the reasons of each that is kept
 */
export function retained(snapshots: readonly Retainable[], policy: RetentionPolicy): Map<string, RetentionReason[]> {
  const newestFirst = [...snapshots].reverse();
  const kept = new Map<string, RetentionReason[]>();
  const keep = ({ id }: Retainable, reason: RetentionReason): void => {
    kept.set(id, [...(kept.get(id) ?? []), reason]);
  };
  for (const snapshot of newestFirst.slice(0, policy.last)) keep(snapshot, 'last');
  for (const [kind, periodOf] of Object.entries(PERIODS) as [keyof typeof PERIODS, (time: Date) => string][]) {
    const seen = new Set<string>();
    for (const snapshot of newestFirst) {
      const period = periodOf(new Date(snapshot.time));
      if (seen.has(period)) continue;
      if (seen.size === policy[kind]) break;
      seen.add(period);
      keep(snapshot, kind);
    }
  }
  const verified = newestFirst.find((snapshot) => snapshot.verified);
  if (verified !== undefined && !kept.has(verified.id)) keep(verified, 'newest verified');
  return kept;
}

function mondayOf(time: Date): Date {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate() - ((time.getDay() + 6) % 7));
}
