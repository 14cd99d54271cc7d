import { type Customer, type FieldValue, withValues } from '../model/customer.ts';
import { isE164Form } from '../normalize/e164.ts';
import { normalizePhone } from '../normalize/phone.ts';

/**
 * The customer with its phone number in E.164, where it could not be read before because the country came later, with
 * another row; the same object where nothing is to be read. An extension that is not the stored one is kept with the
 * number as it came, as an import of both would keep it.
 */
export function withPhoneOfCountry(customer: Customer): Customer {
  const { phone, country, phone_ext } = customer;
  if (phone === null || country === null || country.length !== 2 || isE164Form(phone)) return customer;
  const { value, extension, understood } = normalizePhone(phone, country);
  if (!understood) return customer;
  const values: Record<string, FieldValue> = { name: customer.name, phone: value };
  if (extension !== null && phone_ext === null) values.phone_ext = extension;
  else if (extension !== null && extension !== phone_ext) values['attributes.phone'] = phone;
  return withValues(customer, values);
}
