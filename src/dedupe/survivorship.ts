import { ATTRIBUTE_PREFIX, type Customer, type FieldValue, type FieldValues, SCALAR_COLUMNS, fieldOf } from '../model/customer.ts';
import { type Candidate, PREFERRED, type RuledMember, type SurvivorshipRule, candidateOf, sourceRank } from './survivorship-rules.ts';

/** What says which customer of a cluster stays: its id is the one that is left. */
export const SURVIVOR_RULES = ['source_priority', 'most_filled', 'newest', 'oldest'] as const;

/** One of `SURVIVOR_RULES`. */
export type SurvivorRule = (typeof SURVIVOR_RULES)[number];

/** Rules for one field, tried in this order while several values are left. */
export interface FieldSurvivorship {
  readonly rules: readonly SurvivorshipRule[];
  /** Systems by authority; those of all fields where it is absent. */
  readonly sources?: readonly string[] | undefined;
}

/** What is kept when customers become one. */
export interface Survivorship {
  readonly survivor: readonly SurvivorRule[];
  readonly sources: readonly string[];
  readonly byDefault: readonly SurvivorshipRule[];
  /** By field; the fields of a whole have the same rules. */
  readonly fields: Readonly<Record<string, FieldSurvivorship>>;
}

/** What is kept unless the config file says otherwise. */
export const DEFAULT_SURVIVORSHIP: Survivorship = {
  survivor: ['most_filled', 'oldest'],
  sources: [],
  byDefault: ['verified', 'newest', 'most_frequent', 'longest'],
  fields: {},
};

/** Fields that are taken from one customer together: parts of two are never mixed. */
export const WHOLES: readonly (readonly string[])[] = [
  ['name', 'given_name', 'family_name'],
  ['street', 'city', 'region', 'postal_code', 'country'],
  ['phone', 'phone_ext'],
  ['company_name', 'company_id'],
];
/** Fields with a rule of their own that is always the same. */
export const FIXED_FIELDS: Readonly<Record<string, string>> = {
  kind: 'it is the same of all',
  notes: 'different notes are joined',
  created_at: 'the earliest counts',
  first_contacted_at: 'the earliest counts',
  last_contacted_at: 'the latest counts',
  accessed_at: 'the latest counts',
  updated_at: 'it is when they were merged',
};

const SINGLES: readonly (readonly string[])[] = SCALAR_COLUMNS.filter(
  (column) => FIXED_FIELDS[column] === undefined && !WHOLES.some((whole) => whole.includes(column)),
).map((column) => [column]);
const UNITS = [...WHOLES, ...SINGLES];

/** The customer that a cluster becomes. */
export interface MergedValues {
  readonly survivor: number;
  /** Fields of the survivor that change, custom ones as `attributes.NAME`. */
  readonly values: FieldValues;
  /** Field → rule and customer, of every field in which they differed or the survivor had nothing. */
  readonly rules: Readonly<Record<string, string>>;
  /** Fields in which they contradicted each other. */
  readonly conflicts: readonly string[];
}

/** Says what customers become together; the order in which they are given makes no difference. */
export function mergeValues(members: readonly RuledMember[], survivorship: Survivorship): MergedValues {
  const ranked = rankedMembers(members, survivorship);
  const survivor = (ranked[0] as RuledMember).customer;
  return mergeValuesInto(survivor.id, ranked, survivorship);
}

/** The same where it is given who stays. */
export function mergeValuesInto(survivorId: number, members: readonly RuledMember[], survivorship: Survivorship): MergedValues {
  const ranked = rankedMembers(members, survivorship).sort(
    (a, b) => Number(b.customer.id === survivorId) - Number(a.customer.id === survivorId),
  );
  const survivor = (ranked[0] as RuledMember).customer;
  const own = new Set(ranked.map(({ customer }) => customer.id));
  const result = new Result(survivor);
  const custom = [...new Set(ranked.flatMap(({ customer }) => Object.keys(customer.attributes)))].sort();
  for (const unit of [...UNITS, ...custom.map((name) => [ATTRIBUTE_PREFIX + name])]) {
    const candidates = candidatesOf(unit, ranked, own);
    if (candidates.length > 0) result.take(unit, chosen(unit, candidates, survivorship, survivor.id));
  }
  result.extreme('created_at', ranked, 'earliest');
  result.extreme('first_contacted_at', ranked, 'earliest');
  result.extreme('last_contacted_at', ranked, 'latest');
  result.extreme('accessed_at', ranked, 'latest');
  result.join('notes', ranked);
  return { survivor: survivor.id, values: result.values, rules: result.rules, conflicts: result.conflicts };
}

/** The members by authority: the first of them stays. */
function rankedMembers(members: readonly RuledMember[], { survivor, sources }: Survivorship): RuledMember[] {
  const filled = new Map(members.map((member) => [member, filledFields(member.customer)]));
  const orders: Readonly<Record<SurvivorRule, (a: RuledMember, b: RuledMember) => number>> = {
    source_priority: (a, b) => sourceRank(a, sources) - sourceRank(b, sources),
    most_filled: (a, b) => (filled.get(b) as number) - (filled.get(a) as number),
    newest: (a, b) => compare(b.customer.updated_at, a.customer.updated_at),
    oldest: (a, b) => compare(a.customer.created_at, b.customer.created_at),
  };
  return [...members].sort((a, b) => {
    for (const rule of survivor) {
      const order = orders[rule](a, b);
      if (order !== 0) return order;
    }
    return a.customer.id - b.customer.id;
  });
}

function filledFields(customer: Customer): number {
  const scalars = SCALAR_COLUMNS.filter((column) => fieldOf(customer, column) !== null);
  return scalars.length + Object.keys(customer.attributes).length;
}

/** What members say of a field or whole. One that says only a part of what another says is no rival to it. */
function candidatesOf(unit: readonly string[], ranked: readonly RuledMember[], own: ReadonlySet<number>): Candidate[] {
  const all = ranked.flatMap((member) => {
    const { company_id } = member.customer;
    // A company is not its own company.
    const isInside = unit.includes('company_id') && company_id !== null && own.has(company_id);
    const customer = isInside ? { ...member.customer, company_id: null } : member.customer;
    return candidateOf({ ...member, customer }, unit) ?? [];
  });
  if (unit.length === 1) return all;
  return all.filter((one) => !all.some((other) => one.text !== other.text && saysLess(one, other)));
}

function saysLess(one: Candidate, other: Candidate): boolean {
  return one.values.every((value, i) => value === null || value === other.values[i]);
}

interface Chosen {
  readonly candidate: Candidate;
  readonly rule: string;
  readonly isConflict: boolean;
}

function chosen(unit: readonly string[], candidates: readonly Candidate[], survivorship: Survivorship, survivor: number): Chosen {
  const { rules = survivorship.byDefault, sources = survivorship.sources } = survivorship.fields[unit[0] as string] ?? {};
  const isConflict = areDifferent(candidates);
  let left = candidates;
  let rule = 'only value';
  for (const name of rules) {
    if (!areDifferent(left)) break;
    const preferred = PREFERRED[name](left, { fields: unit, sources, survivor });
    if (preferred.length < left.length) rule = name;
    left = preferred;
  }
  // Where the rules do not decide, the order of authority does, the survivor first.
  return { candidate: left[0] as Candidate, rule: areDifferent(left) ? 'authority' : rule, isConflict };
}

function areDifferent(candidates: readonly Candidate[]): boolean {
  return candidates.some(({ text }) => text !== candidates[0]?.text);
}

/** Gathers what changes of the survivor, and why. */
class Result {
  readonly values: Record<string, FieldValue> = {};
  readonly rules: Record<string, string> = {};
  readonly conflicts: string[] = [];
  readonly #survivor: Customer;

  constructor(survivor: Customer) {
    this.#survivor = survivor;
  }

  take(unit: readonly string[], { candidate, rule, isConflict }: Chosen): void {
    const provenance = `${rule} #${candidate.member.customer.id}`;
    if (isConflict) this.conflicts.push(unit[0] as string);
    for (const [i, field] of unit.entries()) {
      const value = candidate.values[i] ?? null;
      if (this.#set(field, value) || (isConflict && value !== null)) this.rules[field] = provenance;
    }
  }

  extreme(
    field: 'created_at' | 'first_contacted_at' | 'last_contacted_at' | 'accessed_at',
    ranked: readonly RuledMember[],
    which: 'earliest' | 'latest',
  ): void {
    const sign = which === 'earliest' ? 1 : -1;
    const known = ranked.filter(({ customer }) => customer[field] !== null);
    const [first] = [...known].sort((a, b) => sign * compare(a.customer[field] as string, b.customer[field] as string));
    if (first !== undefined && this.#set(field, first.customer[field])) this.rules[field] = `${which} #${first.customer.id}`;
  }

  /** Every text once, in the order of authority; one that stands in another one is said already. */
  join(field: 'notes', ranked: readonly RuledMember[]): void {
    const texts = ranked.flatMap(({ customer }) => customer[field] ?? []);
    const distinct = texts.filter((text, i) => !texts.some((other, j) => j !== i && other.includes(text) && (other !== text || j < i)));
    if (distinct.length === 0) return;
    if (distinct.length > 1) this.conflicts.push(field);
    const givers = ranked.filter(({ customer }) => distinct.includes(customer[field] ?? ''));
    if (this.#set(field, distinct.join('\n\n')))
      this.rules[field] = `${distinct.length === 1 ? 'only value' : 'joined'} ${givers.map(({ customer }) => `#${customer.id}`).join(' ')}`;
  }

  #set(field: string, value: FieldValue): boolean {
    if (fieldOf(this.#survivor, field) === value) return false;
    this.values[field] = value;
    return true;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
