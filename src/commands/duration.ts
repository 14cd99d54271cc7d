import { CrmError } from '../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time as people write it (`30s`, `10m`, `2h`) in milliseconds. @throws {CrmError} USAGE */
export function durationMs(flag: string, text: string): number {
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = UNIT_MS[unit ?? ''];
  if (amount !== undefined && factor !== undefined) return Number(amount) * factor;
  throw new CrmError('USAGE', `${flag} ${text}: that is no length of time`, { hint: `for instance: ${flag} 30s, ${flag} 10m, ${flag} 2h` });
}
