import { type Customer, type FieldValue, fieldOf } from '../model/customer.ts';
import { fieldByName } from '../model/fields.ts';
import { fold } from '../model/fold.ts';
import { NORMALIZERS } from '../normalize/index.ts';

/** What decides between different values of one field. */
export const SURVIVORSHIP_RULES = ['newest', 'most_frequent', 'longest', 'source_priority', 'verified', 'keep_if_set'] as const;

/** One of `SURVIVORSHIP_RULES`. */
export type SurvivorshipRule = (typeof SURVIVORSHIP_RULES)[number];

/** A customer of a cluster, as rules look at it. */
export interface RuledMember {
  readonly customer: Customer;
  /** Systems that it has ids of. */
  readonly sources: readonly string[];
}

/** What a member says of a field, or of several fields that belong together. */
export interface Candidate {
  readonly member: RuledMember;
  readonly values: readonly FieldValue[];
  /** Its values as one text: equal where they are. */
  readonly text: string;
}

/** What a rule knows beside the candidates. */
export interface RuleContext {
  readonly fields: readonly string[];
  /** Systems by authority, the highest first. */
  readonly sources: readonly string[];
  /** The customer that stays. */
  readonly survivor: number;
}

type RuleFunction = (candidates: readonly Candidate[], context: RuleContext) => readonly Candidate[];

/** Of candidates those that a rule prefers; all of them where it makes no difference. Never none. */
export const PREFERRED: Readonly<Record<SurvivorshipRule, RuleFunction>> = {
  newest: (candidates) => best(candidates, ({ member }) => Date.parse(member.customer.updated_at)),
  most_frequent: (candidates) => {
    const counts = new Map<string, number>();
    for (const { text } of candidates) counts.set(fold(text), (counts.get(fold(text)) ?? 0) + 1);
    return best(candidates, ({ text }) => counts.get(fold(text)) as number);
  },
  longest: (candidates) =>
    best(candidates, ({ values }) => values.reduce<number>((sum, value) => sum + [...String(value ?? '')].length, 0)),
  source_priority: (candidates, { sources }) => best(candidates, ({ member }) => -sourceRank(member, sources)),
  verified: (candidates, { fields }) => best(candidates, (candidate) => (isVerified(candidate, fields) ? 1 : 0)),
  keep_if_set: (candidates, { survivor }) => best(candidates, ({ member }) => (member.customer.id === survivor ? 1 : 0)),
};

/** Place of the best system that a member has an id of; after all where it is in none of them. */
export function sourceRank({ sources }: RuledMember, order: readonly string[]): number {
  const ranks = sources.map((source) => order.indexOf(source)).filter((rank) => rank >= 0);
  return Math.min(order.length, ...ranks);
}

/** What a member says of fields; null where it says nothing. */
export function candidateOf(member: RuledMember, fields: readonly string[]): Candidate | null {
  const values = fields.map((field) => fieldOf(member.customer, field));
  if (values.every((value) => value === null || value === '')) return null;
  return { member, values, text: fields.length === 1 ? String(values[0]) : JSON.stringify(values) };
}

/** Whether every value is one that its field can hold: an address that can exist, a number with right check digits. */
function isVerified({ member, values }: Candidate, fields: readonly string[]): boolean {
  const { country, kind } = member.customer;
  return fields.every((field, i) => {
    const value = values[i];
    const name = fieldByName(field)?.normalizer;
    if (name === undefined || typeof value !== 'string') return true;
    return NORMALIZERS[name](value, { region: country, country, kind }).understood;
  });
}

function best(candidates: readonly Candidate[], rank: (candidate: Candidate) => number): readonly Candidate[] {
  const ranks = candidates.map(rank);
  const top = Math.max(...ranks);
  return candidates.filter((_, i) => ranks[i] === top);
}
