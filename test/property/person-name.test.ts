import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../src/model/fold.ts';
import { foldHan } from '../../src/normalize/han-fold.ts';
import { nameAltKey } from '../../src/normalize/name-alt-key.ts';
import { nameKey } from '../../src/normalize/name-key.ts';
import { parsePersonName } from '../../src/normalize/name-parts.ts';
import { formalName, sameNickname } from '../../src/normalize/nicknames.ts';
import { normalizeFamilyName, normalizeGivenName, normalizePersonName } from '../../src/normalize/person-name.ts';
import { normalizeText } from '../../src/normalize/text.ts';

/** Words that the code knows, in every case, and signs between them. */
const words =
  "john SMITH Van der DE LA al- von zu y e Mc mc MACDONALD Mac o' D' l’ Dr. DR prof Mr MRS md MD Jr. jr SR II iii PhD ph.d. Esq J. R JP tj ng ıI İ ß ẞ ǆ ﬁ Σς ΣΑΣ იო " +
  'Ltd and & zhang WEI wei-ming ou yang lü lv Dan bob Alex Nguyễn VĂN García maría 张 伟 歐陽 欧阳 鋒 王 总 先生 女士 經理 老 小 さくら 様 김 민수 님 阿凡提 · ・ . , ， - — \u3000 \u00a0 \u200b &amp; 1 2nd @ 𠮷';
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc
    .array(fc.tuple(fc.constantFrom(...words.split(' ')), fc.constantFrom(' ', ' ', ', ', '', '-', '.', '  ')), { maxLength: 7 })
    .map((list) => list.flat().join('')),
  fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 6 }).map((list) => list.join(' ').toUpperCase()),
  fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 6 }).map((list) => list.join(' ').toLowerCase()),
  fc.string({ unit: fc.constantFrom(..."aAbBiIzZvV ,.-'’·ßİıéÉ张伟欧阳總总\ud83d\u0301\u0000"), maxLength: 20 }),
);
const country = fc.constantFrom(null, 'CN', 'JP', 'TR', 'FR', 'NL', 'ES', 'BR', 'VN', 'HU', 'KR', 'US');

describe('normalisers of names', () => {
  it.each(Object.entries({ normalizePersonName, normalizeGivenName, normalizeFamilyName }))(
    '%s is idempotent, never throws, and keeps as text what it does not understand',
    (_, normalizer) => {
      fc.assert(
        fc.property(anyName, country, (raw, code) => {
          const once = normalizer(raw, { country: code });
          const twice = normalizer(once.value, { country: code });
          expect(twice).toEqual(once);
          if (!once.understood) expect(once.value).toBe(normalizeText(raw));
          else expect(once.value).not.toBe('');
        }),
        { numRuns: 6000 },
      );
    },
  );

  it('change no letter but its case and place', () => {
    const letters = (text: string) =>
      [
        ...fold(text.normalize('NFKC'))
          .replaceAll('ς', 'σ')
          .replace(/[^\p{L}\p{N}]/gu, ''),
      ]
        .sort()
        .join('');
    const clean = fc.string({ unit: fc.constantFrom(..."aAbBeEzZdDrRjJvVnN ,.-'’éÉßüÜжЖσΣ张伟欧阳・"), maxLength: 24 });
    fc.assert(
      fc.property(
        fc.oneof(
          clean,
          clean.map((text) => text.toUpperCase()),
        ),
        country,
        (raw, code) => {
          fc.pre(code !== 'TR');
          for (const normalizer of [normalizePersonName, normalizeGivenName, normalizeFamilyName]) {
            expect(letters(normalizer(raw, { country: code }).value)).toBe(letters(raw));
          }
        },
      ),
      { numRuns: 4000 },
    );
  });

  it('never change the case of a name in mixed case', () => {
    const mixed = fc.array(fc.stringMatching(/^[A-Za-z]{1,8}$/), { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));
    fc.assert(
      fc.property(mixed, (name) => {
        fc.pre(name !== name.toUpperCase() && name !== name.toLowerCase());
        expect(normalizePersonName(name)).toEqual({ value: name, understood: true });
      }),
      { numRuns: 2000 },
    );
  });

  it('take linear time', () => {
    for (const piece of ['a', 'A ', "a'", '- ', '张 ', '·', ', ', 'van ', 'mc', '.', '\ud83d', '&amp;', '先生']) {
      const long = piece.repeat(1_000_000 / piece.length);
      const start = performance.now();
      for (const normalizer of [normalizePersonName, normalizeFamilyName]) expect(normalizer(long).understood).toBe(false);
      parsePersonName(long);
      expect(performance.now() - start).toBeLessThan(1500);
    }
  });
});

describe('parsePersonName', () => {
  it('never throws, and makes up no letter', () => {
    fc.assert(
      fc.property(anyName, country, (raw, code) => {
        const parts = parsePersonName(raw, { country: code });
        const found = [parts.prefix, parts.given, parts.middle, parts.family, parts.suffix].filter((part) => part !== null);
        expect(found).not.toContain('');
        if (parts.certain) expect(parts.family ?? parts.given).not.toBeNull();
        if (parts.culture === 'single') expect(parts.certain).toBe(false);
        const letters = (text: string) => [...text.replaceAll('ς', 'σ').replace(/[^\p{L}]/gu, '')].sort().join('');
        const all = normalizePersonName(raw, { country: code });
        if (parts.certain && all.understood) expect(letters(fold(found.join('')))).toBe(letters(fold(all.value)));
      }),
      { numRuns: 6000 },
    );
  });
});

describe('keys of names', () => {
  it.each(Object.entries({ nameKey, nameAltKey }))('%s is idempotent, at most 200 long and null together with the other', (_, key) => {
    fc.assert(
      fc.property(anyName, (raw) => {
        const once = key(raw);
        expect(once === null).toBe(nameKey(raw) === null);
        if (once === null) return;
        expect(key(once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 6000 },
    );
  });

  it.each(Object.entries({ nameKey, nameAltKey }))('%s of long texts is idempotent too', (_, key) => {
    const long = fc.array(fc.constantFrom('dr', 'drab', 'bob', 'alexander', '张伟', 'ph', 'd', 'x'.repeat(180)), {
      minLength: 30,
      maxLength: 60,
    });
    fc.assert(
      fc.property(long, (list) => {
        const once = key(list.join(' ')) as string;
        expect(key(once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 500 },
    );
  });

  it('do not depend on the order of words, case or accents', () => {
    const list = fc.array(fc.constantFrom('anna', 'müller', 'bob', 'dr', 'smith', 'zhang', 'weiming', 'jr'), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(list, (names) => {
        for (const key of [nameKey, nameAltKey]) expect(key([...names].reverse().join(', ').toUpperCase())).toBe(key(names.join(' ')));
      }),
    );
  });

  it('foldHan is idempotent and keeps the length', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.string({ unit: fc.integer({ min: 0x3400, max: 0x9fff }).map((code) => String.fromCharCode(code)) }),
        (a, b) => {
          for (const text of [a, b]) {
            expect(foldHan(text)).toHaveLength(text.length);
            expect(foldHan(foldHan(text))).toBe(foldHan(text));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('nicknames', () => {
  it('sameNickname is symmetric, and a formal name is no nickname of another', () => {
    const word = fc.oneof(
      fc.constantFrom('bob', 'rob', 'alex', 'robert', 'jack', 'john', 'sasha', 'pepe', 'josé'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(sameNickname(a, b)).toBe(sameNickname(b, a));
        expect(sameNickname(a, a)).toBe(true);
        const formal = formalName(a);
        if (formal === null) return;
        expect(formalName(formal)).toBeNull();
        expect(sameNickname(a, formal)).toBe(true);
      }),
    );
  });
});
