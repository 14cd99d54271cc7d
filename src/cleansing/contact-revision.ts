import { normalizeEmail } from '../normalize/email.ts';
import { emailKey } from '../normalize/email-key.ts';
import { normalizePhone } from '../normalize/phone.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import { normalizeLine } from '../normalize/line.ts';
import { normalizeWebsite } from '../normalize/website.ts';
import type { RevisedContact, StoredContact } from '../repository/revised-contacts.ts';

/**
 * A contact point in canonical form. A number with an extension stays as it came, because a contact point has no place of
 * its own for it.
 * @param region ISO 3166-1 alpha-2 region of numbers of customers without a country; null when unknown
 */
export function revisedContact(
  contact: StoredContact,
  region: string | null,
): Omit<RevisedContact, 'contact'> & { readonly understood: boolean } {
  const { kind, value: stored, key, country } = contact;
  switch (kind) {
    case 'email': {
      const { value, understood } = normalizeEmail(stored);
      return { value, understood, key: emailKey(value) };
    }
    case 'phone': {
      const { value, extension, understood } = normalizePhone(stored, country?.length === 2 ? country : region);
      return extension === null ? { value, understood, key: phoneKey(value) } : { value: stored, understood, key };
    }
    case 'url': {
      const { value, understood } = normalizeWebsite(stored);
      return { value, understood, key };
    }
    default:
      return { value: kind === 'address' ? stored : normalizeLine(stored), understood: true, key };
  }
}
