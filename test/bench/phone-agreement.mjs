// Compares the fast way of the phone normaliser with libphonenumber-js on random numbers of all regions.
//   npm run build && node test/bench/phone-agreement.mjs [--count 1000000] [--seed 1]
// Prints the agreement; exits 1 when there is a single difference.
import { createRequire } from 'node:module';
import { plainE164 } from '../../dist/normalize/phone.js';
import { phoneSamples, randomSource } from './phone-samples.mjs';

const require = createRequire(import.meta.url);
const metadata = require('libphonenumber-js/metadata.max.json');
const { parsePhoneNumberFromString } = require('libphonenumber-js/core');

const option = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const count = option('--count', 1_000_000);
const next = phoneSamples(metadata, randomSource(option('--seed', 1)));
const regions = new Set();
let declined = 0;
let valid = 0;
let differences = 0;
for (let i = 0; i < count; i++) {
  const { text, region } = next();
  const fast = plainE164(text, region);
  if (fast === undefined) {
    declined++;
    continue;
  }
  const number = parsePhoneNumberFromString(text, region ?? undefined, metadata);
  const expected = number?.isValid() ? number.number : null;
  if (number?.country !== undefined) regions.add(number.country);
  if (expected !== null) valid++;
  if (fast === expected) continue;
  differences++;
  if (differences <= 20) console.error(`differs: ${text} in ${region}: ${fast}, the library says ${expected}`);
}
const compared = count - declined;
console.log(
  `${compared} compared (${valid} valid, ${compared - valid} not, ${regions.size} regions), ${declined} left to the library, ` +
    `${differences} differ: agreement ${(((compared - differences) / compared) * 100).toFixed(4)} %`,
);
if (differences > 0) process.exitCode = 1;
