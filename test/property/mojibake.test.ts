import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findMojibake, mayBeMojibake } from '../../src/normalize/mojibake.ts';

const garblings: readonly ((text: string) => string)[] = [
  (text) => String.fromCharCode(...new TextEncoder().encode(text)),
  (text) => new TextDecoder('gbk').decode(new TextEncoder().encode(text)),
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'aéÃ©Â°â€™ï¿½鏉庢槑锟斤拷张伟 –…”\u0081\ufffd?ÕÅÈý'), maxLength: 12 }),
);

it('what is proven is exactly what the text was, whatever the text is', () => {
  fc.assert(
    fc.property(anyText, (raw) => {
      const found = findMojibake(raw);
      if (found?.kind !== 'proven') return;
      expect(found.text.length).toBeLessThan(raw.length);
      let text = found.text;
      const seen: string[] = [];
      for (let round = 0; round < 3; round++) {
        seen.push(...garblings.map((garble) => sameCharacters(garble(text))));
        text = (garblings[0] as (text: string) => string)(text);
      }
      expect(seen).toContain(sameCharacters(raw));
    }),
    { numRuns: 5000 },
  );
});

it('the first look misses nothing that the close one proves of names', () => {
  const name = fc.string({ unit: fc.constantFrom(...'AbcéñüßÅøŁ阿里王小明иван ñ’'), minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(name, fc.constantFrom(...garblings), (text, garble) => {
      const raw = garble(text);
      if (findMojibake(raw)?.kind === 'proven') expect(mayBeMojibake(raw)).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

/** Windows-1252 and latin-1 differ in the characters of 32 bytes only. */
function sameCharacters(text: string): string {
  const signs = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
  return text.replace(/[\u0100-\uffff]/g, (sign) => (signs.includes(sign) ? String.fromCharCode(0x80 + signs.indexOf(sign)) : sign));
}
