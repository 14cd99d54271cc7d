/** Calling codes of two digits (ITU-T E.164); those of one are 1 and 7. */
const TWO_DIGITS =
  '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98';
/** Of three digits: the first two, then the third ones that are assigned. */
const THREE_DIGITS =
  '21:12368 22:0123456789 23:0123456789 24:0123456789 25:012345678 26:0123456789 29:01789 35:0123456789 37:0123456789 38:01235679 ' +
  '42:013 50:0123456789 59:0123456789 67:02346789 67:5 68:012356789 69:012 80:08 85:02356 87:08 88:012368 96:012345678 97:01234567 ' +
  '97:9 99:234568';

/** How long the calling code is, by the first three digits of an international number; 0 where none is assigned. */
const LENGTHS = new Uint8Array(1000);
LENGTHS.fill(1, 100, 200).fill(1, 700, 800);
for (const code of TWO_DIGITS.split(' ')) LENGTHS.fill(2, Number(code) * 10, Number(code) * 10 + 10);
for (const group of THREE_DIGITS.split(' ')) {
  const [first, thirds] = group.split(':') as [string, string];
  for (const third of thirds) LENGTHS[Number(first + third)] = 3;
}

/**
 * Digits of the calling code that international digits (without the plus) begin with: 1 to 3, or 0 where no code is
 * assigned. No code begins another one. Source: ITU-T E.164, list of assigned country codes.
 */
export function callingCodeLength(digits: string): number {
  if (digits.length < 3) return 0;
  const first = (digits.charCodeAt(0) - 48) * 100 + (digits.charCodeAt(1) - 48) * 10 + (digits.charCodeAt(2) - 48);
  return LENGTHS[first] ?? 0;
}
