import { describe, expect, it } from 'vitest';
import { callingCodeLength } from '../../../src/normalize/calling-codes.ts';
import { emailKey } from '../../../src/normalize/email-key.ts';
import { phoneKey } from '../../../src/normalize/phone-key.ts';
import { countryOfNumber, phoneMetadata } from '../../../src/normalize/phone-library.ts';

describe('emailKey', () => {
  it.each([
    ['john@example.com', 'john@example.com'],
    ['John@Example.com', 'john@example.com'],
    ['j.o.h.n@gmail.com', 'john@gmail.com'],
    ['j.ohn+news@googlemail.com', 'john@gmail.com'],
    ['john+a+b@gmail.com', 'john@gmail.com'],
    ['john.smith+x@outlook.com', 'john.smith@outlook.com'],
    ['john+x@hotmail.co.uk', 'john@hotmail.co.uk'],
    ['john+x@icloud.com', 'john@icloud.com'],
    ['john+x@proton.me', 'john@proton.me'],
    ['john+x@fastmail.com', 'john@fastmail.com'],
    ['john+x@yandex.ru', 'john@yandex.ru'],
    ['john+x@example.com', 'john+x@example.com'],
    ['john.smith@example.com', 'john.smith@example.com'],
    ['+x@gmail.com', '+x@gmail.com'],
    ['a.+x@outlook.com', 'a.+x@outlook.com'],
    ['a.+x@gmail.com', 'a@gmail.com'],
    ['john+x@gmail.com.evil.example', 'john+x@gmail.com.evil.example'],
    ['10086@qq.com', '10086@qq.com'],
    ['zhang+wei@qq.com', 'zhang+wei@qq.com'],
    ['zhang.wei@163.com', 'zhang.wei@163.com'],
    ['ＺｈａｎｇＷｅｉ＠１６３．ｃｏｍ', 'zhangwei@163.com'],
    ['张伟@例子.中国', '张伟@例子.中国'],
    ['', null],
    ['n/a', null],
    ['无', null],
    ['a@b.com; c@d.com', null],
  ])('of %j is %j', (email, key) => expect(emailKey(email)).toBe(key));
});

describe('phoneKey', () => {
  it.each([
    ['+8613800138000', '13800138000'],
    ['13800138000', '13800138000'],
    ['138 0013 8000', '13800138000'],
    ['+86 138-0013-8000', '13800138000'],
    ['１３８００１３８０００', '13800138000'],
    ['+861065551234', '1065551234'],
    ['010-6555 1234', '1065551234'],
    ['（0755）88886666', '75588886666'],
    ['+8675588886666', '75588886666'],
    ['+864008208820', '4008208820'],
    ['400-820-8820', '4008208820'],
    ['+85223456789', '23456789'],
    ['020 7946 0018', '2079460018'],
    ['+442079460018', '2079460018'],
    ['+12125550100', '2125550100'],
    ['+390612345678', '612345678'],
    ['+29022158', '29022158'],
    ['95588', null],
    ['010-65551234 转 801', null],
    ['65551234#801', null],
    ['手机13800138000', null],
    ['1.38E+10', null],
    ['1234567890123456', null],
    ['0000000', null],
    ['', null],
    ['+', null],
  ])('of %j is %j', (phone, key) => {
    expect(phoneKey(phone)).toBe(key);
    if (key !== null) expect(phoneKey(key)).toBe(key);
  });
});

describe('callingCodeLength', () => {
  it('knows the codes of all numbering plans', () => {
    const { country_calling_codes: codes, nonGeographic } = phoneMetadata();
    for (const code of [...Object.keys(codes), ...Object.keys(nonGeographic)]) {
      for (const rest of ['000', '999']) expect([code, callingCodeLength(code + rest)]).toEqual([code, code.length]);
    }
  });
  it.each(['', '1', '12', '210', '000', '999', 'abc'])('gives none for %j', (digits) => expect(callingCodeLength(digits)).toBe(0));
});

describe('countryOfNumber', () => {
  it.each([
    ['+8613800138000', 'CN'],
    ['+85223456789', 'HK'],
    ['+12125550100', 'US'],
    ['+80012345678', null],
    ['13800138000', null],
    ['张伟', null],
  ])('of %j is %j', (number, country) => expect(countryOfNumber(number)).toBe(country));
});
