import { describe, expect, it } from 'vitest';
import { regionOfAddress } from '../../../src/normalize/address-region.ts';

describe('regionOfAddress', () => {
  it.each([
    ['广东省', null, null, 'CN'],
    ['廣東', null, null, 'CN'],
    [null, '深圳', null, 'CN'],
    [null, '上海市', null, 'CN'],
    [null, null, '北京市朝阳区建国路88号', 'CN'],
    [null, null, '南京西路1号', null],
    ['香港', null, null, 'HK'],
    ['澳门特别行政区', null, null, 'MO'],
    [null, '台北', null, 'TW'],
    [null, '高雄市', null, 'TW'],
    ['California', 'San Francisco', '1 Main St', null],
    ['Guangdong', 'Shenzhen', null, null],
    ['東京都', '新宿区', null, null],
    ['', '', '', null],
    [null, null, null, null],
  ])('%j, %j, %j: %s', (region, city, street, expected) => expect(regionOfAddress(region, city, street)).toBe(expected));
});
