import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRequire } from 'node:module';
import { residentIdFacts, uscCheck } from '../../src/normalize/chinese-ids.ts';
import { normalizeDate, normalizeInstant } from '../../src/normalize/date.ts';
import { excelSerialDate } from '../../src/normalize/date-excel-serial.ts';
import { normalizeEmail } from '../../src/normalize/email.ts';
import { emailDoubts } from '../../src/normalize/email-doubts.ts';
import { FREE_PROVIDERS } from '../../src/normalize/email-free-providers.ts';
import { emailKey } from '../../src/normalize/email-key.ts';
import { normalizeLine, normalizeNotes } from '../../src/normalize/line.ts';
import { type Money, parseMoney } from '../../src/normalize/money.ts';
import { normalizePhone } from '../../src/normalize/phone.ts';
import { phoneKey } from '../../src/normalize/phone-key.ts';
import { splitPhones } from '../../src/normalize/phone-list.ts';
import { normalizeTaxId } from '../../src/normalize/tax-id.ts';
import { TAX_ID_VALIDATORS } from '../../src/normalize/tax-id-countries.ts';
import { normalizeText } from '../../src/normalize/text.ts';
import { phoneSamples, randomSource } from '../bench/phone-samples.mjs';

const require = createRequire(import.meta.url);
const metadata = require('libphonenumber-js/metadata.max.json');

/** Texts of the characters and pieces that the cleaning of text looks at. */
const PIECES = [
  ...' \t\n\r\u0000\u0085\u00a0\u00ad\u2003\u2028\u3000\u3164\uffa0\u200b\u200c\u200d\u200e\u202a\ufeff&;#a1é\u0301ÁＡｂ１．，（）＆；－～',
  ...'张伟のﾞｶﾟガ\u3099가\u1100\u1161ｱ｡･',
  ...[
    '&amp;',
    '&amp',
    'amp;',
    '&#38;',
    '#38;',
    '&semi;',
    '&semi',
    '&num;',
    '&#0;',
    '&nbsp;',
    '&zwj;',
    '&#x301;',
    '&lt;',
    '＆ａｍｐ；',
    '&Aacute;',
  ],
  ...['👩', '👧', '🏽', '❤\ufe0f', 'ب', 'می', 'क्', 'ष', 'ש', '\ud83d', '\udc69', '\u037e', '\u212b', '\u1fef', '々', 'ー'],
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 16 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

describe('cleaned text', () => {
  it.each(Object.entries({ normalizeLine, normalizeNotes }))('%s is idempotent, NFC and trimmed', (_, normalize) => {
    fc.assert(
      fc.property(text, (raw) => {
        const once = normalize(raw);
        expect(normalize(once)).toBe(once);
        expect(once).toBe(once.normalize('NFC'));
        expect(once).toBe(once.trim());
        expect(once).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff\u200b]/);
      }),
      { numRuns: 20_000 },
    );
  });

  it('a line has no blanks but single spaces', () => {
    fc.assert(
      fc.property(text, (raw) => {
        expect(normalizeLine(raw)).not.toMatch(/[^\S ]| {2}/);
      }),
      { numRuns: 5000 },
    );
  });
});

/** Texts made of the given pieces. */
function made(pieces: readonly string[], maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { maxLength }).map((parts) => parts.join(''));
}

describe('e-mail addresses', () => {
  const address = fc.oneof(
    made(
      [
        ...'aZé张@＠.．。 ,;，；、<>+-_019"',
        '@gmail.com',
        '@googlemail.com',
        '@qq .com',
        ' @ ',
        '.com',
        'mailto:',
        '\u00a0',
        '(x)',
        '@b. com',
      ],
      10,
    ),
    fc.tuple(made([...'a.+-1é张'], 6), fc.constantFrom(...FREE_PROVIDERS)).map(([local, domain]) => `${local}@${domain}`),
    text,
  );

  it('are idempotent, and kept where they are not understood', () => {
    fc.assert(
      fc.property(address, (raw) => {
        const once = normalizeEmail(raw);
        expect(normalizeEmail(once.value)).toEqual(once);
        if (!once.understood) expect(once.value).toBe(normalizeText(raw));
      }),
      { numRuns: 10_000 },
    );
  });

  it('have idempotent keys', () => {
    fc.assert(
      fc.property(address, (raw) => {
        const key = emailKey(raw);
        expect(key === null).toBe(!normalizeEmail(raw).understood);
        if (key !== null) expect(emailKey(key)).toBe(key);
      }),
      { numRuns: 10_000 },
    );
  });

  it('have doubts that never throw, whose suggestion is an address without a slip', () => {
    const slip = fc
      .tuple(fc.constantFrom(...FREE_PROVIDERS), fc.nat(12), made([...'aglmo.c1'], 2))
      .map(([d, at, more]) => `x@${d.slice(0, at)}${more}${d.slice(at + 1)}`);
    fc.assert(
      fc.property(fc.oneof(slip, address), (raw) => {
        for (const { code, suggestion } of emailDoubts(raw)) {
          expect(suggestion !== undefined).toBe(code === 'LIKELY_TYPO');
          if (suggestion !== undefined && normalizeEmail(raw).understood) {
            expect(normalizeEmail(suggestion)).toEqual({ value: suggestion.toLowerCase(), understood: true });
            expect(suggestion).not.toBe(raw);
          }
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('phone numbers', () => {
  const number = fc.oneof(
    made([...'+0123456789 -().,;/#转、x', '138', '+86', '010', '00', '011', '086', 'ext', '８', '或', '\n', '138001380'], 14),
    text,
  );

  it('have idempotent keys of 7 to 15 digits', () => {
    fc.assert(
      fc.property(number, (raw) => {
        const key = phoneKey(raw);
        if (key === null) return;
        expect(key).toMatch(/^[1-9]\d{6,14}$/);
        expect(phoneKey(key)).toBe(key);
      }),
      { numRuns: 10_000 },
    );
  });

  it('share a key, canonical or national', () => {
    const next = phoneSamples(metadata, randomSource(1));
    let shared = 0;
    for (let i = 0; i < 5000; i++) {
      const { text: written, region } = next();
      const { value, understood } = normalizePhone(written, region);
      if (!understood) continue;
      const key = phoneKey(value);
      if (key === null) continue;
      expect(phoneKey(key)).toBe(key);
      shared++;
    }
    expect(shared).toBeGreaterThan(1000);
  });

  it('are split without losing a digit, and again into the same', () => {
    fc.assert(
      fc.property(number, (raw) => {
        const parts = splitPhones(raw);
        const digits = (written: string) => written.normalize('NFKC').replace(/[^0-9]/g, '');
        expect(parts.map(digits).join('')).toBe(digits(normalizeText(raw)));
        for (const part of parts) expect(part).toBe(normalizeText(part));
        expect(parts.includes('')).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });

  it('are not split where it is one', () => {
    const next = phoneSamples(metadata, randomSource(2));
    for (let i = 0; i < 20_000; i++) {
      const { text: written, region } = next();
      // Fourteen digits around a slash are two numbers for every reader.
      if (written.includes('/') || !normalizePhone(written, region).understood) continue;
      expect(splitPhones(written)).toEqual([normalizeText(written)]);
    }
  });

  it('are idempotent with the prefixes and signs that are taken away', () => {
    fc.assert(
      fc.property(number, fc.constantFrom(null, 'CN', 'US', 'DE'), (raw, region) => {
        const once = normalizePhone(raw, region);
        const twice = normalizePhone(once.value, region);
        expect(twice.value).toBe(once.value);
        if (!once.understood) expect(once.value).toBe(normalizeText(raw));
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('dates', () => {
  const date = fc.oneof(
    made([...'0123456789-/. ,年月日号', '85', '31', '12', '2024', 'Mar', '12 Mar', '1990年', '下午', ':30', "'"], 8),
    fc.tuple(fc.nat(99), fc.constantFrom(...'-/.'), fc.nat(31), fc.nat(99)).map(([a, sign, b, c]) => [a, b, c].join(sign)),
  );
  const order = fc.constantFrom(undefined, 'dmy' as const, 'mdy' as const);

  it('that are understood without a pivot are the same with one', () => {
    fc.assert(
      fc.property(date, order, fc.nat(100), (raw, dateOrder, twoDigitYearPivot) => {
        for (const normalize of [normalizeDate, normalizeInstant]) {
          const before = normalize(raw, { dateOrder });
          const after = normalize(raw, { dateOrder, twoDigitYearPivot });
          if (before.understood) expect(after).toEqual(before);
          expect(normalize(after.value, { dateOrder, twoDigitYearPivot })).toEqual(after);
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it('of serial numbers are days that exist', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(3_100_000).map(String), date, text), fc.boolean(), (raw, date1904) => {
        const day = excelSerialDate(raw, { date1904 });
        if (day !== null) expect(normalizeDate(day)).toEqual({ value: day, understood: true });
      }),
      { numRuns: 5000 },
    );
  });
});

describe('tax and identity numbers', () => {
  const digits = fc.stringMatching(/^[0-9A-HJ-NPQRTUWXY]{17}$/);

  it('are idempotent in every country, and kept where they are not understood', () => {
    const written = fc.oneof(made([...'0123456789AXx-. DEGRBU/９张', 'DE', 'GB', 'CHE', '1101051949123100', '44030071526726'], 20), text);
    fc.assert(
      fc.property(written, fc.constantFrom(null, 'CN', ...TAX_ID_VALIDATORS.keys()), (raw, country) => {
        const once = normalizeTaxId(raw, { country });
        expect(normalizeTaxId(once.value, { country })).toEqual(once);
        if (!once.understood) expect(once.value).toBe(normalizeText(raw));
        if (once.kind === null) expect(once).toEqual({ value: normalizeLine(raw), understood: true, kind: null });
      }),
      { numRuns: 20_000 },
    );
  });

  it('are resident numbers even where they pass as credit codes', () => {
    let both = 0;
    for (let i = 0; i < 1000; i++) {
      const body = `44030519850305${String(i).padStart(3, '0')}`;
      const id = [...'0123456789X'].map((check) => body + check).find((text) => residentIdFacts(text) !== null) as string;
      if (uscCheck(id)) both++;
      expect(normalizeTaxId(id, { country: 'CN' })).toEqual({ value: id, understood: true, kind: 'CN_RESIDENT_ID' });
    }
    expect(both).toBeGreaterThan(10);
  });

  it('have one check character', () => {
    fc.assert(
      fc.property(digits, (body) => {
        const code = body.slice(0, 2) + body.slice(2, 8).replace(/\D/g, '0') + body.slice(8);
        expect([...'0123456789ABCDEFGHJKLMNPQRTUWXY'].filter((check) => uscCheck(code + check))).toHaveLength(1);
        const resident = `110105${'19491231'}${String(body.length).padStart(3, '0')}`;
        expect([...'0123456789X'].filter((check) => residentIdFacts(resident + check) !== null)).toHaveLength(1);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('amounts in 万 and 亿', () => {
  it('are exactly the amount in digits', () => {
    fc.assert(
      fc.property(
        fc.nat(99_999),
        fc.nat(999_999),
        fc.constantFrom(['万', 4] as const, ['亿', 8] as const),
        (whole, decimals, [unit, power]) => {
          const fraction = String(decimals).padStart(6, '0');
          const context = { currency: 'CNY', fallback: null, decimal: null };
          const { minor } = parseMoney(`${whole}.${fraction}${unit}元`, context) as Money;
          expect(BigInt(minor)).toBe(BigInt(`${whole}${fraction}${'0'.repeat(power + 2 - 6)}`));
        },
      ),
    );
  });
});

describe('a megabyte', () => {
  const units = [
    '1',
    ' ',
    '1 ',
    '1/',
    '1;',
    'a.',
    'a@',
    '@',
    '.',
    ' .',
    '<',
    '&#',
    '张',
    '\u200d',
    '；',
    '-',
    '(',
    'ext ',
    '\ud800',
    '9144',
  ];
  it.each(units)('of %j is taken by all', (unit) => {
    for (const raw of [unit.repeat(1_000_000 / unit.length), `a@b ${unit.repeat(1_000_000 / unit.length)}x`]) {
      normalizeEmail(raw);
      emailKey(raw);
      emailDoubts(raw);
      emailDoubts(`a@${raw}.com`);
      normalizePhone(raw, 'CN');
      phoneKey(raw);
      splitPhones(raw);
      normalizeDate(raw, { twoDigitYearPivot: 69 });
      excelSerialDate(raw);
      normalizeTaxId(raw, { country: 'CN' });
      parseMoney(raw, { currency: null, fallback: 'CNY', decimal: null });
    }
    // As long a text as is still taken apart.
    splitPhones(unit.repeat(4000 / unit.length));
  });
});
