import { CrmError } from '../errors.ts';
import { isRegionCode, normalizeCountry } from '../normalize/country.ts';

/**
 * The region of national phone numbers that a flag or the config names, by code or name.
 * @returns ISO 3166-1 alpha-2, null when nothing was given
 * @throws {CrmError} USAGE when it is no country
 */
export function regionOf(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const { value, understood } = normalizeCountry(text);
  if (understood && isRegionCode(value)) return value;
  throw new CrmError('USAGE', `--country ${text}: there is no such country`, { hint: 'give a two-letter code, for instance --country CN' });
}
