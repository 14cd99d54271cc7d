/** Ten thousand and a hundred million, simplified and traditional, as powers of ten. */
const POWERS: Readonly<Record<string, number>> = { 万: 4, 萬: 4, 亿: 8, 億: 8 };

/** The power of ten that a Chinese unit behind an amount stands for (`万` 4, `亿` 8); 0 for anything else. */
export function chineseUnitPower(unit: string | undefined): number {
  return POWERS[unit ?? ''] ?? 0;
}

/** Digits before and behind the decimal sign of a number times ten to a power: exact, because nothing is calculated. */
export function shiftDecimals(whole: string, fraction: string, power: number): { readonly whole: string; readonly fraction: string } {
  if (power === 0) return { whole, fraction };
  return { whole: whole + fraction.slice(0, power).padEnd(power, '0'), fraction: fraction.slice(power) };
}
