import { createRequire } from 'node:module';
import type { PhoneNumber } from 'libphonenumber-js/core';

/** One numbering plan as the library stores it, by position; 0 stands for absent. */
export interface PlanRecord {
  readonly 0: string;
  /** Pattern of the prefix that leaves the country. */
  readonly 1: string | 0;
  /** Pattern of the whole national number. */
  readonly 2: string;
  /** Possible lengths of the national number, ascending. */
  readonly 3: readonly number[];
  /** National (trunk) prefix. */
  readonly 5: string | 0;
  /** Pattern of the national prefix and carrier codes, where it is more than the prefix itself. */
  readonly 7: string | 0;
  /** What the matched prefix is replaced with. */
  readonly 8: string | 0;
  /** Pattern of the first digits that tell this country from others with the same calling code. */
  readonly 10: string | 0;
  /** Pattern and lengths of each type of number: fixed, mobile, toll-free and so on. */
  readonly 11: readonly (readonly [string, (readonly number[])?] | 0)[];
}

/** All numbering plans of the world, as the library ships them. */
export interface PhoneMetadata {
  /** Calling code → regions that use it, the main one first. */
  readonly country_calling_codes: Readonly<Record<string, readonly string[]>>;
  readonly countries: Readonly<Record<string, PlanRecord>>;
  /** Calling code → plan of the codes that belong to no country (freephone, satellites). */
  readonly nonGeographic: Readonly<Record<string, PlanRecord>>;
}

const require = createRequire(import.meta.url);
let metadata: PhoneMetadata | undefined;
let parse: Parse | undefined;

type Parse = (text: string, options: { defaultCountry?: string; extract: false }, metadata: PhoneMetadata) => PhoneNumber | undefined;

/**
 * The `max` metadata of libphonenumber-js, read on first use. `max` and not `min`, because only `max` knows the patterns
 * of every type of number in every region: with `min` +86 100 0000 0000 would be valid.
 */
export function phoneMetadata(): PhoneMetadata {
  metadata ??= require('libphonenumber-js/metadata.max.json') as PhoneMetadata;
  return metadata;
}

/**
 * What the library makes of a text that holds one phone number and nothing else; null when it is not a valid one.
 * The library is loaded on the first call (some 40 ms): it is the slow path.
 */
export function parseWithLibrary(text: string, region: string | null): { readonly e164: string; readonly extension: string | null } | null {
  const number = parser()(text, region === null ? { extract: false } : { defaultCountry: region, extract: false }, phoneMetadata());
  if (number === undefined || !number.isValid()) return null;
  return { e164: number.number, extension: number.ext ?? null };
}

/**
 * The ISO 3166-1 alpha-2 region that an E.164 number belongs to; null where it belongs to none (freephone, satellites), or
 * the number is not valid. Loads the library, as `parseWithLibrary` does.
 */
export function countryOfNumber(e164: string): string | null {
  const number = parser()(e164, { extract: false }, phoneMetadata());
  return number?.isValid() === true ? (number.country ?? null) : null;
}

function parser(): Parse {
  parse ??= (require('libphonenumber-js/core') as { parsePhoneNumberFromString: Parse }).parsePhoneNumberFromString;
  return parse;
}
