import type { Comparison } from './compare/comparison.ts';
import { identityNumbers, levelOf, sharedBy } from './judge-facts.ts';
import type { Column, Population } from './population.ts';
import type { PooledTexts } from './text/text-pool.ts';
import { FORCED_DISTINCT, GUARD, type Judge, NEVER_ONE } from './verdict.ts';

/** Beside guards: no evidence may join the two. */
const APART = 1 << 30;

/** Levels of comparisons (compare/) that the rules ask for. */
const GIVEN = { swapped: 2, near: 4, part: 5, initial: 6, similar: 7, else: 8 };
const FAMILY = { part: 4, similar: 5, else: 6 };
const BIRTHDAY = { exact: 1, oneDigit: 3, twoDigits: 4, close: 5, generation: 7 };
const EMAIL = { exact: 1, sameLocal: 3, else: 5 };
const PHONE = { sameEnd: 2 };
const STREET = { near: 2, otherNumber: 3 };
const PLACE = { sameCity: 4, nearCity: 6 };
const TAX = { exact: 1, else: 3 };

/** Two names without anything in common are one person only where nearly all else agrees. */
const NAMELESS_BITS = 20;
/** The same with two different identity numbers. */
const OTHER_IDENTITY_BITS = 12;

/** What is known of a pair of persons when it is judged. */
interface Facts {
  /** Levels; 0: no evidence. */
  g: number;
  f: number;
  d: number;
  e: number;
  s: number;
  place: number;
  t: number;
  sharedEmail: boolean;
  sharedPhone: boolean;
  /** A mailbox and a number of one person only that they have in common. */
  ownEmail: boolean;
  ownPhone: boolean;
  /** An authority knows both by one number. */
  proven: boolean;
  /** They have different numbers of one authority, and none in common. */
  otherIdentity: boolean;
  /** Both given names are known ones: they are no typing errors of each other. */
  knownNames: boolean;
  /** One given name is the other with `a` or `e` at its end: Martin and Martina. */
  otherGender: boolean;
  /** Jr and Sr, or one of them without: 1; both with another one: 2. */
  generations: number;
}

/** The judge of persons: guards, and what no evidence may join. */
export function judgePersons(population: Population, comparisons: readonly Comparison[]): Judge {
  const read = factsOf(population, comparisons);
  return (levels, bits, a, b, into) => {
    const facts = read(levels, a, b);
    const guards = nameGuards(facts, bits) | birthdayGuards(facts) | evidenceGuards(facts) | identityGuards(facts, bits);
    into.guards = guards & ~APART;
    into.bits = facts.t === TAX.else ? NEVER_ONE : (guards & APART) === 0 ? bits : FORCED_DISTINCT;
  };
}

function factsOf(population: Population, comparisons: readonly Comparison[]): (levels: Uint8Array, a: number, b: number) => Facts {
  const of = (name: string): ((levels: Uint8Array) => number) => levelOf(comparisons, name);
  const [given, family, born, mail] = [of('given_name'), of('family_name'), of('birthday'), of('email')];
  const [call, road, spot, tax] = [of('phone'), of('street'), of('place'), of('tax_id')];
  const [phoneIsShared, emailIsShared] = [sharedBy(population, 'phone'), sharedBy(population, 'email')];
  const identities = identityNumbers(population, comparisons);
  const names = (population.columns.given as Column).ids;
  const generations = (population.columns.generation as Column).ids;
  const { texts } = population.columns.given as Column;
  const known = population.derived['names.known'] as Uint8Array | undefined;
  const isKnown = (record: number): boolean => known?.[names[record] as number] === 1;
  return (levels, a, b) => {
    const [e, p, t] = [mail(levels), call(levels), tax(levels)];
    const identity = identities(levels);
    const sharedEmail = e === EMAIL.exact && emailIsShared(a, b);
    const samePhone = p >= 1 && p <= PHONE.sameEnd;
    const sharedPhone = samePhone && phoneIsShared(a, b);
    const [one, other] = [generations[a] as number, generations[b] as number];
    return {
      g: given(levels),
      f: family(levels),
      d: born(levels),
      e,
      s: road(levels),
      place: spot(levels),
      t,
      sharedEmail,
      sharedPhone,
      ownEmail: e >= 1 && e <= EMAIL.sameLocal && !sharedEmail,
      ownPhone: samePhone && !sharedPhone,
      proven: t === TAX.exact || identity === 1,
      otherIdentity: t !== TAX.exact && identity === -1,
      knownNames: isKnown(a) && isKnown(b),
      otherGender: differInGender(texts, names[a] as number, names[b] as number),
      generations: one === other ? 0 : one === 0 || other === 0 ? 1 : 2,
    };
  };
}

/** Whether two names differ in a vowel at the end of one, as those of men and women do. */
function differInGender({ codes, offsets }: PooledTexts, one: number, other: number): boolean {
  const lengthOf = (text: number): number => (offsets[text + 1] as number) - (offsets[text] as number);
  const [shorter, longer] = lengthOf(one) < lengthOf(other) ? [one, other] : [other, one];
  const length = lengthOf(shorter);
  if (lengthOf(longer) !== length + 1 || !ENDS.has(codes[(offsets[longer + 1] as number) - 1] as number)) return false;
  for (let i = 0; i < length; i++) if (codes[(offsets[shorter] as number) + i] !== codes[(offsets[longer] as number) + i]) return false;
  return true;
}

const ENDS: ReadonlySet<number> = new Set([...'aeo'].map((letter) => letter.charCodeAt(0)));

function isBorn({ d }: Facts): boolean {
  return d >= BIRTHDAY.exact && d <= BIRTHDAY.oneDigit;
}

function nameGuards(facts: Facts, bits: number): number {
  const { g, f, proven, ownEmail, ownPhone, knownNames } = facts;
  let guards = g === GIVEN.else ? otherGivenName(facts) : 0;
  if (g === GIVEN.near && (knownNames || facts.otherGender) && !proven) guards |= GUARD.different_given_name;
  // Anna and Annabelle, Mark and Marsha: two known names are no two spellings of one.
  const isOther = (knownNames || facts.sharedEmail || facts.sharedPhone) && f !== 0 && f <= FAMILY.part && !proven && sharesHome(facts);
  if (g === GIVEN.similar) guards |= GUARD.different_given_name | (isOther ? APART : 0);
  if ((g === GIVEN.part || g === GIVEN.initial) && !ownEmail && !ownPhone && !proven) guards |= GUARD.different_given_name;
  if (f === FAMILY.similar || (f === FAMILY.else && g !== GIVEN.swapped)) guards |= GUARD.different_family_name;
  if (f === FAMILY.else && !proven && (g === GIVEN.else ? bits < NAMELESS_BITS : !agreesElsewhere(facts))) guards |= APART;
  if (g === 0 && f === 0) guards |= GUARD.nameless;
  return guards;
}

/** Two tax numbers are two persons; other numbers are mistyped so often that nearly all else agreeing outweighs them. */
function identityGuards({ t, otherIdentity }: Facts, bits: number): number {
  if (t === TAX.else) return GUARD.different_ids | APART;
  if (!otherIdentity) return 0;
  return GUARD.different_ids | (bits < OTHER_IDENTITY_BITS ? APART : 0);
}

/** Whether they share what families share: a mailbox or number of several people, or one address without being born on one day. */
function sharesHome(facts: Facts): boolean {
  const { s, sharedEmail, sharedPhone, ownEmail, ownPhone } = facts;
  if (sharedEmail || sharedPhone) return true;
  return !isBorn(facts) && (ownEmail || ownPhone || (s >= 1 && s <= STREET.near));
}

/** Whether anything beside names agrees, if only roughly. */
function agreesElsewhere({ d, e, s, place, ownPhone, sharedPhone }: Facts): boolean {
  const born = d >= 1 && d < BIRTHDAY.twoDigits;
  return (
    born ||
    (e >= 1 && e < EMAIL.else) ||
    ownPhone ||
    sharedPhone ||
    (s >= 1 && s <= STREET.otherNumber) ||
    (place >= 1 && place <= PLACE.nearCity)
  );
}

/** Of one family with given names that have nothing in common: two people of a household, whatever else they share. */
function otherGivenName(facts: Facts): number {
  const { f, d, s, proven, ownEmail, ownPhone, sharedPhone, knownNames } = facts;
  if (f === 0 || f > FAMILY.part) return GUARD.different_given_name;
  const isTwin = isBorn(facts);
  const guard = isTwin ? GUARD.twins : GUARD.household;
  if (proven) return guard;
  if (knownNames) return guard | APART;
  if (isTwin || ownEmail) return guard;
  const oneHome = s >= 1 && (s <= STREET.otherNumber || ownPhone || sharedPhone);
  return d > BIRTHDAY.close || oneHome ? guard | APART : guard;
}

function birthdayGuards(facts: Facts): number {
  const { d, proven, ownEmail, generations } = facts;
  let guards = d >= BIRTHDAY.twoDigits ? GUARD.different_birthday : 0;
  if (d === BIRTHDAY.generation && !proven && !ownEmail) guards |= APART;
  // J. born two years after Jim, at one address: brothers.
  if (d > BIRTHDAY.close && facts.g >= GIVEN.part && !proven && !ownEmail) guards |= APART;
  if (generations === 2) guards |= GUARD.suffix | (proven ? 0 : APART);
  else if (generations === 1 && d !== BIRTHDAY.exact) guards |= GUARD.suffix;
  return guards;
}

/** Something has to agree that belongs to one person only; a home and its number belong to a family. */
function evidenceGuards(facts: Facts): number {
  const { g, f, e, s, place, proven, ownEmail, ownPhone, sharedEmail, sharedPhone } = facts;
  const born = isBorn(facts);
  const oneHome = s >= 1 && s <= STREET.near;
  const phoneTells = ownPhone && e !== EMAIL.else;
  const isPersonal = proven || born || ownEmail || phoneTells;
  const lacksName = g === 0 || (f === 0 && g !== GIVEN.swapped);
  if (!isPersonal || (lacksName && !proven && !(ownEmail && (born || ownPhone)))) {
    return sharedPhone ? GUARD.shared_phone : sharedEmail ? GUARD.shared_email : GUARD.too_little_evidence;
  }
  // One birthday and one name in two places: namesakes have that too.
  const isAlone = born && !proven && !ownEmail && !ownPhone && !oneHome && place > PLACE.sameCity;
  return isAlone ? GUARD.too_little_evidence : 0;
}
