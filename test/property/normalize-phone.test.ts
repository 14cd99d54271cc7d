import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { normalizePhone, plainE164 } from '../../src/normalize/phone.ts';
import { phoneSamples, randomSource } from '../bench/phone-samples.mjs';

const require = createRequire(import.meta.url);
const metadata = require('libphonenumber-js/metadata.max.json');
const { parsePhoneNumberFromString } = require('libphonenumber-js/core');

/** What the library says: the E.164 number of a valid one, else null. */
function library(text: string, region: string | null): { number: string | null; country: string | undefined } {
  const parsed = parsePhoneNumberFromString(text, region ?? undefined, metadata);
  return { number: parsed?.isValid() ? parsed.number : null, country: parsed?.country };
}

// A new seed for every run, told when it fails; the million of test/bench/phone-agreement.mjs is the long version.
const seed = Date.now() % 1_000_000;

describe('the fast way of the phone normaliser', () => {
  it('agrees with libphonenumber-js over all regions', () => {
    const next = phoneSamples(metadata, randomSource(seed));
    const countries = new Set<string>();
    let compared = 0;
    let valid = 0;
    while (compared < 40_000) {
      const { text, region } = next();
      const fast = plainE164(text, region);
      if (fast === undefined) continue;
      const { number, country } = library(text, region);
      if (fast !== number) expect.fail(`seed ${seed}: ${text} in ${region} gives ${fast}, the library says ${number}`);
      compared++;
      if (number !== null) valid++;
      if (country !== undefined) countries.add(country);
    }
    expect(valid).toBeGreaterThan(compared / 4);
    expect(countries.size).toBe(Object.keys(metadata.countries).length);
  });

  it('never understands less than the library, and what it understands is stable', () => {
    const next = phoneSamples(metadata, randomSource(seed + 1));
    for (let i = 0; i < 5_000; i++) {
      const { text, region } = next();
      const { value, understood } = normalizePhone(text, region);
      const { number } = library(text, region);
      const isFraction = /\.0$/.test(text);
      if (number !== null && !isFraction) expect({ seed, text, region, value }).toEqual({ seed, text, region, value: number });
      if (understood) expect(normalizePhone(value, region)).toEqual({ value, extension: null, understood: true });
    }
  });
});
