import type { Population } from '../population.ts';

/**
 * A blocking rule: records that agree on all its parts (src/dedupe/block/record-parts.ts) are compared. Where too many agree,
 * their block is divided by further parts, one after the other.
 */
export interface BlockingRule {
  readonly name: string;
  readonly parts: readonly string[];
  readonly divide: readonly string[];
  /** Makes many pairs for few duplicates: only where there are few records. */
  readonly wide: boolean;
  /** Most of its pairs are one customer, or share a household: what agrees in them is learned from. */
  readonly strict: boolean;
}

/** Parts of strict rules. */
const STRICT: ReadonlySet<string> = new Set([
  'tax',
  'email',
  'phone',
  'family birthday',
  'given birthday',
  'address',
  'website',
  'emailLocal',
  'postal family',
  'birthday postal',
]);

/** Parts of wide rules. */
const WIDE: ReadonlySet<string> = new Set(['givenSound birthYear', 'birthMonthDay familySound', 'city givenSound', 'emailStart']);

const rule = (name: string, parts: string, divide = 'given3 birthYear postal'): BlockingRule => ({
  name,
  parts: parts.split(' '),
  divide: divide.split(' '),
  strict: STRICT.has(parts),
  wide: WIDE.has(parts),
});

/**
 * Rules of each kind, the strictest first: a pair belongs to the first rule that makes it. A new one is one line here; it
 * counts only where the population has the columns of its parts.
 */
export const BLOCKING_RULES: Readonly<Record<Population['kind'], readonly BlockingRule[]>> = {
  person: [
    rule('tax number', 'tax', 'alt'),
    rule('e-mail', 'email', 'given3 familySound'),
    rule('phone', 'phone', 'given3 familySound'),
    rule('family name and birthday', 'family birthday', 'given3 postal'),
    rule('given name and birthday', 'given birthday', 'familySound postal'),
    rule('name', 'name', 'birthYear postal city'),
    rule('sounding name', 'alt', 'birthYear postal city'),
    rule('address', 'address', 'given3'),
    rule('e-mail local part', 'emailLocal', 'given3 familySound'),
    rule('postal code and family name', 'postal family', 'given3 birthYear'),
    rule('postal code and given name', 'postal given', 'familySound birthYear'),
    rule('sound of family name and birth year', 'familySound birthYear', 'given3 postal birthMonthDay'),
    rule('beginnings of names', 'family4 given3', 'birthYear postal city'),
    rule('sounds of names', 'nameSounds', 'birthYear postal city'),
    rule('sound of given name and birth year', 'givenSound birthYear', 'familySound postal birthMonthDay'),
    rule('birthday and city', 'birthday city', 'given3'),
    rule('birthday and postal code', 'birthday postal', 'given3'),
    rule('day of birth and given name', 'birthMonthDay given', 'familySound postal'),
    rule('day of birth and family name', 'birthMonthDay familySound', 'given3 postal'),
    rule('birthday', 'birthday', 'given3 familySound'),
    rule('company and family name', 'company familySound', 'given3 city'),
    rule('city and family name', 'city family', 'given3 birthYear'),
    rule('street and given name', 'street given', 'familySound'),
    rule('city and sound of given name', 'city givenSound', 'familySound birthYear'),
    rule('beginning of e-mail', 'emailStart', 'familySound givenSound'),
  ],
  organisation: [
    rule('tax number', 'tax', 'company'),
    rule('phone', 'phone', 'company6 city'),
    rule('e-mail', 'email', 'company6 city'),
    rule('website', 'website', 'company6 city'),
    rule('company name', 'company', 'city postal'),
    rule('address', 'address', 'company6'),
    rule('e-mail domain', 'emailDomain', 'company6 city'),
    rule('beginning of name and postal code', 'company6 postal', 'street'),
    rule('beginning of name and city', 'company6 city', 'postal street'),
    rule('word of name', 'companyWord', 'city postal'),
    rule('beginning of name', 'company6', 'city postal'),
  ],
};

/** So many custom fields are used in keys. */
const MAX_CUSTOM = 6;

/** The rules for a population: those of its kind, and combinations of the custom fields that are compared (most telling first). */
export function blockingRules(population: Population, custom: readonly string[], most = MAX_CUSTOM): BlockingRule[] {
  const fields = custom.slice(0, most);
  const others = population.kind === 'person' ? ['birthday', 'familySound', 'givenSound', 'postal'] : ['company6', 'postal'];
  const divide = population.kind === 'person' ? 'given3 familySound birthYear postal' : 'company6 city';
  const pairs = fields.flatMap((field, i) => [...fields.slice(i + 1), ...others].map((other) => ({ field, other })));
  return [
    ...BLOCKING_RULES[population.kind],
    ...pairs.map(({ field, other }) => ({
      name: `${field} and ${other}`,
      parts: [field, other],
      divide: divide.split(' '),
      strict: true,
      wide: false,
    })),
    ...fields.map((field) => ({ name: field, parts: [field], divide: divide.split(' '), strict: false, wide: false })),
  ];
}
