import { composeName } from '../model/customer.ts';
import { parseChineseAddress } from '../normalize/chinese-address.ts';
import { residentIdFacts } from '../normalize/chinese-ids.ts';
import { isE164Form } from '../normalize/e164.ts';
import { emailDoubts, isFreeProvider } from '../normalize/email-doubts.ts';
import { parsePersonName } from '../normalize/name-parts.ts';
import { countryOfNumber } from '../normalize/phone-library.ts';
import type { ContactTimes } from '../repository/customer-revision.ts';

/** A customer whose missing values are looked for: canonical values by field, null where there is none. */
export interface FillSource {
  get(field: string): string | null;
  /** When it was in contact, by its interactions; null without any. */
  readonly contactTimes: ContactTimes | null;
}

/** One way in which missing values follow from others. */
export interface FillRule {
  /** Fields that it may fill. */
  readonly fills: readonly string[];
  /** Values that follow, by field, whether they are missing or not; null where nothing follows. Never a guess. */
  readonly derive: (source: FillSource) => Readonly<Record<string, string | null>> | null;
}

/** The rules by the names that changesets record, in the order in which they are tried: what one fills the next may use. */
export const FILL_RULES = {
  /** A valid number in E.164 belongs to one country, or to none (freephone, shared codes). */
  country_from_phone: {
    fills: ['country'],
    derive: (source) => {
      const phone = source.get('phone');
      return phone === null || !isE164Form(phone) ? null : { country: countryOfNumber(phone) };
    },
  },
  /** A line that begins with a province or a prefecture-level city of GB/T 2260; the line itself stays whole. */
  place_from_chinese_address: {
    fills: ['country', 'region', 'city'],
    derive: (source) => {
      const [street, country] = [source.get('street'), source.get('country')];
      if (street === null || (country !== null && country !== 'CN')) return null;
      const parts = parseChineseAddress(street);
      if (parts === null || contradicts(source.get('region'), parts.region) || contradicts(source.get('city'), parts.city)) return null;
      return { country: isMainland(parts.region) ? 'CN' : null, region: parts.region, city: parts.city };
    },
  },
  /** Only where the name can be read in one way. */
  parts_from_name: {
    fills: ['given_name', 'family_name'],
    derive: (source) => {
      const name = source.get('name');
      const isWhole = source.get('given_name') === null && source.get('family_name') === null;
      if (name === null || !isWhole || source.get('kind') !== 'person') return null;
      const { given, family, certain } = parsePersonName(name, { country: source.get('country') });
      return certain ? { given_name: given, family_name: family } : null;
    },
  },
  name_from_parts: {
    fills: ['name'],
    derive: (source) => ({ name: composeName(source.get('given_name'), source.get('family_name')) }),
  },
  /** An organisation that writes from its own domain. */
  website_from_email: {
    fills: ['website'],
    derive: (source) => {
      const email = source.get('email');
      const domain = email?.slice(email.lastIndexOf('@') + 1) ?? '';
      if (email === null || source.get('kind') !== 'organisation' || !domain.includes('.') || isFreeProvider(domain)) return null;
      const isDoubtful = emailDoubts(email).some(({ code }) => code !== 'ROLE_ADDRESS');
      return isDoubtful ? null : { website: domain };
    },
  },
  /** The numbers of GB 11643 hold the day of birth, and the gender. */
  facts_from_resident_id: {
    fills: ['birthday', 'gender'],
    derive: (source) => {
      const id = source.get('tax_id');
      const facts = id === null || source.get('kind') !== 'person' ? null : residentIdFacts(id);
      return facts === null ? null : { birthday: facts.birthday, gender: facts.gender };
    },
  },
  contacts_from_interactions: {
    fills: ['first_contacted_at', 'last_contacted_at'],
    derive: ({ contactTimes }) =>
      contactTimes === null ? null : { first_contacted_at: contactTimes.first, last_contacted_at: contactTimes.last },
  },
} as const satisfies Record<string, FillRule>;

const OUTSIDE_MAINLAND = /^(?:香港|澳门|台湾)/;

function isMainland(region: string | null): boolean {
  return region !== null && !OUTSIDE_MAINLAND.test(region);
}

/** Whether what is stored is another place than what the address says, whatever suffix they are written with. */
function contradicts(stored: string | null, said: string | null): boolean {
  return stored !== null && said !== null && !stored.startsWith(said.slice(0, 2));
}
