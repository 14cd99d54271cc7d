import { expect, test } from 'vitest';
import { readAssignments, readTags } from '../../../src/import/assignments.ts';

test.each<[texts: string[], region: string | null, values: Record<string, string | null>, notUnderstood?: string[]]>([
  [['name= Ada  ', 'email=ADA@X.org'], null, { name: 'Ada', email: 'ada@x.org' }],
  [['电话=13800138000'], 'CN', { phone: '+8613800138000', phone_ext: null }],
  [['phone=13800138000', '国家=中国'], null, { phone: '+8613800138000', phone_ext: null, country: 'CN' }],
  [['Phone=+49 30 123456 ext. 7'], null, { phone: '+4930123456', phone_ext: '7' }],
  [['phone=+4930123456', 'phone_ext=9'], null, { phone: '+4930123456', phone_ext: '9' }],
  [['phone='], null, { phone: null, phone_ext: null }],
  [['city=', 'attributes.x=', 'attributes. Lead source =a=b'], null, { city: null, 'attributes.x': null, 'attributes.Lead source': 'a=b' }],
  [['birthday=soon'], null, { 'attributes.birthday': 'soon' }, ['birthday']],
  [['Birthday=2024/3/5'], null, { birthday: '2024-03-05' }],
  [['姓名＝王小明'], null, { name: '王小明' }],
  [['attributes.__proto__=x'], null, JSON.parse('{"attributes.__proto__":"x"}')],
])('%j', (texts, region, values, notUnderstood = []) => {
  const read = readAssignments(texts, region);
  expect(read.values).toEqual(values);
  expect(read.notUnderstood).toEqual(notUnderstood);
});

test.each([[['x']], [['=x']], [['name=\0']], [['name=a', '姓名=b']], [['nmae=x']], [['version=1']], [['attributes.=x']]])(
  '%j makes no sense',
  (texts) => {
    expect(() => readAssignments(texts, null)).toThrow(expect.objectContaining({ exitCode: 2 }));
  },
);

test('tags come one by one, once, composed', () => {
  expect(readTags(['a, b', 'b；c|d', 'e\u0301 ', ' ; '])).toEqual(['a', 'b', 'c', 'd', '\u00e9']);
});
