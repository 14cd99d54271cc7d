import { describe, expect, it } from 'vitest';
import { normalizeLine, normalizeNotes } from '../../../src/normalize/line.ts';

const LINES: readonly (readonly [raw: string, expected: string])[] = [
  ['', ''],
  ['  John \t Smith\r\n', 'John Smith'],
  ['a\u00a0\u2003b\u202fc', 'a b c'],
  ['line one\nline two', 'line one line two'],
  ['a\u2028b\u0085c', 'a b c'],
  ['a\u0000b\u0007c\u009f', 'abc'],
  ['\ufeffJohn\ufeff', 'John'],
  ['Jo\ufeffhn', 'John'],
  ['Jo\u200bhn\u2060', 'John'],
  ['Jo\u00adhn', 'John'],
  ['Jo\u200dhn', 'John'],
  ['\u202aJohn\u202c', 'John'],
  ['John\u200e Smith', 'John Smith'],
  ['👩\u200d👩\u200d👧', '👩\u200d👩\u200d👧'],
  ['👨🏽\u200d💻', '👨🏽\u200d💻'],
  ['❤\ufe0f\u200d🔥', '❤\ufe0f\u200d🔥'],
  ['👩\u200d', '👩'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['क्\u200dष', 'क्\u200dष'],
  ['שלום\u200f 5', 'שלום\u200f 5'],
  ['AT&amp;T', 'AT&T'],
  ['AT&amp;amp;T', 'AT&T'],
  ['O&#39;Brien', "O'Brien"],
  ['O&#x27;Brien', "O'Brien"],
  ['Ren&eacute;', 'René'],
  ['a&nbsp;&nbsp;b', 'a b'],
  ['&lt;none&gt;', '<none>'],
  ['R&D; QA', 'R&D; QA'],
  ['R&D', 'R&D'],
  ['?a=1&copy=2', '?a=1&copy=2'],
  ['x&#0;y', 'x&#0;y'],
  ['&#x5F20;&#20255;', '张伟'],
  ['ＡＢＣ　Ｌｔｄ．', 'ABC Ltd.'],
  ['Ａ＆Ｂ', 'A&B'],
  ['ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'john@example.com'],
  ['Ａ\u0301', 'Á'],
  ['张伟', '张伟'],
  ['张　伟', '张 伟'],
  ['张\u200b伟', '张伟'],
  ['  深圳市腾讯计算机系统有限公司 ', '深圳市腾讯计算机系统有限公司'],
  ['阿里巴巴（中国）有限公司', '阿里巴巴（中国）有限公司'],
  ['ＡＢＣ（深圳）有限公司', 'ABC（深圳）有限公司'],
  ['Ａ＆Ｂ商贸有限公司', 'A&B商贸有限公司'],
  ['深圳ＡＢＣ　Ｃｏ．，Ｌｔｄ．', '深圳ABC Co.,Ltd.'],
  ['ｱＡ\u0301．', 'アÁ.'],
  ['北京市海淀区中关村大街２７号１０－２室', '北京市海淀区中关村大街27号10-2室'],
  ['上海，北京；广州', '上海，北京；广州'],
  ['电话：１３８', '电话：138'],
  ['微信号：ＺＨＡＮＧ＿ＷＥＩ', '微信号：ZHANG_WEI'],
  ['王小明\r\n', '王小明'],
  ['李&nbsp;雷', '李 雷'],
  ['ｶﾞﾝﾀﾞﾑ', 'ガンダム'],
  ['ﾄﾖﾀ･ﾓｰﾀｰ', 'トヨタ・モーター'],
  ['（株）ﾋﾀﾁ', '（株）ヒタチ'],
  ['\ud83d', '\ufffd'],
];

const NOTES: readonly (readonly [raw: string, expected: string])[] = [
  ['one\r\ntwo\rthree', 'one\ntwo\nthree'],
  ['one  two \t\nthree\u3000', 'one  two\nthree'],
  ['one\u2028two\u0085three', 'one\ntwo\nthree'],
  ['a\tb', 'a\tb'],
  ['a\u0000\u200bb', 'ab'],
  ['a\u00a0b', 'a b'],
  ['Tom &amp; Ann&#10;second', 'Tom & Ann\nsecond'],
  ['one\n\n\ntwo\n', 'one\n\n\ntwo'],
  ['第一行  \n　　第二行', '第一行\n　　第二行'],
  ['客户要求：２０２４年发货', '客户要求：２０２４年发货'],
];

describe('normalizeLine', () => {
  it.each(LINES)('of %j', (raw, expected) => expect(normalizeLine(raw)).toBe(expected));

  it('leaves what is encoded more often than any program does, and decodes ampersands however deep', () => {
    const endless = `&amp${'&semi'.repeat(50)};`;
    expect(normalizeLine(endless)).toBe(endless);
    expect(normalizeLine(`A &${'amp;'.repeat(200_000)} B`)).toBe('A & B');
  });

  it.each([' ', '\u200d', '\u200b', '&', '&amp', '&#38;', '．', '\ufeff ', '\u0301', 'Ａ．', '\u00a0x'])(
    'takes a megabyte of %j',
    (unit) => {
      const text = `x${unit.repeat(1_000_000 / unit.length)}y`;
      const line = normalizeLine(text);
      expect(normalizeLine(line)).toBe(line);
      const notes = normalizeNotes(text);
      expect(normalizeNotes(notes)).toBe(notes);
    },
  );
});

describe('normalizeNotes', () => {
  it.each(NOTES)('of %j', (raw, expected) => expect(normalizeNotes(raw)).toBe(expected));
});
