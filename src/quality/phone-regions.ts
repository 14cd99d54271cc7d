import { phoneMetadata } from '../normalize/phone-library.ts';

/** Calling codes have one to three digits, and none begins another one (ITU-T E.164). */
const MAX_CODE_DIGITS = 3;

let regionsByCode: ReadonlyMap<string, readonly string[]> | undefined;

/**
 * The regions (ISO 3166-1 alpha-2) that share the calling code of an E.164 number: +1 is North America as a whole, +7 Russia
 * and Kazakhstan, +44 Britain and its islands. Null for codes that belong to no country (freephone, satellites) or to nobody.
 */
export function regionsOfNumber(e164: string): readonly string[] | null {
  regionsByCode ??= new Map(Object.entries(phoneMetadata().country_calling_codes));
  for (let digits = 1; digits <= MAX_CODE_DIGITS; digits++) {
    const regions = regionsByCode.get(e164.slice(1, 1 + digits));
    // 001 stands for the whole world.
    if (regions !== undefined) return regions.includes('001') ? null : regions;
  }
  return null;
}
