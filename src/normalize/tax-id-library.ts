import { createRequire } from 'node:module';

/** What the library makes of a number under the rules of one country: its compact form, or which rule it breaks. */
export type TaxIdVerdict = { readonly compact: string } | 'WRONG_CHECK' | 'OTHER_FORM';

interface Validator {
  validate(text: string): { readonly isValid: boolean; readonly compact?: string; readonly error?: Error };
}

const require = createRequire(import.meta.url);
const validators = new Map<string, Readonly<Record<string, Validator>>>();

/**
 * Judges a number by one validator of the library: `country` is a lower-case ISO 3166-1 alpha-2 code with validators,
 * `name` one of them. Only that country's part of the library is read, on first use (some 10 ms).
 */
export function judgeTaxId(country: string, name: string, text: string): TaxIdVerdict {
  let ofCountry = validators.get(country);
  if (ofCountry === undefined) {
    ofCountry = require(`stdnum/lib/cjs/${country}`) as Readonly<Record<string, Validator>>;
    validators.set(country, ofCountry);
  }
  try {
    const result = (ofCountry[name] as Validator).validate(text);
    if (result.isValid && result.compact !== undefined) return { compact: result.compact };
    return result.error?.name === 'InvalidChecksum' ? 'WRONG_CHECK' : 'OTHER_FORM';
  } catch {
    // Some validators throw instead of answering where a sign is none of theirs.
    return 'OTHER_FORM';
  }
}
