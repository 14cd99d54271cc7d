import { isGivenName } from '../normalize/nicknames.ts';
import type { DuplicateVerdict } from '../model/duplicates.ts';
import type { Column, Population } from './population.ts';
import { sharedBytes } from './text/shared-array.ts';
import { pooledText } from './text/text-pool.ts';

/** What keeps a pair from being merged without asking, by its bit. */
export const GUARDS = [
  'shared_phone',
  'shared_email',
  'household',
  'twins',
  'different_ids',
  'different_birthday',
  'different_given_name',
  'different_family_name',
  'suffix',
  'too_little_evidence',
  'large_cluster',
  'decided_distinct',
  'nameless',
  'different_name',
  'different_place',
] as const;

type GuardName = (typeof GUARDS)[number];

/** Bits of guards by name. */
export const GUARD: Readonly<Record<GuardName, number>> = Object.fromEntries(GUARDS.map((name, i) => [name, 1 << i])) as Record<
  GuardName,
  number
>;

/** Guards in words of `GUARDS`. */
export function guardNames(mask: number): GuardName[] {
  return GUARDS.filter((_, i) => (mask & (1 << i)) !== 0);
}

/** Odds from which a pair without guards is merged without asking, and from which it is shown to a person; in bits. */
export const CUTS = { auto: 7, review: -1 } as const;
/** A pair that is no duplicate whatever else agrees gets these bits; `NEVER_ONE` is less. */
export const FORCED_DISTINCT = -100;
/** Two numbers of one authority: not even a cluster may hold both. */
export const NEVER_ONE = -1000;
/** More different names than this at one address or number: it belongs to nobody in particular. */
const HUB_NAMES = 4;
/** So many known given names at one address or number are a family. */
const FAMILY_NAMES = 3;
/** A given name that so many have, and such a share, is none that was mistyped. */
const OFTEN = 6;
const OFTEN_SHARE = 0.0005;

/** What was judged of a pair; one object is used again for each. */
export interface Judgement {
  bits: number;
  guards: number;
}

/** Judges pairs by their levels of agreement: what no sum of weights may decide. */
export type Judge = (levels: Uint8Array, bits: number, a: number, b: number, into: Judgement) => void;

/** The verdict of a pair that was judged. */
export function verdictOf(bits: number, guards: number): DuplicateVerdict {
  if (bits < CUTS.review) return 'distinct';
  return guards === 0 && bits >= CUTS.auto ? 'auto' : 'review';
}

/** Works out what judging needs of each distinct text, once for all threads. */
export function prepareJudge(population: Population): void {
  const given = population.columns.given;
  if (given !== undefined && given.filled > 0) population.derived['names.known'] = knownGivenNames(given);
  for (const name of ['phone', 'email']) {
    const column = population.columns[name];
    if (column !== undefined && column.filled > 0) population.derived[`${name}.hub`] = hubsOf(population, column);
  }
}

/** Names that are in the table of given names, or that many have: no typing errors. */
function knownGivenNames({ texts, counts, filled }: Column): Uint8Array<SharedArrayBuffer> {
  const known = sharedBytes(texts.size);
  const often = Math.max(OFTEN, filled * OFTEN_SHARE);
  for (let number = 1; number < texts.size; number++) {
    known[number] = (counts[number] as number) >= often || isGivenName(pooledText(texts, number)) ? 1 : 0;
  }
  return known;
}

/** Texts of a column that records of many different names have, or of several known given names: a family's. */
function hubsOf(population: Population, column: Column): Uint8Array<SharedArrayBuffer> {
  const hubs = sharedBytes(column.texts.size);
  const names = population.kind === 'person' ? population.hashes.alt : (population.columns.company as Column).ids;
  const given = population.columns.given?.ids;
  const known = population.derived['names.known'];
  const seen = new Map<number, { readonly names: Set<number>; readonly given: Set<number> }>();
  const look = (text: number, record: number): void => {
    if (text === 0 || (column.counts[text] as number) < FAMILY_NAMES) return;
    const holders = seen.get(text) ?? { names: new Set(), given: new Set() };
    seen.set(text, holders);
    holders.names.add(names[record] as number);
    const name = given?.[record] ?? 0;
    if (known?.[name] === 1) holders.given.add(name);
  };
  for (let record = 0; record < population.size; record++) {
    look(column.ids[record] as number, record);
    if (column.more === null) continue;
    for (let i = column.more.starts[record] as number; i < (column.more.starts[record + 1] as number); i++)
      look(column.more.ids[i] as number, record);
  }
  for (const [text, holders] of seen) if (holders.names.size > HUB_NAMES || holders.given.size >= FAMILY_NAMES) hubs[text] = 1;
  return hubs;
}
