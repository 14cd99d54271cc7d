import { describe, expect, it } from 'vitest';
import { emailDoubts, isFreeProvider, isRoleAddress } from '../../../src/normalize/email-doubts.ts';
import { isDisposableDomain } from '../../../src/normalize/email-domains.ts';
import { FREE_PROVIDERS } from '../../../src/normalize/email-free-providers.ts';

const TYPOS: readonly (readonly [domain: string, meant: string])[] = [
  ['gmial.com', 'gmail.com'],
  ['gmai.com', 'gmail.com'],
  ['gmal.com', 'gmail.com'],
  ['gmaill.com', 'gmail.com'],
  ['gnail.com', 'gmail.com'],
  ['gamil.com', 'gmail.com'],
  ['gmail.con', 'gmail.com'],
  ['gmail.co', 'gmail.com'],
  ['gmail.cm', 'gmail.com'],
  ['gmail.cmo', 'gmail.com'],
  ['gmail.ocm', 'gmail.com'],
  ['hotmial.com', 'hotmail.com'],
  ['hotmai.com', 'hotmail.com'],
  ['hotmial.fr', 'hotmail.fr'],
  ['yaho.com', 'yahoo.com'],
  ['yahooo.com', 'yahoo.com'],
  ['yhaoo.co.uk', 'yahoo.co.uk'],
  ['outlok.com', 'outlook.com'],
  ['outloook.com', 'outlook.com'],
  ['iclod.com', 'icloud.com'],
  ['icluod.com', 'icloud.com'],
  ['protonmial.com', 'protonmail.com'],
  ['acme.con', 'acme.com'],
  ['yeah.nte', 'yeah.net'],
  ['qq.con', 'qq.com'],
  ['qq.co', 'qq.com'],
  ['qq.cm', 'qq.com'],
  ['qq.vom', 'qq.com'],
  ['163.co', '163.com'],
  ['163.con', '163.com'],
  ['126.cmo', '126.com'],
  ['foxmial.com', 'foxmail.com'],
  ['foxmai.com', 'foxmail.com'],
  ['aliyum.com', 'aliyun.com'],
  ['sina.con', 'sina.com'],
  ['sohu.co', 'sohu.com'],
  ['139.con', '139.com'],
];

const NO_TYPOS = (
  'gmail.com mail.com gmx.de gmx.net gmx.ch ymail.com email.com googlemail.com yahoo.de yahoo.com.cn hotmail.co.uk live.com me.com mac.com aol.com ' +
  'aon.com ms.com love.com line.com qmail.com zmail.com cloud.com acme.com acme.co acme.cm orange.fr web.de wer.de mail.ru ' +
  '126.com 163.com 163.net 188.com 139.com 189.cn 263.net qq.com vip.qq.com sina.com sina.cn sina.com.cn sohu.com soho.com foxmail.com ' +
  'aliyun.com yeah.net tom.com 21cn.com 166.com 123.com q.com cq.com aa.com example.com müller.de 例子.中国'
).split(' ');

describe('emailDoubts', () => {
  it.each(TYPOS)('%s is likely %s', (domain, meant) => {
    expect(emailDoubts(`zhang.wei@${domain}`)).toContainEqual({ code: 'LIKELY_TYPO', suggestion: `zhang.wei@${meant}` });
    expect(emailDoubts(`zhang.wei@${meant}`)).toEqual([]);
  });
  it.each(NO_TYPOS)('%s is no typo', (domain) => {
    expect(emailDoubts(`john@${domain}`).map(({ code }) => code)).not.toContain('LIKELY_TYPO');
  });
  it.each(['', 'n/a', '@', 'a@', '@b.com', 'a@b', '\ud800@.', '张伟'])('has none of %j', (text) => expect(emailDoubts(text)).toEqual([]));
  it('tells several', () => {
    expect(emailDoubts('info@gmial.com').map(({ code }) => code)).toEqual(expect.arrayContaining(['LIKELY_TYPO', 'ROLE_ADDRESS']));
    expect(emailDoubts('john@mailinator.com')).toEqual([{ code: 'DISPOSABLE_ADDRESS' }]);
    expect(emailDoubts('john@x.mailinator.com')).toEqual([{ code: 'DISPOSABLE_ADDRESS' }]);
  });
});

describe('isRoleAddress', () => {
  it.each(
    'info sales support admin noreply no-reply hr service sales2 info-01 hr+cv postmaster kf kefu caiwu renshi caigou zhaopin'.split(' '),
  )('%s is a role', (local) => expect(isRoleAddress(`${local}@example.com`)).toBe(true));
  it.each('john informer hr.zhang zhangwei wangkefu 10086 2 sales-john li'.split(' '))('%s is none', (local) =>
    expect(isRoleAddress(`${local}@example.com`)).toBe(false),
  );
});

describe('providers', () => {
  it('are at least 120, and none is disposable', () => {
    expect(FREE_PROVIDERS.size).toBeGreaterThanOrEqual(120);
    expect([...FREE_PROVIDERS].filter(isDisposableDomain)).toEqual([]);
  });
  it.each('gmail.com outlook.com web.de qq.com 163.com 126.com sina.com yeah.net 139.com'.split(' '))('%s is free', (domain) =>
    expect(isFreeProvider(domain)).toBe(true),
  );
  it.each('example.com tencent.com alibaba-inc.com huawei.com'.split(' '))('%s is not', (domain) =>
    expect(isFreeProvider(domain)).toBe(false),
  );
});
