import type { Comparison } from '../../src/dedupe/compare/comparison.ts';
import { linkPopulation, type LinkOptions, type Linked } from '../../src/dedupe/link-population.ts';
import { seededRandom } from '../../src/dedupe/model/random.ts';
import { pairAt } from '../../src/dedupe/find-duplicates.ts';
import type { Population } from '../../src/dedupe/population.ts';
import { PopulationReader } from '../../src/dedupe/population-reader.ts';
import { composeName } from '../../src/model/customer.ts';
import { matchKeys } from '../../src/normalize/match-keys.ts';
import type { ComparedContact, ComparedRow } from '../../src/repository/duplicate-records.ts';

/** What a customer of a test has; the rest is null, its match keys are derived, its custom fields an object. */
export type RowValues = Partial<Omit<ComparedRow, 'attributes'>> & { readonly attributes?: Readonly<Record<string, string>> };

const NOTHING = {
  kind: 'person',
  name: null,
  given_name: null,
  family_name: null,
  company_name: null,
  email: null,
  phone: null,
  website: null,
  street: null,
  city: null,
  region: null,
  postal_code: null,
  country: null,
  birthday: null,
  gender: null,
  job_title: null,
  tax_id: null,
} as const;

/** A customer as a search reads it. */
export function comparedRow(id: number, { attributes, ...values }: RowValues): ComparedRow {
  const { given_name = null, family_name = null } = values;
  const composed = given_name === null && family_name === null ? null : composeName(given_name, family_name);
  const customer = { ...NOTHING, name: composed, ...values } as Omit<ComparedRow, 'attributes'> & { kind: string };
  return { ...customer, ...matchKeys(customer), id, attributes: attributes === undefined ? null : JSON.stringify(attributes) };
}

/** Customers as columns, their ids from 1 on; `kind` goes for all of them. */
export function populationOf(
  rows: readonly RowValues[],
  { kind = 'person', contacts = [] }: { readonly kind?: Population['kind']; readonly contacts?: readonly ComparedContact[] } = {},
): Population {
  const reader = new PopulationReader(kind);
  rows.forEach((values, i) => {
    reader.add(comparedRow(i + 1, { ...values, kind }));
  });
  reader.addContacts(contacts);
  return reader.build();
}

/** The name of the level on which two customers agree; `null` where there is no evidence. Fails where the order matters. */
export function levelName(comparison: Comparison, left: RowValues, right: RowValues, kind: Population['kind'] = 'person'): string {
  const population = populationOf([left, right], { kind });
  comparison.prepare?.(population);
  const compare = comparison.bind(population);
  const [level, mirrored] = [compare(0, 1), compare(1, 0)];
  if (level !== mirrored) throw new Error(`level ${level} one way, ${mirrored} the other`);
  return level === 0 ? 'null' : (comparison.levels[level - 1]?.name as string);
}

/** What linking makes of customers, nothing decided. */
export function link(population: Population, options: Partial<LinkOptions> = {}): Promise<Linked> {
  return linkPopulation(population, { columns: null, model: null, decided: new Map(), ...options });
}

/** The pairs that were kept, `left right` → verdict and guards. */
export function verdictsOf(linked: Linked): Map<string, { readonly verdict: string; readonly guards: readonly string[] }> {
  return new Map(
    [...linked.pairs.left.keys()].map((i) => {
      const { left, right, verdict, guards } = pairAt(linked, i);
      return [`${left} ${right}`, { verdict, guards }];
    }),
  );
}

const GIVEN = 'Ada Bea Cleo Dora Edith Flora Gerda Hilda Irma Jutta Karla Lotte Mia Nora Olga Petra Ruth Sara Thea Ute'.split(' ');
const FAMILY = 'Adler Bauer Conrad Dietz Ebert Fuchs Graf Huber Jahn Kern Lorenz Moser Nagel Otto Pohl Roth Sauer Thiel Ulrich Vogt'.split(
  ' ',
);

/** People who have little in common; the same in every run. */
export function strangers(count: number, seed = 1): RowValues[] {
  const random = seededRandom(seed);
  const of = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  return Array.from({ length: count }, (_, i) => {
    const [given_name, family_name] = [of(GIVEN), of(FAMILY)];
    const day = `${1 + Math.floor(random() * 28)}`.padStart(2, '0');
    return {
      given_name,
      family_name,
      email: `${given_name}.${family_name}.${(i * 7919) % 10_007}@example${i % 23}.org`.toLowerCase(),
      phone: `+4930${String(10_000_000 + Math.floor(random() * 89_999_999))}`,
      birthday: `${1940 + Math.floor(random() * 60)}-0${1 + Math.floor(random() * 9)}-${day}`,
      city: of(['Berlin', 'Hamburg', 'Bonn', 'Köln']),
      postal_code: String(10_000 + Math.floor(random() * 80_000)),
    };
  });
}
