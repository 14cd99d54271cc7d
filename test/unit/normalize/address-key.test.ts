import { describe, expect, it } from 'vitest';
import { addressKey } from '../../../src/normalize/address-key.ts';

const key = (street: string | null, city: string | null, postal_code: string | null = null, country: string | null = null) =>
  addressKey({ street, city, region: null, postal_code, country });

describe('addressKey', () => {
  it.each([
    ['boston 123 main st', [key('123 Main Street', 'Boston'), key('123 MAIN ST.', ' boston '), key('Main St, 123', 'BOSTON')]],
    [
      '02138 123 n main st unit 4',
      [
        key('123 N. Main St., Apt. #4', 'Boston', '02138-1234', 'US'),
        key('123 North Main Street Unit 4', null, '02138', 'US'),
        key('123 N Main St # 4', 'Cambridge', '02138-1234'),
      ],
    ],
    ['x 123 main st unit 400', [key('123 Main St Ste 400', 'X'), key('123 Main Street, Suite 400', 'X')]],
    [
      '50667 12 hauptstr',
      [key('Hauptstraße 12', 'Köln', 'D-50667', 'DE'), key('Hauptstr. 12', null, '50667'), key('HAUPTSTRASSE 12', '', '50667')],
    ],
    ['x 12 po box', [key('P.O. Box 12', 'X'), key('PO BOX 12', 'X'), key('po. box no. 12', 'X')]],
    ['x 5 long rd', [key('No. 5 Long Road', 'X'), key('5, Long Rd', 'X')]],
    ['x 5 st mary st', [key('St. Mary St 5', 'X'), key('5 Saint Mary Street', 'X')]],
    ['SW1A1AA 10 downing st', [key('10 Downing Street', 'London', 'SW1A 1AA', 'GB'), key('10 DOWNING ST', null, 'sw1a1aa')]],
    [
      '深圳 科技园路1',
      [
        key('广东省深圳市南山区科技园路1号', null),
        key('南山区科技园路1号', '深圳市'),
        key('科技园路1号', '深圳'),
        key('科技園路 １號', '深圳市'),
        key('深圳市科技园路1', '深圳'),
      ],
    ],
    ['北京 建国路88 5楼501室', [key('建国路88号5楼501室', '北京市'), key('北京市朝阳区建国路88号 5楼 501室', null)]],
    ['上海 南京西路1266', [key('南京西路1266号', '上海市'), key('上海南京西路1266號', '上海')]],
    ['南京 南京路1', [key('南京路1号', '南京市')]],
    ['100000 建国路88', [key('建国路88号', '北京', '100000', 'CN'), key('北京市朝阳区建国路88号', null, '100000')]],
  ])('%s', (expected, keys) => {
    for (const found of keys) expect(found).toBe(expected);
  });

  it('is null without street or place', () => {
    expect(key('Main St 1', null)).toBeNull();
    expect(key('Main St 1', '')).toBeNull();
    expect(key('Main St 1', '-', '--')).toBeNull();
    expect(key(null, 'Boston', '02138')).toBeNull();
    expect(key(' . ', 'Boston')).toBeNull();
    expect(key('科技园路1号', null)).toBeNull();
    expect(key('x'.repeat(2000), 'Boston')).toBeNull();
  });

  it('is at most 200 characters long', () => {
    expect(key(`1 ${'long '.repeat(100)}`, 'Boston')?.length).toBeLessThanOrEqual(200);
    expect(key('路'.repeat(300), '深圳')?.length).toBe(200);
  });
});
