import type { CardProperty } from './vcard-property.ts';

const BASIC_DATE = /^(\d{4})(\d{2})(\d{2})(?=T|$)/;
const BASIC_TIME = /T(\d{2})(\d{2})(\d{2})?(?=Z|[+-]|$)/;
const MIDNIGHT = /T00:?00(?::?00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A date of a card with dashes: `19800322` is `1980-03-22`. A date without a year stays as it is (`--0322`), also where
 * Apple's year that stands for none was put in; midnight is no time.
 */
export function cardDate(value: string, property: CardProperty): string {
  const text = value.trim();
  const omitted = property.params.get('X-APPLE-OMIT-YEAR');
  if (omitted !== undefined && text.startsWith(`${omitted}-`)) return `-${text.slice(omitted.length)}`;
  return text
    .replace(MIDNIGHT, '')
    .replace(BASIC_DATE, '$1-$2-$3')
    .replace(BASIC_TIME, (_, hour: string, minute: string, second: string | undefined) => `T${hour}:${minute}:${second ?? '00'}`);
}
