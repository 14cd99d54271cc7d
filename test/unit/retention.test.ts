import { describe, expect, test } from 'vitest';
import { type RetentionPolicy, type Retainable, retained } from '../../src/backup/retention.ts';

const NONE: RetentionPolicy = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

/** Snapshots named by their local time, oldest first; those that end with `!` were not verified. */
function at(...times: readonly string[]): Retainable[] {
  return times.map((text) => {
    const id = text.replace('!', '');
    return { id, time: new Date(id).toISOString(), verified: !text.endsWith('!') };
  });
}

const keptOf = (snapshots: readonly Retainable[], policy: Partial<RetentionPolicy>): Record<string, readonly string[]> =>
  Object.fromEntries(retained(snapshots, { ...NONE, ...policy }));

/** One snapshot a day at noon, from the first day on. */
function daily(from: string, days: number): Retainable[] {
  const [year, month, day] = from.split('-').map(Number) as [number, number, number];
  return Array.from({ length: days }, (_, index) => {
    const time = new Date(year, month - 1, day + index, 12);
    return { id: `day ${index}`, time: time.toISOString(), verified: true };
  });
}

describe('which snapshots are kept', () => {
  test.each<[string, readonly string[], Partial<RetentionPolicy>, Record<string, readonly string[]>]>([
    [
      'the newest ones',
      ['2026-01-01T10:00', '2026-01-02T10:00', '2026-01-03T10:00'],
      { last: 2 },
      { '2026-01-03T10:00': ['last'], '2026-01-02T10:00': ['last'] },
    ],
    [
      'the newest of each day that has any',
      ['2026-01-01T10:00', '2026-01-01T23:59', '2026-01-05T00:00', '2026-01-05T23:59'],
      { daily: 2 },
      { '2026-01-05T23:59': ['daily'], '2026-01-01T23:59': ['daily'] },
    ],
    [
      'weeks from Monday to Sunday',
      ['2026-01-04T23:59', '2026-01-05T00:00', '2026-01-11T23:59', '2026-01-12T00:00'],
      { weekly: 9 },
      { '2026-01-12T00:00': ['weekly'], '2026-01-11T23:59': ['weekly'], '2026-01-04T23:59': ['weekly'] },
    ],
    ['a week over the turn of the year', ['2025-12-29T10:00', '2026-01-04T10:00'], { weekly: 9 }, { '2026-01-04T10:00': ['weekly'] }],
    [
      'months and years',
      ['2024-12-31T10:00', '2025-11-30T10:00', '2025-12-01T10:00', '2026-01-01T10:00'],
      { monthly: 2, yearly: 2 },
      { '2026-01-01T10:00': ['monthly', 'yearly'], '2025-12-01T10:00': ['monthly', 'yearly'] },
    ],
    [
      'for several reasons at once',
      ['2026-01-01T10:00'],
      { last: 1, daily: 1, weekly: 1, monthly: 1, yearly: 1 },
      { '2026-01-01T10:00': ['last', 'daily', 'weekly', 'monthly', 'yearly'] },
    ],
    [
      'the newest verified one in any case',
      ['2026-01-01T10:00', '2026-01-02T10:00', '2026-01-03T10:00!', '2026-01-04T10:00!'],
      { last: 1 },
      { '2026-01-04T10:00': ['last'], '2026-01-02T10:00': ['newest verified'] },
    ],
    ['nothing more when none was verified', ['2026-01-01T10:00!', '2026-01-02T10:00!'], { last: 1 }, { '2026-01-02T10:00': ['last'] }],
    [
      'in the order in which they were made when the clock went back',
      ['2026-03-01T10:00', '2026-01-01T10:00'],
      { last: 1 },
      { '2026-01-01T10:00': ['last'] },
    ],
    ['nothing of nothing', [], { last: 3 }, {}],
  ])('%s', (_what, times, policy, expected) => {
    expect(keptOf(at(...times), policy)).toEqual(expected);
  });

  test('a year of daily snapshots becomes 7 days, 5 weeks, 12 months', () => {
    const snapshots = daily('2025-01-01', 365);
    const kept = retained(snapshots, { ...NONE, daily: 7, weekly: 5, monthly: 12 });
    const count = (reason: string): number => [...kept.values()].filter((reasons) => reasons.includes(reason as never)).length;
    expect([count('daily'), count('weekly'), count('monthly')]).toEqual([7, 5, 12]);
    // Pruned every day, the same are left as when it is pruned once at the end: what is kept for a month stays its newest.
    let rest: Retainable[] = [];
    for (const snapshot of snapshots) {
      const next = [...rest, snapshot];
      const still = retained(next, { ...NONE, daily: 7, weekly: 5, monthly: 12 });
      rest = next.filter(({ id }) => still.has(id));
    }
    expect(rest.map(({ id }) => id)).toEqual([...kept.keys()].sort((a, b) => Number(a.slice(4)) - Number(b.slice(4))));
  });
});
