import { prepareEmails } from '../compare/email.ts';
import { preparePhones } from '../compare/phone.ts';
import { type Column, filledOf, type Population } from '../population.ts';
import { CUSTOM_PREFIX } from '../population-reader.ts';
import { hashPair, hashText, pooledText } from '../text/text-pool.ts';
import { prepareNameHashes } from './name-hashes.ts';

/** A part of a blocking key: a hash of something of a record by its place; 0 where it has none. */
export type PartOf = (record: number) => number;

const ofColumn =
  (name: string) =>
  (population: Population): PartOf => {
    const { ids, texts } = population.columns[name] as Column;
    return (record) => (ids[record] === 0 ? 0 : (texts.hashes[ids[record] as number] as number));
  };

const derivedOf =
  (column: string, derived: string, prepare: (population: Population) => void) =>
  (population: Population): PartOf => {
    prepare(population);
    const { ids } = population.columns[column] as Column;
    const values = population.derived[derived] as Uint32Array;
    return (record) => (ids[record] === 0 ? 0 : (values[ids[record] as number] as number));
  };

/** Hashes of a piece of each text of a column, worked out once. */
const piece =
  (column: string, name: string, cut: (text: string) => string) =>
  (population: Population): PartOf => {
    const { ids, texts } = population.columns[column] as Column;
    population.derived[name] ??= hashesOf(texts, cut);
    const values = population.derived[name] as Uint32Array;
    return (record) => values[ids[record] as number] as number;
  };

function hashesOf(texts: Column['texts'], cut: (text: string) => string): Uint32Array<SharedArrayBuffer> {
  const values = new Uint32Array(new SharedArrayBuffer(texts.size * 4));
  for (let number = 1; number < texts.size; number++) {
    const part = cut(pooledText(texts, number));
    values[number] = part === '' ? 0 : hashText(part);
  }
  return values;
}

/** Parts of keys by name, each with the column that it needs; `attributes.NAME` is that custom field. */
export const PARTS: Readonly<Record<string, { readonly column: string; readonly bind: (population: Population) => PartOf }>> = {
  given: { column: 'given', bind: ofColumn('given') },
  given3: { column: 'given', bind: derivedOf('given', 'names.three', prepareNameHashes) },
  family: { column: 'family', bind: ofColumn('family') },
  family4: { column: 'family', bind: derivedOf('family', 'names.four', prepareNameHashes) },
  familySound: { column: 'family', bind: derivedOf('family', 'names.sound', prepareNameHashes) },
  givenSound: { column: 'given', bind: derivedOf('given', 'names.sound', prepareNameHashes) },
  nameSounds: { column: 'family', bind: nameSounds },
  birthday: { column: 'birthday', bind: ofColumn('birthday') },
  birthYear: { column: 'birthday', bind: piece('birthday', 'birthday.year', (text) => text.slice(0, 4)) },
  birthMonthDay: { column: 'birthday', bind: piece('birthday', 'birthday.monthDay', (text) => [...text.slice(4)].sort().join('')) },
  email: { column: 'email', bind: ofColumn('email') },
  emailLocal: { column: 'email', bind: derivedOf('email', 'email.local', prepareEmails) },
  emailStart: { column: 'email', bind: piece('email', 'email.start', (text) => (text.length < 6 ? '' : text.slice(0, 5))) },
  emailDomain: { column: 'email', bind: derivedOf('email', 'email.domain', prepareEmails) },
  phone: { column: 'phone', bind: derivedOf('phone', 'phone.tail', preparePhones) },
  postal: { column: 'postal', bind: ofColumn('postal') },
  city: { column: 'city', bind: ofColumn('city') },
  street: { column: 'street', bind: ofColumn('street') },
  company: { column: 'company', bind: ofColumn('company') },
  company6: { column: 'company', bind: piece('company', 'company.six', (text) => text.slice(0, 6)) },
  companyWord: { column: 'company', bind: piece('company', 'company.word', longestWord) },
  website: { column: 'website', bind: ofColumn('website') },
  tax: { column: 'tax', bind: ofColumn('tax') },
};

/** The sounds of both names, in whichever order they stand. */
function nameSounds(population: Population): PartOf {
  prepareNameHashes(population);
  const [given, family] = [(population.columns.given as Column).ids, (population.columns.family as Column).ids];
  const sounds = population.derived['names.sound'] as Uint32Array;
  return (record) => {
    const [one, other] = [sounds[given[record] as number] as number, sounds[family[record] as number] as number];
    return one < other ? hashPair(one, other) : hashPair(other, one);
  };
}

function longestWord(text: string): string {
  return text.split(' ').reduce((longest, word) => (word.length > longest.length ? word : longest), '');
}

/** The part of that name; null where the population has nothing for it. */
export function partOf(population: Population, name: string): PartOf | null {
  const hashes = (population.hashes as Readonly<Record<string, Uint32Array>>)[name];
  if (hashes !== undefined)
    return population.known !== null || hashes.some((hash) => hash !== 0) ? (record) => hashes[record] as number : null;
  const part = PARTS[name];
  const column = part?.column ?? name;
  if (filledOf(population, column) < 2) return null;
  if (part === undefined && !name.startsWith(CUSTOM_PREFIX)) throw new Error(`there is no part ${name}`);
  return (part?.bind ?? ofColumn(name))(population);
}

/** Columns that a part is made of, or that say the same. */
export function columnsOfPart(name: string): readonly string[] {
  const column = PARTS[name]?.column ?? name;
  return name === 'address' ? ['address', 'street', 'postal'] : name === 'name' || name === 'alt' ? ['given', 'family'] : [column];
}
