import type { Comparison } from './compare/comparison.ts';
import { levelOf, sharedBy } from './judge-facts.ts';
import type { Column, Population } from './population.ts';
import { pooledText } from './text/text-pool.ts';
import { FORCED_DISTINCT, GUARD, type Judge, NEVER_ONE } from './verdict.ts';

const DIGITS = /\d+/g;
/** Levels of comparisons (compare/) that the rules ask for. */
const NAME = { near: 2, contained: 3 };
const STREET = { near: 2, otherNumber: 3 };
const PLACE = { sameCity: 4, nearCity: 6 };
const EXACT = 1;
const OTHER_TAX = 3;

/** The judge of organisations: parents and subsidiaries, branches and numbered shops are not one. */
export function judgeOrganisations(population: Population, comparisons: readonly Comparison[]): Judge {
  const of = (name: string): ((levels: Uint8Array) => number) => levelOf(comparisons, name);
  const [title, mail, call, road] = [of('name'), of('email'), of('phone'), of('street')];
  const [spot, site, tax] = [of('place'), of('website'), of('tax_id')];
  const [phoneIsShared, emailIsShared] = [sharedBy(population, 'phone'), sharedBy(population, 'email')];
  const { ids, texts } = population.columns.company as Column;
  const numbersOf = (record: number): string => (pooledText(texts, ids[record] as number).match(DIGITS) ?? []).join(' ');
  return (levels, bits, a, b, into) => {
    const [n, s, place, t] = [title(levels), road(levels), spot(levels), tax(levels)];
    const proven = t === EXACT;
    const otherNumbers = n === NAME.near && numbersOf(a) !== numbersOf(b);
    let guards = t === OTHER_TAX ? GUARD.different_ids : 0;
    if (n >= NAME.contained || otherNumbers) guards |= GUARD.different_name;
    if (n === 0) guards |= GUARD.nameless;
    if ((s >= STREET.otherNumber || place >= PLACE.nearCity) && !proven) guards |= GUARD.different_place;
    const sharedPhone = call(levels) === EXACT && phoneIsShared(a, b);
    const ownEmail = mail(levels) === EXACT && !emailIsShared(a, b);
    const oneHouse = s >= 1 && s <= STREET.near && place >= 1 && place <= PLACE.sameCity;
    const told = proven || site(levels) === EXACT || ownEmail || (call(levels) === EXACT && !sharedPhone) || oneHouse;
    if (!told) guards |= sharedPhone ? GUARD.shared_phone : GUARD.too_little_evidence;
    into.guards = guards;
    into.bits = t === OTHER_TAX ? NEVER_ONE : otherNumbers && !proven ? FORCED_DISTINCT : bits;
  };
}
