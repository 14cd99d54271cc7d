import { describe, expect, it } from 'vitest';
import { normalizeGender } from '../../../src/normalize/gender.ts';
import { normalizeKind } from '../../../src/normalize/kind.ts';

describe('normalizeKind', () => {
  it.each([
    ['person', ['person', 'Person', ' INDIVIDUAL ', 'contact', 'Private person', '个人', '个人客户', '人', '自然人', '個人']],
    [
      'organisation',
      ['organisation', 'Organization', 'COMPANY', 'business', 'Firma', 'société', '公司', '企业', '单位', '企业客户', '機構', '团体'],
    ],
  ] as const)('%s', (value, words) => {
    for (const raw of words) expect({ raw, ...normalizeKind(raw) }).toEqual({ raw, value, understood: true });
  });
  it.each([
    ['', ''],
    [' robot ', 'robot'],
    ['未知', '未知'],
    ['x'.repeat(100), 'x'.repeat(100)],
  ])('keeps %j', (raw, value) => expect(normalizeKind(raw)).toEqual({ value, understood: false }));
});

describe('normalizeGender', () => {
  it.each([
    ['male', ['male', 'M', 'm', 'Mr.', 'Männlich', 'Herr', '男', '男性', '先生', ' 男 ', 'Ｍ']],
    ['female', ['female', 'F', 'Ms.', 'MRS', 'weiblich', 'Señora', '女', '女士', '小姐', '女性', '太太']],
    ['other', ['other', 'X', 'non-binary', 'divers', '其他', '其它']],
  ] as const)('%s', (value, words) => {
    for (const raw of words) expect({ raw, ...normalizeGender(raw) }).toEqual({ raw, value, understood: true });
  });
  it.each([
    ['', ''],
    ['1', '1'],
    [' 0 ', '0'],
    ['unknown', 'unknown'],
    ['保密', '保密'],
    ['未知', '未知'],
  ])('keeps %j', (raw, value) => expect(normalizeGender(raw)).toEqual({ value, understood: false }));
});
