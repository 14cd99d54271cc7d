import { expect, test } from 'vitest';
import { parseFilter } from '../../../src/model/filter-parser.ts';
import { formatFilter } from '../../../src/model/filter.ts';
import { withUnderstoodValues } from '../../../src/query/understood-values.ts';

test.each([
  ['phone = 13800138000', 'CN', 'phone = +8613800138000'],
  ['phone = 13800138000', null, 'phone = 13800138000'],
  ['phone != "020 7946 0000" and 电话 = 0044-20-7946-0000', 'GB', 'phone != +442079460000 and phone = +442079460000'],
  ['phone in ("138 0013 8000", null, "call me")', 'CN', "phone in (+8613800138000, null, 'call me')"],
  ['phone = "030 123456 ext. 5"', 'DE', "phone = '030 123456 ext. 5'"],
  ['phone ~ 138', 'CN', 'phone ~ 138'],
  ['country = Germany or not (国家 in (中国, de, Atlantis))', null, 'country = DE or not country in (CN, DE, Atlantis)'],
  ['kind = 公司 and gender != 女', null, 'kind = organisation and gender != female'],
  [
    'country ~ ger and country is empty and country between A and M',
    null,
    'country ~ ger and country is empty and country between A and M',
  ],
  ['attributes.country = Germany and city = Germany', null, 'attributes.country = Germany and city = Germany'],
])('%s (%s)', (text, region, expected) => {
  const filter = withUnderstoodValues(parseFilter(text, { isCustomField: () => false }), region);
  expect(formatFilter(filter)).toBe(expected);
});
