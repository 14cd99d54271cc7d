import { describe, expect, it } from 'vitest';
import { nameAltKey } from '../../../src/normalize/name-alt-key.ts';
import { nameKey } from '../../../src/normalize/name-key.ts';
import { formalName, isGivenName, sameNickname } from '../../../src/normalize/nicknames.ts';

describe('nameKey', () => {
  it.each([
    ['John Smith', 'john smith'],
    ['Smith, John', 'john smith'],
    ['JOHN  SMITH ', 'john smith'],
    ['Dr. John Smith', 'john smith'],
    ['Mr John Smith PhD', 'john smith'],
    ['John Smith, Ph.D.', 'john smith'],
    ['Frau Dr. Jürgen Müller', 'jurgen muller'],
    ['John Smith Jr.', 'john jr smith'],
    ['John Smith III', 'iii john smith'],
    ['Dr Smith', 'smith'],
    ['Mr Smith', 'mr smith'],
    ['Mrs Smith', 'mrs smith'],
    ['Mr', 'mr'],
    ['Dr. Prof.', 'dr prof'],
    ["Pat O'Brien", 'obrien pat'],
    ['Søren Øberg', 'oberg soren'],
    ['', null],
    ['--', null],
    ['张伟', '张伟'],
    ['张 伟', '张伟'],
    ['張偉', '张伟'],
    ['張　偉', '张伟'],
    ['歐陽鋒', '欧阳锋'],
    ['欧阳 锋', '欧阳锋'],
    ['諸葛亮', '诸葛亮'],
    ['王乾', '王乾'],
    ['張偉 David', 'david 张伟'],
    ['李小明先生', '李小明'],
    ['李小明 先生', '李小明'],
    ['李小明總經理', '李小明'],
    ['李小明教授', '李小明'],
    ['欧阳锋女士', '欧阳锋'],
    ['张先生', '张先生'],
    ['欧阳先生', '欧阳先生'],
    ['张女士', '张女士'],
    ['王博士', '王博士'],
    ['先生', '先生'],
    ['David 先生', 'david 先生'],
    ['阿凡提·买买提', '阿凡提买买提'],
    ['a'.repeat(300), 'a'.repeat(200)],
    [`${'a'.repeat(199)}𠮷野`, 'a'.repeat(199)],
    [`John ${'p'.repeat(192)} drab`, `drab john ${'p'.repeat(190)}`],
  ])('%j → %s', (raw, expected) => expect(nameKey(raw)).toBe(expected));
});

describe('nameAltKey', () => {
  it.each([
    ['weiming zhang', ['张伟明', '張偉明', '张 伟明', 'Zhang Weiming', 'Weiming ZHANG', 'Zhang Wei-Ming', 'Zhang Wei Ming', '张伟明先生']],
    ['wei zhang', ['张伟', '張偉', 'Zhang Wei', 'Wei Zhang', 'ZHANG WEI', '张薇']],
    ['nana ouyang', ['欧阳娜娜', '歐陽娜娜', 'Ouyang Nana', 'Ou Yang Na Na', 'Nana OUYANG']],
    ['xiaoming zeng', ['曾小明', 'Zeng Xiaoming']],
    ['shan tianfang', ['单田芳', '單田芳', 'Shan Tianfang']],
    ['lei xie', ['解磊', 'Xie Lei']],
    ['hua qiu', ['仇华', 'Qiu Hua']],
    ['bu lu', ['吕布', '呂布', 'Lü Bu', 'Lv Bu', 'LYU Bu', 'Lu Bu']],
    ['chongqing li', ['李重庆', 'Li Chongqing']],
    ['dan li', ['李丹', 'Dan Li', 'Li Dan']],
    ['afanti maimaiti', ['阿凡提·买买提', '阿凡提・买买提', 'Afanti Maimaiti']],
    ['david wei zhang', ['张伟 David', 'David 张伟']],
    ['robert smith', ['Bob Smith', 'Rob Smith', 'Smith, Bobby', 'Dr. ROBERT SMITH']],
    ['gates william', ['Bill Gates', 'William Gates']],
    ['daniel smith', ['Dan Smith']],
    ['garcia jose', ['Pepe García', 'José García']],
    ['alex smith', ['Alex Smith']],
    ['anna jones smith', ['Anna Smith-Jones']],
    ['jr robert smith', ['Bob Smith Jr.']],
  ])('%s', (key, names) => {
    for (const name of names) expect([name, nameAltKey(name)]).toEqual([name, key]);
  });

  it('is null where nameKey is', () => expect([nameAltKey(''), nameAltKey('--')]).toEqual([null, null]));

  it('keeps a text in Han that is too long for a name', () => expect(nameAltKey('张'.repeat(20))).toBe('张'.repeat(20)));
});

describe('nicknames', () => {
  it.each([
    ['Bob', 'robert'],
    ['bill', 'william'],
    ['Peggy', 'margaret'],
    ['Paco', 'francisco'],
    ['Pepe', 'jose'],
    ['Misha', 'mikhail'],
    ['Uwe', null],
    ['Alex', null],
    ['Jack', null],
    ['Hans', null],
    ['Robert', null],
    ['阿明', null],
    ['', null],
    ['constructor', null],
  ])('formalName(%j) is %s', (word, formal) => expect(formalName(word)).toBe(formal));

  it.each([
    ['Bob', 'Robert', true],
    ['Bob', 'Rob', true],
    ['Jack', 'john', true],
    ['Alex', 'Alexandra', true],
    ['Sasha', 'Aleksandr', true],
    ['José', 'Pepe', true],
    ['Bob', 'Bill', false],
    ['Robert', 'William', false],
    ['小明', '小明', true],
    ['小明', '小红', false],
  ])('sameNickname(%j, %j) is %s', (a, b, same) => expect(sameNickname(a, b)).toBe(same));

  it('knows formal given names', () =>
    expect([isGivenName('José'), isGivenName('Bob'), isGivenName('Smith')]).toEqual([true, false, false]));
});
