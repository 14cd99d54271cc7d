import { addressKey } from './address-key.ts';
import { companyKey } from './company-key.ts';
import { emailKey } from './email-key.ts';
import { nameAltKey } from './name-alt-key.ts';
import { nameKey } from './name-key.ts';
import { phoneKey } from './phone-key.ts';

/** The rules by which match keys are made have this version; a database whose keys are of another one has to make them again. */
export const MATCH_KEYS_VERSION = '2';

/** Match keys of a customer: derived from its values, never typed; null where it has none. Each stands in an indexed column. */
export interface MatchKeys {
  /** The mailbox: one key for all spellings that its provider delivers to it. */
  readonly email_key: string | null;
  /** National significant number. */
  readonly phone_key: string | null;
  /** Folded words in alphabetical order, titles left out. */
  readonly name_key: string | null;
  /** The same with formal names for nicknames, and Han as pinyin; null where that is `name_key` itself. */
  readonly name_alt_key: string | null;
  /** Company name without legal form and region. */
  readonly company_key: string | null;
  /** House number, street and place. */
  readonly address_key: string | null;
}

/** What match keys are made of. */
export interface KeyedValues {
  readonly kind: string;
  readonly name: string | null;
  readonly company_name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postal_code: string | null;
  readonly country: string | null;
}

/** The match keys of a customer. */
export function matchKeys(values: KeyedValues): MatchKeys {
  const { kind, name, company_name, email, phone } = values;
  const key = name === null ? null : nameKey(name);
  const altKey = key === null ? null : nameAltKey(name as string, key);
  const company = kind === 'organisation' ? (name ?? company_name) : company_name;
  return {
    email_key: email === null ? null : emailKey(email),
    phone_key: phone === null ? null : phoneKey(phone),
    name_key: key,
    name_alt_key: altKey === key ? null : altKey,
    company_key: company === null ? null : companyKey(company),
    address_key: values.street === null ? null : addressKey(values),
  };
}

/** The columns of match keys by the fields that they are made of. */
export const KEYS_OF_FIELD: Readonly<Record<string, readonly (keyof MatchKeys)[]>> = {
  kind: ['company_key'],
  name: ['name_key', 'name_alt_key', 'company_key'],
  company_name: ['company_key'],
  email: ['email_key'],
  phone: ['phone_key'],
  street: ['address_key'],
  city: ['address_key'],
  region: ['address_key'],
  postal_code: ['address_key'],
  country: ['address_key'],
};
