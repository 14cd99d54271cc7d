import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NORMALIZERS } from '../../src/normalize/index.ts';
import type { Normalizer } from '../../src/normalize/normalizer.ts';
import { nameKey } from '../../src/normalize/name-key.ts';
import { sameNamePossible } from '../../src/normalize/same-name.ts';
import { normalizeText } from '../../src/normalize/text.ts';

/** Any text at all, and texts of the characters that normalisers look at. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(...' \t\u00a0\u3000\ufeff\u200b\u202a019+-.()/:@<>,;xZTe#＋０９＠．年月日号转分机张伟男女\u0301İßΣ\ud83d'),
    maxLength: 24,
  }),
  fc
    .tuple(fc.constantFrom('+86', '0086', 'a@', 'mailto:', '2024-', '2024年', '中国', ''), fc.string({ maxLength: 12 }))
    .map((parts) => parts.join('')),
);
const region = fc.constantFrom(null, 'CN', 'US', 'DE', 'IT', 'XX');

describe('every normaliser', () => {
  it.each(Object.entries<Normalizer>(NORMALIZERS))('%s is idempotent and never throws', (_, normalizer) => {
    fc.assert(
      fc.property(anyText, region, (raw, regionCode) => {
        const once = normalizer(raw, { region: regionCode });
        const twice = normalizer(once.value, { region: regionCode });
        expect(twice.value).toBe(once.value);
        if (once.understood) expect(twice.understood).toBe(true);
        else expect(once.value).toBe(normalizeText(raw));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('normalizeText', () => {
  it('is NFC without blanks at the ends, and changes nothing else', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const text = normalizeText(raw);
        expect(text).toBe(text.normalize('NFC'));
        expect(text).toBe(text.trim());
        const lone = /\p{Surrogate}/gu;
        expect(raw.normalize('NFC').replace(lone, '\ufffd')).toContain(text);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('sameNamePossible', () => {
  const word = fc.oneof(
    fc.stringMatching(/^[ab]{1,5}$/),
    fc.constantFrom('john', 'jhon', 'j', 'smith', 'smyth', 'christopher', '张伟', '张'),
  );
  const key = fc.option(
    fc.array(word, { minLength: 1, maxLength: 5 }).map((list) => nameKey(list.join(' '))),
    { nil: null },
  );

  it('is symmetric, and true of a name and itself, its initials or nothing', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(sameNamePossible(a, b)).toBe(sameNamePossible(b, a));
        expect(sameNamePossible(a, a)).toBe(true);
        expect(sameNamePossible(a, null)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
