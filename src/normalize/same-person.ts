/** What tells a person from another one of the same name. */
export interface PersonFacts {
  /** Match key of the name. */
  readonly nameKey: string | null;
  /** yyyy-mm-dd */
  readonly birthday: string | null;
  readonly taxId: string | null;
}

/** Days that stand for an unknown one. */
const PLACEHOLDER = /^(?:1900|1901|1970|2000)-01-01$|^(?:0|1[0-7]|9)/;
/** Whether a date of birth (yyyy-mm-dd) stands for an unknown one. */
export function isPlaceholderDay(day: string): boolean {
  return PLACEHOLDER.test(day);
}

/** A year that is known without its day. */
const YEAR_ONLY = /-01-01$/;
/** Words of a name that tell father from son, by the generation. */
const GENERATIONS: ReadonlyMap<string, number> = new Map([
  ['sr', 1],
  ['senior', 1],
  ['jr', 2],
  ['junior', 2],
  ['ii', 2],
  ['2nd', 2],
  ['filho', 2],
  ['iii', 3],
  ['3rd', 3],
  ['neto', 3],
  ['iv', 4],
  ['4th', 4],
]);

/**
 * Whether two records cannot be one person, though their names may be the same: by another day of birth, another tax id, or a
 * generation (`Jr`, `III`) that the other one has not. Symmetric.
 */
export function contradicts(a: PersonFacts, b: PersonFacts): boolean {
  if (otherTaxId(a.taxId, b.taxId) || otherBirthday(a.birthday, b.birthday)) return true;
  if (generationOf(a.nameKey) === generationOf(b.nameKey)) return false;
  // Father and son were not born on one day.
  return a.birthday === null || a.birthday !== b.birthday;
}

/**
 * Whether two days of birth are those of two people. Not where one is missing or stands for an unknown one, day and month
 * are swapped, only the century differs, or one digit was mistyped or swapped with the next. Symmetric.
 */
export function otherBirthday(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b || PLACEHOLDER.test(a) || PLACEHOLDER.test(b)) return false;
  if (a.length !== 10 || b.length !== 10) return false;
  if (a.slice(0, 4) === b.slice(0, 4)) {
    if (YEAR_ONLY.test(a) || YEAR_ONLY.test(b)) return false;
    if (a.slice(5, 7) === b.slice(8) && a.slice(8) === b.slice(5, 7)) return false;
  }
  return a.slice(2) !== b.slice(2) && !isOneSlip(a, b);
}

function otherTaxId(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b) return false;
  const [one, other] = [bareId(a), bareId(b)];
  // One may name its country.
  return one !== '' && other !== '' && !one.endsWith(other) && !other.endsWith(one);
}

function bareId(id: string): string {
  return id.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Whether two texts of one length differ in one character, or in two neighbours that are swapped. */
function isOneSlip(a: string, b: string): boolean {
  const places: number[] = [];
  for (let i = 0; i < a.length && places.length < 3; i++) if (a[i] !== b[i]) places.push(i);
  const [first = 0, second] = places;
  if (places.length !== 2) return places.length < 2;
  return second === first + 1 && a[first] === b[second] && a[second] === b[first];
}

/** The generation that a name names (`Jr`, `III`), 0 where it names none; by its match key. */
export function generationOf(nameKey: string | null): number {
  if (nameKey === null) return 0;
  for (const word of nameKey.split(' ')) {
    const generation = GENERATIONS.get(word);
    if (generation !== undefined) return generation;
  }
  return 0;
}
