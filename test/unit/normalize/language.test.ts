import { describe, expect, it } from 'vitest';
import { normalizeLanguage } from '../../../src/normalize/language.ts';

describe('normalizeLanguage', () => {
  it.each([
    ['en', ['en', 'EN', ' en ', 'eng', 'English', 'ENGLISH', '英语', '英文', 'Englisch', 'anglais', 'английский']],
    ['en-US', ['en-US', 'en_US', 'EN-us', 'en_US.UTF-8', 'English (US)', '美式英语', '英语（美国）']],
    ['zh', ['zh', 'ZH', 'chi', 'zho', 'Chinese', '中文', '汉语', '漢語', '普通话', '国语', '中国語', 'Mandarin']],
    ['zh-CN', ['zh-CN', 'zh_cn', 'zh_CN.GB18030']],
    ['zh-TW', ['zh-tw', 'zh_TW']],
    [
      'zh-Hans',
      ['zh-Hans', 'ZH_HANS', 'zh-CHS', '简体中文', '簡體中文', '中文（简体）', '简体', 'Chinese (Simplified)', 'Simplified Chinese'],
    ],
    ['zh-Hant', ['zh-hant', 'zh-CHT', '繁体中文', '繁體中文', '中文（繁體）', '正體中文', 'Traditional Chinese']],
    ['zh-Hans-CN', ['zh-Hans-CN', 'zh_hans_cn']],
    ['yue', ['yue', '粤语', '粵語', '广东话', 'Cantonese']],
    ['de', ['de', 'ger', 'deu', 'Deutsch', 'German', '德语', '德文', 'allemand']],
    ['de-CH', ['de_CH', 'DE-ch']],
    ['fr', ['fre', 'fra', 'français', 'French', '法语', '法文']],
    ['es', ['Español', 'espanol', 'Castellano', '西班牙语', '西语']],
    ['pt-BR', ['pt-br', 'Portuguese (Brazil)', 'Brazilian Portuguese', '巴西葡萄牙语']],
    ['ja', ['ja', 'jpn', '日本語', '日语', 'Japanese']],
    ['ko', ['한국어', '韩语', '韓語']],
    ['ru', ['Русский', '俄语']],
    ['sw', ['Swahili', '斯瓦希里语']],
    ['fi', ['suomi', 'Finnisch']],
    ['he', ['iw', 'he', 'Hebrew']],
    ['bo', ['藏语', 'Tibetan']],
    ['ug', ['维吾尔语', 'Uyghur']],
    ['no', ['no', 'nor', 'Norwegian']],
    ['uk', ['uk', 'Українська']],
  ] as const)('%s', (value, names) => {
    for (const raw of names) expect({ raw, ...normalizeLanguage(raw) }).toEqual({ raw, value, understood: true });
  });

  it.each([
    'xx',
    'yes',
    'cn',
    'en-XX',
    'klingonese',
    'en,de',
    '中英文',
    '火星语',
    '语',
    'n/a',
    '-',
    'und',
    'mul',
    'i-klingon',
    'zh-yue',
    'constructor',
    'e'.repeat(100),
  ])('%j is not understood', (raw) => expect(normalizeLanguage(raw)).toEqual({ value: raw, understood: false }));
});
