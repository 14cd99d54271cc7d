import { normalizeCountry } from './country.ts';
import { normalizeDate, normalizeInstant } from './date.ts';
import { normalizeEmail } from './email.ts';
import { normalizeGender } from './gender.ts';
import { normalizeKind } from './kind.ts';
import type { Normalizer } from './normalizer.ts';
import { normalizePhone } from './phone.ts';
import { normalizeText } from './text.ts';

/** The normaliser of each field, by the name in the field catalogue. A new one is one file and one line here. */
export const NORMALIZERS = {
  text: (raw) => ({ value: normalizeText(raw), understood: true }),
  email: normalizeEmail,
  /** Its result is a PhoneNumber: the extension comes beside the value and has a field of its own. */
  phone: (raw, context) => normalizePhone(raw, context.region),
  country: normalizeCountry,
  date: normalizeDate,
  instant: normalizeInstant,
  kind: normalizeKind,
  gender: normalizeGender,
} as const satisfies Record<string, Normalizer>;
