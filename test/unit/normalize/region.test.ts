import { describe, expect, it } from 'vitest';
import { chineseCity, chineseProvince } from '../../../src/normalize/chinese-divisions.ts';
import { normalizeRegion } from '../../../src/normalize/region.ts';

const UNDERSTOOD: readonly (readonly [raw: string, country: string | null, value: string])[] = [
  ['California', 'US', 'CA'],
  ['CALIFORNIA', 'US', 'CA'],
  ['Calif.', 'US', 'CA'],
  ['ca', 'US', 'CA'],
  ['N.Y.', 'US', 'NY'],
  ['Washington, D.C.', 'US', 'DC'],
  ['加州', 'US', 'CA'],
  ['Puerto Rico', 'US', 'PR'],
  ['Québec', 'CA', 'QC'],
  ['PQ', 'CA', 'QC'],
  ['安大略', 'CA', 'ON'],
  ['N.S.W.', 'AU', 'NSW'],
  ['Western Australia', 'AU', 'WA'],
  ['广东', 'CN', '广东省'],
  ['广东省', 'CN', '广东省'],
  ['廣東省', 'CN', '广东省'],
  ['中国广东省', 'CN', '广东省'],
  ['Guangdong', 'CN', '广东省'],
  ['GUANGDONG PROVINCE', 'CN', '广东省'],
  ['Kwangtung', 'CN', '广东省'],
  ['广西', 'CN', '广西壮族自治区'],
  ['广西省', 'CN', '广西壮族自治区'],
  ['Guangxi Zhuang Autonomous Region', 'CN', '广西壮族自治区'],
  ['内蒙', 'CN', '内蒙古自治区'],
  ['Inner Mongolia', 'CN', '内蒙古自治区'],
  ['宁夏', 'CN', '宁夏回族自治区'],
  ['新疆', 'CN', '新疆维吾尔自治区'],
  ['西藏', 'CN', '西藏自治区'],
  ['上海', 'CN', '上海市'],
  ['Shanghai Shi', 'CN', '上海市'],
  ['重庆市', 'CN', '重庆市'],
  ['Shaanxi', 'CN', '陕西省'],
  ['Shanxi', 'CN', '山西省'],
  ['香港', 'CN', '香港特别行政区'],
  ['澳门', 'CN', '澳门特别行政区'],
  ['台湾', 'CN', '台湾省'],
  ['广东', null, '广东省'],
  ['上海', null, '上海市'],
  ['香港', null, '香港'],
  ['台湾', null, '台湾'],
  ['Guangdong', null, 'Guangdong'],
  ['CALIFORNIA', null, 'CALIFORNIA'],
  ['広島県', 'JP', '広島県'],
  ['BAYERN', 'DE', 'Bayern'],
  ['nordrhein-westfalen', 'DE', 'Nordrhein-Westfalen'],
  ['NRW', 'DE', 'NRW'],
  ['by', 'DE', 'by'],
  ['', 'CN', ''],
  ['', null, ''],
];

describe('normalizeRegion', () => {
  it.each(UNDERSTOOD)('%j in %s is %s', (raw, country, value) => {
    expect(normalizeRegion(raw, { country })).toEqual({ value, understood: true });
    expect(normalizeRegion(value, { country })).toEqual({ value, understood: true });
  });

  it.each([
    [' Bavaria ', 'US', 'Bavaria'],
    ['XX', 'US', 'XX'],
    ['ZZ', 'CA', 'ZZ'],
    ['Otago', 'AU', 'Otago'],
    ['深圳市', 'CN', '深圳市'],
    ['北京省', 'CN', '北京省'],
    ['广东市', 'CN', '广东市'],
    ['Berlin', 'CN', 'Berlin'],
    ['constructor', 'US', 'constructor'],
  ])('%j in %s is not understood', (raw, country, value) =>
    expect(normalizeRegion(raw, { country })).toEqual({ value, understood: false }),
  );
});

describe('the divisions of China', () => {
  it.each([
    ['广东省', '广东'],
    ['内蒙古自治区', '内蒙古'],
    ['香港特别行政区', '香港'],
  ])('%s is %s in short', (name, short) => {
    expect(chineseProvince(name)?.short).toBe(short);
    expect(chineseProvince(short)?.name).toBe(name);
  });
  it.each([
    ['深圳市', '深圳', '广东省'],
    ['吉林市', '吉林', '吉林省'],
    ['延边朝鲜族自治州', '延边', '吉林省'],
    ['巴音郭楞蒙古自治州', '巴音郭楞', '新疆维吾尔自治区'],
    ['海西蒙古族藏族自治州', '海西', '青海省'],
    ['锡林郭勒盟', '锡林郭勒', '内蒙古自治区'],
    ['大兴安岭地区', '大兴安岭', '黑龙江省'],
    ['神农架林区', '神农架', '湖北省'],
  ])('%s is %s in short, in %s', (name, short, province) =>
    expect(chineseCity(name)).toMatchObject({ name, short, province: { name: province } }),
  );
});
