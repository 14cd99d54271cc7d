// Compares the phone normaliser with libphonenumber-js on random numbers of all regions: its fast way, and for numbers in
// unusual notation the whole.
//   npm run build && node test/bench/phone-agreement.mjs [--count 1000000] [--seed 1]
// Compares until the fast way has decided `count` numbers. Prints the agreement; exits 1 when there is a single difference,
// or a region without a number.
import { createRequire } from 'node:module';
import { normalizePhone, plainE164 } from '../../dist/normalize/phone.js';
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
let compared = 0;
let declined = 0;
let valid = 0;
let differences = 0;

function differs(text, region, ours, theirs) {
  differences++;
  if (differences <= 20) console.error(`differs: ${text} in ${region}: ${ours}, the library says ${theirs}`);
}

while (compared < count) {
  const { text, region } = next();
  const number = parsePhoneNumberFromString(text, region ?? undefined, metadata);
  const expected = number?.isValid() ? number.number : null;
  if (number?.country !== undefined) regions.add(number.country);
  const fast = plainE164(text, region);
  if (fast === undefined) {
    declined++;
    // `.0` at the end is what a spreadsheet wrote behind a whole number: the library takes the zero for a digit.
    if (expected !== null && !text.endsWith('.0') && normalizePhone(text, region).value !== expected) differs(text, region, null, expected);
    continue;
  }
  compared++;
  if (expected !== null) valid++;
  if (fast !== expected) differs(text, region, fast, expected);
}
const missing = Object.keys(metadata.countries).filter((region) => !regions.has(region));
console.log(
  `${compared} compared (${valid} valid, ${compared - valid} not, ${regions.size} regions), ${declined} in unusual notation, ` +
    `${differences} differ: agreement ${(((compared - differences) / compared) * 100).toFixed(4)} %`,
);
if (missing.length > 0) console.error(`no number of: ${missing.join(' ')}`);
if (differences > 0 || missing.length > 0) process.exitCode = 1;
