import { isGivenName } from '../normalize/nicknames.ts';
import type { DuplicateVerdict } from '../model/duplicates.ts';
import type { Comparison } from './compare/comparison.ts';
import { exactShare } from './compare/index.ts';
import { commonText } from './model/scorer.ts';
import type { Column, Population } from './population.ts';
import { sharedBytes } from './text/shared-array.ts';
import { pooledText, type PooledTexts } from './text/text-pool.ts';

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
/** What is no duplicate whatever else agrees gets these bits. */
export const FORCED_DISTINCT = -100;
/** More different names than this at one address or number: it belongs to nobody in particular. */
const HUB_NAMES = 4;

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
  for (const name of ['phone', 'email']) {
    const column = population.columns[name];
    if (column !== undefined && column.filled > 0) population.derived[`${name}.hub`] = hubsOf(population, column);
  }
  const given = population.columns.given;
  if (given !== undefined && given.filled > 0) population.derived['names.known'] = knownGivenNames(given.texts);
}

function knownGivenNames(texts: PooledTexts): Uint8Array<SharedArrayBuffer> {
  const known = sharedBytes(texts.size);
  for (let number = 1; number < texts.size; number++) known[number] = isGivenName(pooledText(texts, number)) ? 1 : 0;
  return known;
}

/** Texts of a column that records of many different names have. */
function hubsOf(population: Population, column: Column): Uint8Array<SharedArrayBuffer> {
  const hubs = sharedBytes(column.texts.size);
  const names = population.kind === 'person' ? population.hashes.alt : (population.columns.company as Column).ids;
  const seen = new Map<number, Set<number>>();
  const look = (text: number, record: number): void => {
    if (text === 0 || (column.counts[text] as number) <= HUB_NAMES) return;
    const known = seen.get(text) ?? new Set();
    seen.set(text, known.add(names[record] as number));
  };
  for (let record = 0; record < population.size; record++) {
    look(column.ids[record] as number, record);
    if (column.more === null) continue;
    for (let i = column.more.starts[record] as number; i < (column.more.starts[record + 1] as number); i++)
      look(column.more.ids[i] as number, record);
  }
  for (const [text, different] of seen) if (different.size > HUB_NAMES) hubs[text] = 1;
  return hubs;
}

/** The judge of a population. */
export function judgeOf(population: Population, comparisons: readonly Comparison[]): Judge {
  return population.kind === 'person' ? judgePersons(population, comparisons) : judgeOrganisations(population, comparisons);
}

/** Reads the level of a comparison by its name; 0, no evidence, where it is not made. */
function reader(comparisons: readonly Comparison[], name: string): (levels: Uint8Array) => number {
  const place = comparisons.findIndex((comparison) => comparison.name === name);
  return place < 0 ? () => 0 : (levels) => levels[place] as number;
}

/** Whether what two records have in common in a column is shared by many. */
function sharedBy(population: Population, name: string): (a: number, b: number) => boolean {
  const hubs = population.derived[`${name}.hub`] as Uint8Array | undefined;
  const roles = population.derived[`${name}.role`] as Uint8Array | undefined;
  const column = population.columns[name] as Column;
  if (hubs === undefined) return () => false;
  return (a, b) => {
    const text = commonText(column, a, b);
    return hubs[text] === 1 || roles?.[text] === 1;
  };
}

/** Headers of custom fields that hold a number by which an authority knows a person. */
const IDENTITY_NUMBER =
  /ssn|soc(?:ial)?[\s_.-]*sec|national[\s_.-]*(?:id|number)|passport|identity|nhs|insurance[\s_.-]*n|licen[cs]e[\s_.-]*n|\bnino\b|\bcpf\b|\bcurp\b|\bdni\b|身份证|身份證|护照|護照|证件|證件|社保|社会保障/i;
/** Numbers that many share are no identity numbers. */
const MAX_SHARED = 0.002;

/** Whether two records have the same number in a custom field that holds identity numbers. */
function sameIdentityNumber(population: Population, comparisons: readonly Comparison[]): (levels: Uint8Array) => boolean {
  const places = comparisons.flatMap(({ name }, place) => {
    const column = population.columns[name];
    return IDENTITY_NUMBER.test(name) && column !== undefined && exactShare(column) <= MAX_SHARED ? [place] : [];
  });
  return (levels) => places.some((place) => levels[place] === 1);
}

function judgePersons(population: Population, comparisons: readonly Comparison[]): Judge {
  const of = (name: string): ((levels: Uint8Array) => number) => reader(comparisons, name);
  const [given, family, born, mail, call, road, spot, tax] = [
    of('given_name'),
    of('family_name'),
    of('birthday'),
    of('email'),
    of('phone'),
    of('street'),
    of('place'),
    of('tax_id'),
  ];
  const [phoneIsShared, emailIsShared] = [sharedBy(population, 'phone'), sharedBy(population, 'email')];
  const hasSameId = sameIdentityNumber(population, comparisons);
  const { ids: givenIds } = population.columns.given as Column;
  const generations = (population.columns.generation as Column).ids;
  const known = population.derived['names.known'] as Uint8Array | undefined;
  return (levels, bits, a, b, into) => {
    const [g, f, d, e, p, t] = [given(levels), family(levels), born(levels), mail(levels), call(levels), tax(levels)];
    let guards = 0;
    let forced = false;
    const sharedEmail = e === 1 && emailIsShared(a, b);
    const sharedPhone = (p === 1 || p === 2) && phoneIsShared(a, b);
    const ownEmail = e >= 1 && e <= 3 && !sharedEmail;
    const ownPhone = (p === 1 || p === 2) && !sharedPhone;
    const sameFamily = f >= 1 && f <= 4;
    const proven = t === 1 || hasSameId(levels);
    if (t === 3) [guards, forced] = [guards | GUARD.different_ids, true];
    if (g === 8 && f !== 0) {
      const isTwin = d >= 1 && d <= 3;
      guards |= !sameFamily ? GUARD.different_given_name : isTwin ? GUARD.twins : GUARD.household;
      if (!proven && !isTwin && !ownEmail && d !== 0 && sameFamily) forced = true;
      if (!proven && !isTwin && !ownEmail && sameFamily && (road(levels) <= 3 || ownPhone || sharedPhone) && road(levels) !== 0)
        forced = true;
    }
    if (g === 4 && known !== undefined && known[givenIds[a] as number] === 1 && known[givenIds[b] as number] === 1 && !proven)
      guards |= GUARD.different_given_name;
    if (g >= 5 && g <= 7) guards |= g === 7 || !(ownEmail || ownPhone || proven) ? GUARD.different_given_name : 0;
    if (g === 8 && f === 0) guards |= GUARD.different_given_name;
    if (f === 6 && g !== 2) guards |= GUARD.different_family_name;
    if (f === 5) guards |= GUARD.different_family_name;
    if (d >= 4) guards |= GUARD.different_birthday;
    if (d === 7 && !proven && !ownEmail) forced = true;
    if (generations[a] !== generations[b] && d !== 1) {
      guards |= GUARD.suffix;
      if (generations[a] !== 0 && generations[b] !== 0 && !proven) forced = true;
    }
    if (g === 0 && f === 0) guards |= GUARD.nameless;
    const born1 = d >= 1 && d <= 3;
    const isMoved = e === 5 && road(levels) !== 0 && road(levels) <= 2;
    const personal = proven || born1 || ownEmail || (ownPhone && !(isMoved && d === 0) && e !== 5);
    const fewWords = g === 0 || (f === 0 && g !== 2);
    if (!personal || (fewWords && !proven && !(ownEmail && (born1 || ownPhone)))) {
      guards |= sharedPhone ? GUARD.shared_phone : sharedEmail ? GUARD.shared_email : GUARD.too_little_evidence;
    }
    if (born1 && !proven && !ownEmail && !ownPhone && (road(levels) === 0 || road(levels) > 2) && spot(levels) > 4)
      guards |= GUARD.too_little_evidence;
    into.guards = guards;
    into.bits = forced ? FORCED_DISTINCT : bits;
  };
}

const DIGITS = /\d+/g;

function judgeOrganisations(population: Population, comparisons: readonly Comparison[]): Judge {
  const of = (name: string): ((levels: Uint8Array) => number) => reader(comparisons, name);
  const [title, mail, call, road, spot, site, tax] = [
    of('name'),
    of('email'),
    of('phone'),
    of('street'),
    of('place'),
    of('website'),
    of('tax_id'),
  ];
  const [phoneIsShared, emailIsShared] = [sharedBy(population, 'phone'), sharedBy(population, 'email')];
  const { ids, texts } = population.columns.company as Column;
  const numbersOf = (record: number): string => (pooledText(texts, ids[record] as number).match(DIGITS) ?? []).join(' ');
  return (levels, bits, a, b, into) => {
    const [n, e, p, s, w, t] = [title(levels), mail(levels), call(levels), road(levels), site(levels), tax(levels)];
    const place = spot(levels);
    let guards = 0;
    let forced = false;
    if (t === 3) [guards, forced] = [guards | GUARD.different_ids, true];
    if (n >= 3) guards |= GUARD.different_name;
    if (n === 2 && numbersOf(a) !== numbersOf(b)) [guards, forced] = [guards | GUARD.different_name, t !== 1];
    if (n === 0) guards |= GUARD.nameless;
    if ((s >= 3 || place >= 6) && t !== 1) guards |= GUARD.different_place;
    const sharedPhone = p === 1 && phoneIsShared(a, b);
    const sharedEmail = e === 1 && emailIsShared(a, b);
    const told =
      t === 1 || w === 1 || (e === 1 && !sharedEmail) || (p === 1 && !sharedPhone) || (s >= 1 && s <= 2 && place >= 1 && place <= 4);
    if (!told) guards |= sharedPhone ? GUARD.shared_phone : GUARD.too_little_evidence;
    into.guards = guards;
    into.bits = forced ? FORCED_DISTINCT : bits;
  };
}
