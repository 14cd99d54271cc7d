import { describe, expect, it } from 'vitest';
import { normalizeWebsite, websiteDomain } from '../../../src/normalize/website.ts';

const UNDERSTOOD: readonly (readonly [raw: string, value: string, domain: string])[] = [
  ['example.com', 'example.com', 'example.com'],
  ['Example.COM/', 'example.com', 'example.com'],
  ['  www.Example.com ', 'www.example.com', 'example.com'],
  ['https://Example.com/', 'https://example.com', 'example.com'],
  ['HTTP://example.com', 'http://example.com', 'example.com'],
  ['http://EXAMPLE.com:80/A/?utm_source=x&b=2&UTM_Medium=y#F', 'http://example.com/A/?b=2#F', 'example.com'],
  ['https://example.com:443', 'https://example.com', 'example.com'],
  ['https://example.com:8443/', 'https://example.com:8443', 'example.com'],
  ['example.com:80', 'example.com:80', 'example.com'],
  ['https://a.com/?gclid=1', 'https://a.com', 'a.com'],
  ['https://a.com/p?fbclid=1&mc_cid=2&q=%E4%BD%A0&x', 'https://a.com/p?q=%E4%BD%A0&x', 'a.com'],
  ['https://a.com/?q=a+b&&c=', 'https://a.com/?q=a+b&&c=', 'a.com'],
  ['https://a.com/a/./b/../c', 'https://a.com/a/./b/../c', 'a.com'],
  ['https://a.com/#top', 'https://a.com/#top', 'a.com'],
  ['http://a.com?x=1', 'http://a.com?x=1', 'a.com'],
  ['https://a.com/x&copy=1', 'https://a.com/x&copy=1', 'a.com'],
  ['//a.com/x', 'a.com/x', 'a.com'],
  ['example.com.', 'example.com', 'example.com'],
  ['straße.de', 'straße.de', 'straße.de'],
  ['www.com', 'www.com', 'www.com'],
  ['https://www.taobao.com/shop?id=5&spm=a.b', 'https://www.taobao.com/shop?id=5', 'taobao.com'],
  ['https://例子.中国/', 'https://例子.中国', '例子.中国'],
  ['https://例子。中国/路径', 'https://例子.中国/路径', '例子.中国'],
  ['https://xn--fsqu00a.xn--fiqs8s/', 'https://例子.中国', '例子.中国'],
  ['ｗｗｗ．ｂａｉｄｕ．ｃｏｍ', 'www.baidu.com', 'baidu.com'],
  ['www.华为.网络', 'www.华为.网络', '华为.网络'],
];

describe('normalizeWebsite and websiteDomain', () => {
  it.each(UNDERSTOOD)('%j is %s, of %s', (raw, value, domain) => {
    expect(normalizeWebsite(raw)).toEqual({ value, understood: true });
    expect(normalizeWebsite(value)).toEqual({ value, understood: true });
    expect(websiteDomain(raw)).toBe(domain);
    expect(websiteDomain(domain)).toBe(domain);
  });

  it.each([
    '',
    'n/a',
    'abc',
    '无',
    '暂无网站',
    '官网：a.com',
    'localhost',
    'http://',
    'https://a',
    'a.com b.com',
    'a.com, b.com',
    'a.com；b.com',
    'http://a.com,http://b.com',
    'ftp://a.com',
    'mailto:a@b.com',
    'a@b.com',
    'http://user:pw@a.com',
    'http://1.2.3.4/',
    '1.5',
    'https://a_b.com',
    'https://-a.com',
    'https://a..com',
    'https://a.com:99999',
    'javascript:alert(1)',
    `a.com/${'x'.repeat(3000)}`,
  ])('%j is not understood', (raw) => {
    expect(normalizeWebsite(raw)).toEqual({ value: raw, understood: false });
    expect(websiteDomain(raw)).toBeNull();
  });
});
