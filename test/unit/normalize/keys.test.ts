import { describe, expect, it } from 'vitest';
import { companyKey, emailKey, nameKey, phoneKey } from '../../../src/normalize/keys.ts';

describe('emailKey', () => {
  it.each([
    ['John@Example.com', 'john@example.com'],
    ['zhang@163.com', 'zhang@163.com'],
    ['ZHANG＠QQ．COM', 'zhang@qq.com'],
    ['n/a', null],
    ['', null],
    ['无', null],
    [`a@${'b.'.repeat(130)}com`, null],
  ])('%j → %s', (raw, expected) => expect(emailKey(raw)).toBe(expected));
});

describe('phoneKey', () => {
  it.each([
    ['+8613800138000', '+8613800138000'],
    ['+14155552671', '+14155552671'],
    ['13800138000', null],
    ['+86 138 0013 8000', null],
    ['+0123456', null],
    ['', null],
    ['无', null],
  ])('%j → %s', (raw, expected) => expect(phoneKey(raw)).toBe(expected));
});

describe('nameKey', () => {
  it.each([
    ['John Smith', 'john smith'],
    ['Smith, John', 'john smith'],
    ['JOHN  SMITH ', 'john smith'],
    ['J. R. Smith', 'j r smith'],
    ["Pat O'Brien", 'obrien pat'],
    ['Pat O’Brien', 'obrien pat'],
    ['Anna Smith-Jones', 'anna jones smith'],
    ['Jürgen Müller', 'jurgen muller'],
    ['Søren Øberg', 'oberg soren'],
    ['Łukasz', 'lukasz'],
    ['Smith', 'smith'],
    ['', null],
    ['--', null],
    ['？', null],
    ['张伟', '张伟'],
    ['张 伟', '张伟'],
    ['张　伟', '张伟'],
    [' 欧阳 娜娜 ', '欧阳娜娜'],
    ['阿凡提·买买提', '阿凡提买买提'],
    ['ＷＡＮＧ 伟', 'wang 伟'],
    ['张伟 David', 'david 张伟'],
    ['David 张 伟', 'david 张伟'],
    ['张 David 伟', 'david 张伟'],
    ['a'.repeat(300), 'a'.repeat(200)],
    [`${'a'.repeat(199)}𠮷野`, 'a'.repeat(199)],
  ])('%j → %s', (raw, expected) => expect(nameKey(raw)).toBe(expected));
});

describe('companyKey', () => {
  it.each([
    ['Acme', 'acme'],
    ['Acme Co., Ltd.', 'acme co ltd'],
    ['  ACME   co ltd', 'acme co ltd'],
    ['S.A. Müller & Söhne', 's a muller sohne'],
    ['3M', '3m'],
    ['', null],
    ['...', null],
    ['华为技术有限公司', '华为技术有限公司'],
    ['华为（深圳）有限公司', '华为 深圳 有限公司'],
    ['ＡＢＣ有限公司', 'abc有限公司'],
    ['新希望 集团', '新希望 集团'],
    ['b'.repeat(201), 'b'.repeat(200)],
    [`${'b'.repeat(199)} c`, 'b'.repeat(199)],
  ])('%j → %s', (raw, expected) => expect(companyKey(raw)).toBe(expected));
});
