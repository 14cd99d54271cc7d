import { describe, expect, it } from 'vitest';
import { normalizeEmail } from '../../../src/normalize/email.ts';

const UNDERSTOOD: readonly (readonly [raw: string, expected: string])[] = [
  ['john.smith@example.com', 'john.smith@example.com'],
  ['John.SMITH@Example.COM', 'john.smith@example.com'],
  ['  john@example.com\t', 'john@example.com'],
  ['mailto:John@Example.com?subject=Hi', 'john@example.com'],
  ['John Smith <John@Example.com>', 'john@example.com'],
  ['"Smith, John" < mailto:john@example.com >', 'john@example.com'],
  ['<john@example.com>', 'john@example.com'],
  ["o'brien+crm=1@a-b.example.co.uk", "o'brien+crm=1@a-b.example.co.uk"],
  ['a@1.2.example', 'a@1.2.example'],
  ['jürgen@müller.de', 'jürgen@müller.de'],
  ['JÜRGEN@MÜLLER.DE', 'jürgen@müller.de'],
  ['ju\u0308rgen@example.de', 'jürgen@example.de'],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ['\u202ajohn@example.com\u202c', 'john@example.com'],
  ['10086@qq.com', '10086@qq.com'],
  ['zhangwei@163.com', 'zhangwei@163.com'],
  ['ZhangWei＠qq．com', 'zhangwei@qq.com'],
  ['ｚｈａｎｇ＠１６３．ｃｏｍ', 'zhang@163.com'],
  ['张伟 <zhangwei@foxmail.com>', 'zhangwei@foxmail.com'],
  ['张伟@例子.中国', '张伟@例子.中国'],
  ['用户@例子。公司', '用户@例子.公司'],
  ['\u3000li@126.com\u3000', 'li@126.com'],
];

const KEPT: readonly (readonly [raw: string, expected: string])[] = [
  ['', ''],
  ['n/a', 'n/a'],
  [' None ', 'None'],
  ['john@localhost', 'john@localhost'],
  ['john@example', 'john@example'],
  ['John@@Example.com', 'John@@Example.com'],
  ['john smith@example.com', 'john smith@example.com'],
  ['.john@example.com', '.john@example.com'],
  ['john.@example.com', 'john.@example.com'],
  ['jo..hn@example.com', 'jo..hn@example.com'],
  ['john@-a.example.com', 'john@-a.example.com'],
  ['john@a-.example.com', 'john@a-.example.com'],
  ['john@example..com', 'john@example..com'],
  ['john@example.com.', 'john@example.com.'],
  ['john@192.168.1.1', 'john@192.168.1.1'],
  ['john@exam_ple.com', 'john@exam_ple.com'],
  ['a@example.com; b@example.com', 'a@example.com; b@example.com'],
  ['a@example.com,b@example.com', 'a@example.com,b@example.com'],
  [`${'a'.repeat(65)}@example.com`, `${'a'.repeat(65)}@example.com`],
  [`${'张'.repeat(22)}@例子.中国`, `${'张'.repeat(22)}@例子.中国`],
  [`a@${'b'.repeat(64)}.com`, `a@${'b'.repeat(64)}.com`],
  [`a@${'b.'.repeat(125)}com`, `a@${'b.'.repeat(125)}com`],
  ['无', '无'],
  ['没有邮箱', '没有邮箱'],
  ['张伟@', '张伟@'],
  ['zhang wei＠163.com', 'zhang wei＠163.com'],
  ['微信：zhangwei', '微信：zhangwei'],
];

describe('normalizeEmail', () => {
  it.each(UNDERSTOOD)('understands %j', (raw, value) => expect(normalizeEmail(raw)).toEqual({ value, understood: true }));
  it.each(KEPT)('keeps %j', (raw, value) => expect(normalizeEmail(raw)).toEqual({ value, understood: false }));
});
