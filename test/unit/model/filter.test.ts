import { describe, expect, it } from 'vitest';
import { CrmError } from '../../../src/errors.ts';
import type { CustomFields } from '../../../src/model/filter-fields.ts';
import { parseFilter } from '../../../src/model/filter-parser.ts';
import { formatFilter, type Filter } from '../../../src/model/filter.ts';

const CUSTOM = ['Lead source', 'score', '渠道', 'city', 'not'];
const custom: CustomFields = { isCustomField: (name) => CUSTOM.includes(name), customFieldNames: () => CUSTOM };
const parse = (text: string): Filter => parseFilter(text, custom);
const is = (field: string, value: string): Filter => ({ kind: 'compare', field, operator: '=', value });

function failure(text: string): CrmError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof CrmError) return error;
  }
  throw new Error(`no CrmError for ${text}`);
}

describe('parseFilter', () => {
  it.each<[string, Filter]>([
    ['city = Berlin', is('city', 'Berlin')],
    ['city=Berlin', is('city', 'Berlin')],
    ['  CITY   =\tBerlin\n', is('city', 'Berlin')],
    ['city == Berlin', is('city', 'Berlin')],
    ["city = 'New York'", is('city', 'New York')],
    ['city = "O\'Hara"', is('city', "O'Hara")],
    ["city = 'it''s'", is('city', "it's")],
    ["city = 'it\\'s'", is('city', "it's")],
    ["city = 'C:\\dir\\\\x'", is('city', 'C:\\dir\\x')],
    ["name = O'Brien", is('name', "O'Brien")],
    ['name = d’Arc', is('name', 'd’Arc')],
    ['website = https://example.com/a?b', is('website', 'https://example.com/a?b')],
    ['email = a.b+c@example.com', is('email', 'a.b+c@example.com')],
    ['name = 阿凡提·买买提', is('name', '阿凡提·买买提')],
    ['name = 😀', is('name', '😀')],
    ['country = IN and region = OR', { kind: 'and', operands: [is('country', 'IN'), is('region', 'OR')] }],
    ['城市 = 上海', is('city', '上海')],
    ['“城市”＝“上海”', is('city', '上海')],
    ['Job title = x'.replace('Job title', '"Job title"'), is('job_title', 'x')],
    ['"Lead source" = web', is('attributes.Lead source', 'web')],
    ['`Lead source` = web', is('attributes.Lead source', 'web')],
    ['attributes."Lead source" = web', is('attributes.Lead source', 'web')],
    ['"attributes.Lead source" = web', is('attributes.Lead source', 'web')],
    ['attributes.anything = 1', is('attributes.anything', '1')],
    ['attributes.city = 1', is('attributes.city', '1')],
    ['"not" = 1', is('attributes.not', '1')],
    ['渠道 = 微信', is('attributes.渠道', '微信')],
    ['标签 = vip', is('tag', 'vip')],
    ['Tags = vip', is('tag', 'vip')],
    ['订单总额 >= 1000.50', { kind: 'compare', field: 'orders.total', operator: '>=', value: '1000.50' }],
    ['orders.total ≥ 1000', { kind: 'compare', field: 'orders.total', operator: '>=', value: '1000' }],
    ['orders.count <> 3', { kind: 'compare', field: 'orders.count', operator: '!=', value: '3' }],
    ['orders.count ≠ ３', { kind: 'compare', field: 'orders.count', operator: '!=', value: '３' }],
    ['last_contacted_at<-90d', { kind: 'compare', field: 'last_contacted_at', operator: '<', value: '-90d' }],
    ['name !~ 张', { kind: 'compare', field: 'name', operator: '!~', value: '张' }],
    ['name ～ 张', { kind: 'compare', field: 'name', operator: '~', value: '张' }],
    ['city = null', { kind: 'empty', field: 'city', negated: false }],
    ['city != NULL', { kind: 'empty', field: 'city', negated: true }],
    ["city = 'null'", is('city', 'null')],
    ["city = ''", { kind: 'empty', field: 'city', negated: false }],
    ['birthday = null', { kind: 'empty', field: 'birthday', negated: false }],
    ['city IS NOT EMPTY', { kind: 'empty', field: 'city', negated: true }],
    ['city is null', { kind: 'empty', field: 'city', negated: false }],
    ['city in (a, "b c", null)', { kind: 'in', field: 'city', negated: false, values: ['a', 'b c', null] }],
    ['city in（上海、北京，广州）', { kind: 'in', field: 'city', negated: false, values: ['上海', '北京', '广州'] }],
    ['city Not In (a)', { kind: 'in', field: 'city', negated: true, values: ['a'] }],
    ['id between 1 and 5', { kind: 'between', field: 'id', negated: false, low: '1', high: '5' }],
    ['id not between 1 and 5', { kind: 'between', field: 'id', negated: true, low: '1', high: '5' }],
    ['not city = a', { kind: 'not', operand: is('city', 'a') }],
    ['((city = a))', is('city', 'a')],
    [
      'city = a or city = b and city = c',
      { kind: 'or', operands: [is('city', 'a'), { kind: 'and', operands: [is('city', 'b'), is('city', 'c')] }] },
    ],
    [
      '(city = a or city = b) and city = c',
      { kind: 'and', operands: [{ kind: 'or', operands: [is('city', 'a'), is('city', 'b')] }, is('city', 'c')] },
    ],
    ['not city = a and city = b', { kind: 'and', operands: [{ kind: 'not', operand: is('city', 'a') }, is('city', 'b')] }],
    [
      'city = a and (city = b and city = c)',
      { kind: 'and', operands: [is('city', 'a'), { kind: 'and', operands: [is('city', 'b'), is('city', 'c')] }] },
    ],
  ])('%s', (text, filter) => {
    expect(parse(text)).toEqual(filter);
    expect(parse(formatFilter(filter))).toEqual(filter);
    expect(JSON.parse(JSON.stringify(filter))).toEqual(filter);
  });

  it.each<[string, number, string]>([
    ['', 1, 'expected a field, the filter ends here'],
    ['   ', 4, 'expected a field, the filter ends here'],
    ['city', 5, 'expected an operator after city, the filter ends here'],
    ['city =', 7, 'expected a value, the filter ends here'],
    ['city = ,', 8, 'expected a value'],
    ['city = New York', 12, 'expected and, or, or the end'],
    ['city = a city = b', 10, 'expected and, or, or the end'],
    ['city = a and', 13, 'expected a field, the filter ends here'],
    ['and city = a', 1, 'expected a field'],
    ['(city = a', 10, 'expected ), the filter ends here'],
    ['city = a)', 9, 'expected and, or, or the end'],
    ['()', 2, 'expected a field'],
    ["city = 'a", 8, 'this quote is not closed'],
    ['“城市 = a', 1, 'this quote is not closed'],
    ['city = a!', 9, 'this character means nothing here'],
    ['city = a\0', 9, 'a NUL character is not allowed'],
    ['city in a', 9, 'expected ( and a list of values'],
    ['city in ()', 10, 'expected a value'],
    ['city in (a b)', 12, 'expected )'],
    ['city not = a', 10, 'expected in or between'],
    ['city is full', 9, 'expected empty or not empty'],
    ['id between 1, 2', 13, 'expected and: between LOW and HIGH'],
    ['city > null', 8, 'an empty value can only be compared with = and !='],
    ["city ~ ''", 8, 'an empty value can only be compared with = and !='],
    ['id = 1.5', 6, 'id is compared with a whole number'],
    ['id = 9007199254740993', 6, 'id is compared with a whole number'],
    ['orders.total > 1,000', 17, 'expected and, or, or the end'],
    ['orders.total > much', 16, 'orders.total is compared with a number'],
    ['orders.total ~ 1', 16, '~ looks into text, but orders.total is a number'],
    ['birthday = 2026-02-30', 12, 'birthday is compared with a date: 2026-01-31, today, -90d, -6w, -3m, -1y'],
    ['created_at in (today, soon)', 23, 'created_at is compared with a date: 2026-01-31, today, -90d, -6w, -3m, -1y'],
    ['created_at !~ 2026', 15, '!~ looks into text, but created_at is a date'],
    ['consent.email = yes', 17, 'consent.email is in, out or empty'],
    ['attributes. = 1', 1, 'there is no field attributes.; did you mean attributes?'],
    [`${'('.repeat(101)}city = a${')'.repeat(101)}`, 101, 'more than 100 brackets inside of each other'],
  ])('%j fails at character %i: %s', (text, position, message) => {
    const error = failure(text);
    expect(error.message.split('\n')[0]).toBe(`the filter, at character ${position}: ${message}`);
    expect(error.details).toMatchObject({ position });
    expect(error.exitCode).toBe(2);
  });

  it('draws a caret under the place, wide characters taking two columns', () => {
    const error = failure('城市 = 上海 and\tcity > null');
    expect(error.code).toBe('FILTER_SYNTAX');
    expect(error.message.split('\n').slice(1)).toEqual(['  城市 = 上海 and city > null', '                         ^']);
    expect(error.details).toEqual({ position: 20, line: '城市 = 上海 and city > null', caret: '                       ^' });
  });

  it.each<[string, string | null]>([
    ['citty = a', 'city'],
    ['emial = a', 'email'],
    ['E_Mail2 = a', 'email'],
    ['order.total = 1', 'orders.total'],
    ['total = 1', 'orders.total'],
    ['lifecycle = a', 'lifecycle_stage'],
    ['手机 = 1', 'phone'],
    ['mobile = 1', 'phone'],
    ['城 = 上海', 'city'],
    ['lead_sorce = a', 'Lead source'],
    ['consent.mail = in', 'consent.email'],
    ['xyzzy = 1', null],
  ])('%s names the nearest field', (text, nearest) => {
    const error = failure(text);
    const field = text.split(' ')[0];
    expect(error.code).toBe('UNKNOWN_FIELD');
    expect(error.details).toMatchObject({ field, nearest, position: 1 });
    const question = nearest === null ? '' : `; did you mean ${nearest}?`;
    expect(error.message).toBe(`the filter, at character 1: there is no field ${field}${question}\n  ${text}\n  ^`);
  });
});

describe('formatFilter', () => {
  it.each<[string, string]>([
    [
      "CITY = 'Berlin' AND (tag=vip OR orders.total>=1000) and last_contacted_at < -90d and email is not empty",
      'city = Berlin and (tag = vip or orders.total >= 1000) and last_contacted_at < -90d and email is not empty',
    ],
    ['`Lead source` in (web, "trade fair", null, \'null\')', "attributes.\"Lead source\" in (web, 'trade fair', null, 'null')"],
    ['not (city = "and" or region not in (OR))', "not (city = 'and' or region not in ('OR'))"],
    ["name = 'a\\\\b''c'", "name = 'a\\\\b''c'"],
    ['created_at not between 2026-01-01 and "2026-01-31T10:00:00Z"', 'created_at not between 2026-01-01 and 2026-01-31T10:00:00Z'],
  ])('%s', (text, canonical) => {
    expect(formatFilter(parse(text))).toBe(canonical);
  });
});
