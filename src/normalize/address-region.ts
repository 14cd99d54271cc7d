import { parseChineseAddress } from './chinese-address.ts';
import { chineseCity, chineseProvince } from './chinese-divisions.ts';
import { foldHan } from './han-fold.ts';

const FIRST_HAN = 0x3400;
const LAST_HAN = 0x9fff;
/** Regions of the official list that have numbering plans of their own. */
const OWN_PLANS: Readonly<Record<string, string>> = { 香港特别行政区: 'HK', 澳门特别行政区: 'MO', 台湾省: 'TW' };

/**
 * The ISO 3166-1 alpha-2 region that an address in Han characters says, for phone numbers of customers without a country:
 * by its province, its city, or a street that begins with either (GB/T 2260). Null where nothing says it.
 */
export function regionOfAddress(region: string | null, city: string | null, street: string | null): string | null {
  const province = provinceOf(region) ?? (isHan(street) ? parseChineseAddress(street)?.region : undefined) ?? provinceOf(city);
  return province === undefined ? null : (OWN_PLANS[province] ?? 'CN');
}

function provinceOf(place: string | null): string | undefined {
  if (!isHan(place)) return undefined;
  const name = foldHan(place);
  return (chineseProvince(name) ?? chineseCity(name)?.province)?.name;
}

function isHan(text: string | null): text is string {
  if (text === null) return false;
  const code = text.charCodeAt(0);
  return code >= FIRST_HAN && code <= LAST_HAN;
}
