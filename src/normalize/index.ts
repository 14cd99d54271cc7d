import { normalizeCountry } from './country.ts';
import { normalizeDate, normalizeInstant } from './date.ts';
import { normalizeEmail } from './email.ts';
import { normalizeGender } from './gender.ts';
import { normalizeKind } from './kind.ts';
import { normalizeLanguage } from './language.ts';
import { normalizeLine, normalizeNotes } from './line.ts';
import type { NormalizeContext, Normalizer } from './normalizer.ts';
import { normalizeOrganisation } from './organisation.ts';
import { normalizeFamilyName, normalizeGivenName, normalizePersonName } from './person-name.ts';
import { normalizePhone } from './phone.ts';
import { normalizePlace } from './place.ts';
import { normalizePostalCode } from './postal-code-format.ts';
import { normalizeRegion } from './region.ts';
import { normalizeStreet } from './street.ts';
import { normalizeTaxId } from './tax-id.ts';
import { normalizeWebsite } from './website.ts';

/** The normaliser of each field, by the name in the field catalogue. A new one is one file and one line here. */
export const NORMALIZERS = {
  line: (raw) => ({ value: normalizeLine(raw), understood: true }),
  notes: (raw) => ({ value: normalizeNotes(raw), understood: true }),
  name: (raw, context) => (context.kind === 'organisation' ? normalizeOrganisation(raw) : normalizePersonName(raw, countryOf(context))),
  given_name: (raw, context) => normalizeGivenName(raw, countryOf(context)),
  family_name: (raw, context) => normalizeFamilyName(raw, countryOf(context)),
  organisation: normalizeOrganisation,
  email: normalizeEmail,
  /** Its result is a PhoneNumber: the extension comes beside the value and has a field of its own. */
  phone: (raw, context) => normalizePhone(raw, context.region),
  website: normalizeWebsite,
  street: normalizeStreet,
  place: normalizePlace,
  region: (raw, context) => normalizeRegion(raw, countryOf(context)),
  postal_code: (raw, context) => normalizePostalCode(raw, countryOf(context)),
  country: normalizeCountry,
  date: normalizeDate,
  instant: normalizeInstant,
  kind: normalizeKind,
  gender: normalizeGender,
  language: normalizeLanguage,
  tax_id: (raw, context) => normalizeTaxId(raw, countryOf(context)),
} as const satisfies Record<string, Normalizer>;

function countryOf({ country = null }: NormalizeContext): { readonly country: string | null } {
  return { country };
}
