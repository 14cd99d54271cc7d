import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { isRegionCode, normalizeCountry } from '../../../src/normalize/country.ts';

const require = createRequire(import.meta.url);
const codes = require('i18n-iso-countries/codes.json') as [alpha2: string, alpha3: string, numeric: string][];

const NAMES: Readonly<Record<string, readonly string[]>> = {
  US: ['US', 'us', 'USA', 'U.S.A.', 'U.S.', 'United States', 'united  states', 'The United States of America', '840', '美国', '美國'],
  GB: ['GB', 'UK', 'U.K.', 'United Kingdom', 'England', 'Great Britain', 'Scotland', '英国'],
  CN: [
    'CN',
    'CHN',
    '156',
    'China',
    'PRC',
    'P.R. China',
    "People's Republic of China",
    '中国',
    '中國',
    '中华人民共和国',
    ' 中国 ',
    'Китай',
    'Chine',
  ],
  TW: ['TW', 'Taiwan', '台湾', '臺灣', '中国台湾', 'Taiwan, Province of China'],
  HK: ['HK', 'Hong Kong', 'Hong Kong SAR', '香港', '中国香港', '香港特别行政区'],
  MO: ['MO', 'Macau', 'Macao', '澳门', '澳門', '中国澳门'],
  DE: ['Germany', 'Deutschland', 'DEUTSCHLAND', 'Alemania', 'Duitsland', '德国', 'ドイツ'],
  ES: ['España', 'espana', 'Spain', 'Espagne', '西班牙'],
  BR: ['Brasil', 'Brazil', 'Brésil', '巴西'],
  CI: ['Côte d’Ivoire', "Cote d'Ivoire", 'Ivory Coast', '科特迪瓦'],
  TR: ['Türkiye', 'Turkey', '土耳其'],
  KR: ['South Korea', 'Korea, Republic of', '韩国', '韓國', '대한민국'],
  KH: ['Cambodia', '柬埔寨', 'Kambodscha', 'カンボジア'],
  KZ: ['哈萨克斯坦', 'Казахстан', 'Kazajistán'],
  AU: ['澳洲', 'ＡＵＳＴＲＡＬＩＡ', '澳大利亚'],
};

describe('normalizeCountry', () => {
  it.each(Object.entries(NAMES).flatMap(([code, names]) => names.map((name) => [name, code] as const)))('%j is %s', (raw, value) =>
    expect(normalizeCountry(raw)).toEqual({ value, understood: true }),
  );

  it.each([
    ['', ''],
    [' Atlantis ', 'Atlantis'],
    ['Congo', 'Congo'],
    ['XX', 'XX'],
    ['86', '86'],
    ['999', '999'],
    ['California', 'California'],
    ['广东省', '广东省'],
    ['国外', '国外'],
    ['中', '中'],
    ['x'.repeat(500), 'x'.repeat(500)],
  ])('keeps %j', (raw, value) => expect(normalizeCountry(raw)).toEqual({ value, understood: false }));

  it.each(codes)('knows every code: %s %s %s', (alpha2, alpha3, numeric) => {
    expect([alpha2, alpha2.toLowerCase(), alpha3, numeric].map((raw) => normalizeCountry(raw).value)).toEqual([
      alpha2,
      alpha2,
      alpha2,
      alpha2,
    ]);
    expect(isRegionCode(alpha2)).toBe(true);
  });

  it('gives the same answer from its memory', () => {
    expect(normalizeCountry('Deutschland')).toBe(normalizeCountry('Deutschland'));
    for (let i = 0; i < 10_000; i++) normalizeCountry(`nowhere ${i}`);
    expect(normalizeCountry('Deutschland')).toEqual({ value: 'DE', understood: true });
  });
});

describe('isRegionCode', () => {
  it.each(['us', 'USA', 'XX', '', 'U', 'A~', '中国', 'UK'])('refuses %j', (text) => expect(isRegionCode(text)).toBe(false));
});
