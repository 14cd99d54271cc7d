import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../../src/model/fields.ts';
import { NORMALIZERS } from '../../../src/normalize/index.ts';
import type { Normalizer } from '../../../src/normalize/normalizer.ts';

const SAMPLES: Readonly<Record<keyof typeof NORMALIZERS, readonly (readonly [raw: string, value: string])[]>> = {
  line: [
    [' a\u00a0 b ', 'a b'],
    ['ＡＢＣ &amp; Co', 'ABC & Co'],
  ],
  notes: [['a \r\nb', 'a\nb']],
  name: [
    ['SMITH, JOHN', 'John Smith'],
    ['张　伟', '张伟'],
  ],
  given_name: [['JOHN', 'John']],
  family_name: [['VAN DER BERG', 'van der Berg']],
  organisation: [['Acme  Inc.', 'Acme Inc.']],
  website: [['HTTPS://Example.COM/', 'https://example.com']],
  street: [['123 MAIN ST', '123 Main St']],
  place: [['NEW YORK', 'New York']],
  region: [['广东', '广东省']],
  postal_code: [['０１２３４', '01234']],
  language: [
    ['zh_CN', 'zh-CN'],
    ['English', 'en'],
  ],
  tax_id: [['91350100M000100Y43'.toLowerCase(), '91350100M000100Y43']],
  email: [
    ['A@Example.com', 'a@example.com'],
    ['ZHANG＠qq．com', 'zhang@qq.com'],
  ],
  phone: [
    ['+1 415 555 2671', '+14155552671'],
    ['138 0013 8000', '+8613800138000'],
  ],
  country: [
    ['Germany', 'DE'],
    ['中国', 'CN'],
  ],
  date: [
    ['2024/3/5', '2024-03-05'],
    ['2024年3月5日', '2024-03-05'],
  ],
  instant: [
    ['2024-03-05', '2024-03-05T00:00:00.000Z'],
    ['2024年3月5日 8:00', '2024-03-05T08:00:00.000Z'],
  ],
  kind: [
    ['Company', 'organisation'],
    ['个人', 'person'],
  ],
  gender: [
    ['M', 'male'],
    ['女士', 'female'],
  ],
};

describe('NORMALIZERS', () => {
  it('holds every normaliser that the field catalogue names', () => {
    const named = new Set(FIELDS.flatMap((field) => (field.normalizer === undefined ? [] : [field.normalizer])));
    expect([...named].sort()).toEqual(Object.keys(NORMALIZERS).sort());
  });

  it.each(Object.entries(SAMPLES))('%s understands its samples', (name, samples) => {
    const normalizer: Normalizer = NORMALIZERS[name as keyof typeof NORMALIZERS];
    for (const [raw, value] of samples) expect(normalizer(raw, { region: 'CN' })).toMatchObject({ value, understood: true });
  });
});
