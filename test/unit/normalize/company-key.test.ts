import { expect, it } from 'vitest';
import { companyKey } from '../../../src/normalize/company-key.ts';

it.each([
  ['Acme', 'acme'],
  ['ACME Inc.', 'acme'],
  ['Acme Ltd Inc', 'acme'],
  ['Acme Limited Company', 'acme'],
  ['Acme Widgets', 'acme widgets'],
  ['Acme-Widgets, LLC', 'acme widgets'],
  ['AT&T Inc.', 'at t'],
  ['Müller GmbH', 'muller'],
  ['Foo s r l', 'foo'],
  ['Foo S.A.', 'foo'],
  ['Foo S A', 'foo s a'],
  ['Limited', 'limited'],
  ['Acme Branch', 'acme'],
  ['3M Company', '3m'],
  ['华为技术有限公司', '华为技术'],
  ['華為技術有限公司', '华为技术'],
  ['华 为 技 术', '华为技术'],
  ['深圳市华为技术有限公司', '华为技术'],
  ['华为技术（深圳）有限公司', '华为技术'],
  ['上海有限公司', '上海'],
  ['中国银行股份有限公司', '中国银行'],
  ['北京银行', '北京银行'],
  ['ABC贸易（上海）有限公司', 'abc贸易'],
  ['有限公司', '有限公司'],
  ['', null],
  ['--', null],
  ['（）', null],
  ['x'.repeat(250), 'x'.repeat(200)],
  ['华'.repeat(400), '华'.repeat(200)],
])('%j → %j', (name, key) => {
  expect(companyKey(name)).toBe(key);
  if (key !== null) expect(companyKey(key)).toBe(key);
});

it('takes off what a thousand forms are', () => {
  expect(companyKey(`acme ${'ltd '.repeat(60)}`)).toBe('acme');
  expect(companyKey(`中信${'有限公司'.repeat(60)}`)).toBe('中信');
});
