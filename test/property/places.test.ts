import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey } from '../../src/normalize/address-key.ts';
import { parseChineseAddress } from '../../src/normalize/chinese-address.ts';
import { companyKey } from '../../src/normalize/company-key.ts';
import { normalizeLanguage } from '../../src/normalize/language.ts';
import { normalizeLine } from '../../src/normalize/line.ts';
import type { Normalized } from '../../src/normalize/normalizer.ts';
import { companiesMayBeOne, normalizeOrganisation } from '../../src/normalize/organisation.ts';
import { normalizePlace } from '../../src/normalize/place.ts';
import { normalizePostalCode } from '../../src/normalize/postal-code-format.ts';
import { normalizeRegion } from '../../src/normalize/region.ts';
import { normalizeStreet } from '../../src/normalize/street.ts';
import { normalizeText } from '../../src/normalize/text.ts';
import { normalizeWebsite, websiteDomain } from '../../src/normalize/website.ts';

const PIECES =
  "Acme|acme|Inc.|Ltd|Co.,|GmbH|& Co. KG|S.A.|s a|A/S|PT|ООО|Limited|The|Branch|London|(China)|北京|北京市|广东省|深圳|深圳市|南山区|市北区|青岛市|吉林|内蒙古|红旗|中国|华为|银行|科技|有限公司|股份|集团|（深圳）|(集团)|分公司|分行|株式会社|㈱|주식회사|大学|南京西路|1号|88號|香港|臺灣|三明|路|区|县|市|省|MAIN|ST|ave|PO BOX|5TH|nw|de|l'|#4|O'|No.|SW1A1AA|k1a 0b1|D-|80331|518000|〒|100-0001|en|EN|zh|_CN|-Hans|语|中文|English|http://|HTTPS://|www.|a.com|例子|.中国|xn--|:80|/|?utm_x=1|&b=2|#F|@|utm|California|Calif.|Guangdong|&amp;|&#x26;|\n|\r\n|\u3000|\u200b|\u0000|\ud83d|İ|ß|ǅ|ŉ|ﬃ|\u0301|Ａ|１|　|（|）|(|)|-|.|,| ".split(
    '|',
  );
/** Any text, and texts of the words and signs that the code looks at. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((parts) => parts.join(' ')),
);
const country = fc.constantFrom(null, 'CN', 'US', 'CA', 'AU', 'DE', 'GB', 'JP', 'LV', 'PL', 'ZZ', 'constructor');

const NORMALIZERS: Readonly<Record<string, (raw: string, context: { readonly country: string | null }) => Normalized>> = {
  normalizeOrganisation,
  normalizePlace,
  normalizeStreet,
  normalizeRegion,
  normalizePostalCode,
  normalizeLanguage,
  normalizeWebsite,
};

describe('every normaliser of organisations and places', () => {
  it.each(Object.entries(NORMALIZERS))('%s is idempotent, never throws and never empties', (_, normalizer) => {
    fc.assert(
      fc.property(text, country, (raw, code) => {
        const once = normalizer(raw, { country: code });
        const twice = normalizer(once.value, { country: code });
        expect(twice.value).toBe(once.value);
        if (once.understood) expect(twice.understood).toBe(true);
        else expect(once.value).toBe(normalizeText(raw));
        if (once.value === '') expect(normalizeText(raw)).toBe('');
      }),
      { numRuns: 4000 },
    );
  });

  it.each(Object.entries(NORMALIZERS))('%s takes a megabyte', (_, normalizer) => {
    for (const piece of ['a', '中', 'a ', '(', '（中', '.a', '- ', '/?&=', 'É', '\ud83d', '&amp;', 'S.A. ', '号1']) {
      const raw = piece.repeat(2 ** 20 / piece.length);
      const once = normalizer(raw, { country: 'CN' });
      expect(normalizer(once.value, { country: 'CN' }).value).toBe(once.value);
    }
  });
});

describe('companyKey', () => {
  it('is its own key, and short', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const key = companyKey(raw);
        if (key === null) {
          expect(normalizeLine(raw)).not.toMatch(/[a-z0-9\u4e00-\u9fff]/i);
          return;
        }
        expect(companyKey(key)).toBe(key);
        expect(key.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 6000 },
    );
  });

  it('decides plain names as it decides all others', () => {
    const word = fc.constantFrom(...'acme ltd s a r l b v co inc branch the pt sa ab gmbh kg x1 zoo'.split(' '));
    const han = fc.constantFrom(
      ...'北京 深圳市 昆山市 中国 华为 银行 科技 有限公司 股份 集团 分公司 分行 大学 三明 株式会社 路 市 个体户'.split(' '),
    );
    const name = fc.oneof(
      fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' ')),
      fc.array(han, { minLength: 1, maxLength: 6 }).map((words) => words.join('')),
    );
    fc.assert(
      fc.property(name, (plain) => {
        expect(companyKey(`${plain} .`)).toBe(companyKey(plain));
      }),
      { numRuns: 5000 },
    );
  });

  it('a company may be itself, and it is the same in both orders', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(companiesMayBeOne(a, a)).toBe(companyKey(a) !== null);
        expect(companiesMayBeOne(a, b)).toBe(companiesMayBeOne(b, a));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('addresses', () => {
  it('parseChineseAddress loses no character of the street, and never throws', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const address = parseChineseAddress(raw);
        if (address?.street) expect(address.street).toBe(address.street.trim());
        if (address !== null) expect(address.region).toMatch(/[省市区]$/);
      }),
      { numRuns: 4000 },
    );
  });

  it('addressKey ignores case, blanks at the ends and punctuation, and is short', () => {
    fc.assert(
      fc.property(text, text, fc.option(text, { nil: null }), country, (street, city, code, where) => {
        const values = { street, city, region: null, postal_code: code, country: where };
        const key = addressKey(values);
        expect(addressKey({ ...values, street: ` ${street} ` })).toBe(key);
        expect(key === null || (key.length > 0 && key.length <= 200)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    const words = fc.array(fc.constantFrom('Main', 'Street', 'Ave', 'North', '12', 'Apt', '4b', 'Long'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(words, (list) => {
        const of = (street: string) => addressKey({ street, city: 'X', region: null, postal_code: null, country: null });
        expect(of(list.join(', ').toUpperCase())).toBe(of(list.join(' ')));
      }),
    );
  });

  it('takes a megabyte', () => {
    for (const piece of ['a', '北京市', 'a ', '1号', '(', 'S.A. ']) {
      const raw = piece.repeat(2 ** 20 / piece.length);
      expect(parseChineseAddress(raw)).toBeNull();
      expect(addressKey({ street: raw, city: raw, region: raw, postal_code: raw, country: null })).toBeNull();
      expect(addressKey({ street: 'Main St 1', city: raw, region: raw, postal_code: raw, country: null })?.length ?? 0).toBeLessThanOrEqual(
        200,
      );
      expect(companyKey(raw)?.length ?? 0).toBeLessThanOrEqual(200);
    }
  });

  it('websiteDomain is its own domain', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const domain = websiteDomain(raw);
        if (domain !== null && !domain.startsWith('www.')) expect(websiteDomain(domain)).toBe(domain);
      }),
      { numRuns: 3000 },
    );
  });
});
