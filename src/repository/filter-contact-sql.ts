import { isE164Form } from '../normalize/e164.ts';
import { normalizeEmail } from '../normalize/email.ts';
import { emailKey } from '../normalize/email-key.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import { raw, sql, type Fragment } from './query-fragment.ts';

const SEPARATORS = [' ', '-', '(', ')'];

/** E-mail ignores case. An address is also looked up by its match key, which has an index. */
export function emailEquals(value: Fragment, text: string): Fragment {
  const key = emailKey(text);
  if (key !== null) return sql`(customers.email_key = ${key} AND lower(${value}) = ${normalizeEmail(text).value})`;
  return sql`lower(${value}) = ${text.trim().normalize('NFC').toLowerCase()}`;
}

/**
 * A phone number, without blanks, dashes and brackets: one in E.164 is looked up by its match key, which has an index;
 * one without its country matches the end of a number, its leading zeros left out.
 */
export function phoneEquals(value: Fragment, text: string): Fragment {
  const number = stripped(text).replace(/^00(?=[1-9])/, '+');
  const key = isE164Form(number) ? phoneKey(number) : null;
  if (key !== null) return sql`(customers.phone_key = ${key} AND ${value} = ${number})`;
  const end = number.replace(/^0+(?=\d)/, '');
  if (!/^\d+$/.test(end)) return sql`${value} = ${text}`;
  return strippedLike(value, `%${end}`);
}

/** A part of a phone number, without blanks, dashes and brackets. */
export function phoneContains(value: Fragment, text: string): Fragment {
  const part = stripped(text).replace(/[!%_]/g, '!$&');
  if (part === '') return raw('1 = 0');
  return strippedLike(value, `%${part}%`);
}

function stripped(text: string): string {
  return text.normalize('NFKC').replace(/[\s()-]/g, '');
}

/** A number in E.164 has no separators; taking them out of every number would take three times as long. */
function strippedLike(value: Fragment, pattern: string): Fragment {
  const hasSeparator = sql`(${value} NOT LIKE '+%' OR ${value} LIKE '+%-%' OR ${value} LIKE '+% %' OR ${value} LIKE '+%(%')`;
  const bare = SEPARATORS.reduce((inner, separator) => sql`replace(${inner}, ${raw(`'${separator}'`)}, '')`, value);
  return sql`(${value} LIKE ${pattern} ESCAPE '!' OR (${hasSeparator} AND ${bare} LIKE ${pattern} ESCAPE '!'))`;
}
